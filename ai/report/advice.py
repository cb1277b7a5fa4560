"""Who advises: the guidelines stand beside the comparison, and a draft or a check is given whoever asks them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ai.advice import Advice
from ai.change import LesionChange
from ai.findings import Lesion

Advise = Callable[[Lesion, LesionChange | None, Sequence[Lesion]], Advice | None]
"""Asked for a lesion, what became of it, and all lesions of its kind; None where no guideline speaks of it."""


def no_advice(lesion: Lesion, change: LesionChange | None, alike: Sequence[Lesion]) -> Advice | None:
    """Advise nothing."""
    return None
