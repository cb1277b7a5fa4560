"""Ways to see the warped prior in the current scan's own panes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

CHECKER_PX = 96
"""Side of a field of the checkerboard, device pixels."""
Field = tuple[slice, slice]
"""Rows and columns of a picture."""


class CompareMode(Enum):
    """How current and prior share a pane."""

    OFF = "side by side"
    FLICKER = "flicker"
    SWIPE = "swipe"
    CHECKER = "checkerboard"


@dataclass(frozen=True)
class CompareLook:
    """Which of the two a place of the pane shows. Off at first.

    Args:
        mode: how they share the pane.
        prior_shown: while flickering, that it is the prior's turn.
        automatic: the flicker goes on by itself.
        swipe: share of the pane's width, 0…1, left of which the current scan is shown.
    """

    mode: CompareMode = CompareMode.OFF
    prior_shown: bool = False
    automatic: bool = False
    swipe: float = 0.5

    @property
    def on(self) -> bool:
        """True where the prior has a part in the picture, now or in turn."""
        return self.mode is not CompareMode.OFF

    @property
    def needs_prior(self) -> bool:
        """True where the picture of this moment shows some of the prior."""
        return self.on and (self.mode is not CompareMode.FLICKER or self.prior_shown)

    @property
    def wholly_prior(self) -> bool:
        """True where nothing of the current scan is shown at this moment."""
        return self.mode is CompareMode.FLICKER and self.prior_shown

    def line_px(self, width: int) -> int:
        """Return the first column that the prior has while swiping."""
        return min(width, max(0, round(self.swipe * width)))

    def prior_at(self, x_px: int, y_px: int, width: int) -> bool:
        """Say whether a pixel shows the prior."""
        match self.mode:
            case CompareMode.OFF:
                return False
            case CompareMode.FLICKER:
                return self.prior_shown
            case CompareMode.SWIPE:
                return x_px >= self.line_px(width)
            case CompareMode.CHECKER:
                return (x_px // CHECKER_PX + y_px // CHECKER_PX) % 2 == 1

    def prior_fields(self, width: int, height: int) -> list[Field]:
        """Return the parts of a picture that show the prior."""
        match self.mode:
            case CompareMode.SWIPE:
                return [(slice(None), slice(self.line_px(width), None))]
            case CompareMode.CHECKER:
                return [
                    (slice(y, y + CHECKER_PX), slice(x, x + CHECKER_PX))
                    for y in range(0, height, CHECKER_PX)
                    for x in range(0, width, CHECKER_PX)
                    if self.prior_at(x, y, width)
                ]
            case _:
                return [(slice(None), slice(None))] if self.wholly_prior else []
