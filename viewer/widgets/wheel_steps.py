"""Whole steps out of a wheel's or touchpad's fine movements."""

from __future__ import annotations

from PySide6.QtGui import QWheelEvent

NOTCH = 120
"""What one notch of a plain wheel reports, eighths of a degree (Qt)."""


class WheelSteps:
    """Adds up movements and gives out whole notches; a turn the other way starts from nothing."""

    def __init__(self) -> None:
        self._rest = 0.0

    def add(self, delta: float) -> int:
        """Return how many whole notches are now complete; negative towards the reader."""
        if delta * self._rest < 0:
            self._rest = 0.0
        self._rest += delta
        steps = int(self._rest / NOTCH)
        self._rest -= steps * NOTCH
        return steps

    def forget(self) -> None:
        """Drop what has not become a step."""
        self._rest = 0.0


def wheel_delta(event: QWheelEvent) -> float:
    """Return the turn in eighths of a degree, positive away from the reader.

    Some window systems turn the wheel sideways while Alt is held; then the sideways turn counts.
    """
    turn = event.angleDelta()
    return float(turn.y() or turn.x())
