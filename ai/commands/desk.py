"""What a command may ask of whoever runs it, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ai.findings import Analysis
from ai.geometry import PointMm
from ai.progress import Part, Progress
from ai.series import Scan

ToShow = tuple[Scan, Analysis, Callable[[PointMm], PointMm] | None]
"""A scan, what was found in it, and how the current scan's places map into it; None for the current scan itself."""
Draw = Callable[[Sequence[ToShow], Path, Progress], Sequence[Path]]

UNREADABLE = 2
"""Exit code for input that cannot be read, is withheld, and for wrong usage."""


@dataclass(frozen=True)
class Desk:
    """Progress, a way to say a sentence while the work goes on, and pictures, which the engine cannot draw.

    Args:
        progress: of the whole command.
        tell: says one sentence beside the result.
        draw: pictures the main finding of scans into a folder; none where the system cannot draw.
    """

    progress: Progress
    tell: Callable[[str], None]
    draw: Draw

    def part(self, start: float, end: float) -> Part:
        """Return a share of the progress."""
        return Part(self.progress, start, end)

    def within(self, start: float, end: float) -> Desk:
        """Return the same desk whose progress is a share of this one's."""
        return replace(self, progress=self.part(start, end))


@dataclass(frozen=True)
class Done:
    """How a command ended: what to say of its result, a refusal, and the exit code."""

    said: str = ""
    refused: str = ""

    @property
    def code(self) -> int:
        """Return the exit code."""
        return UNREADABLE if self.refused else 0
