"""What a guideline advises for one lesion, as values that any language can say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ai.change import LesionChange
from ai.findings import Lesion


@dataclass(frozen=True, slots=True)
class Advice:
    """One recommendation.

    Args:
        guideline: its name and year ("Fleischner 2017").
        months: the least and the most until the next CT; None where no follow-up is advised.
        text: in the guideline's own terms, English; said where ``months`` do not say all. Empty otherwise.
    """

    guideline: str
    months: tuple[int, int] | None
    text: str = ""


Advise = Callable[[Lesion, LesionChange | None], Advice | None]
"""Asked for each lesion and what became of it; None where no guideline speaks of it."""


def no_advice(lesion: Lesion, change: LesionChange | None) -> Advice | None:
    """Advise nothing."""
    return None
