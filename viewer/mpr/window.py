"""Window and level: which Hounsfield units become black and which white."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """A linear display window, HU: black at level − width/2, white at level + width/2."""

    width_hu: float
    level_hu: float
    name: str = ""

    @property
    def low_hu(self) -> float:
        """Where black begins."""
        return self.level_hu - self.width_hu / 2

    @property
    def high_hu(self) -> float:
        """Where white begins."""
        return self.level_hu + self.width_hu / 2

    def dragged(self, right_px: float, up_px: float) -> Window:
        """Return the window after a mouse drag: right widens, up brightens (lowers the level)."""
        step = max(0.5, self.width_hu / 400)
        return Window(max(1.0, self.width_hu + right_px * step), self.level_hu - up_px * step)
