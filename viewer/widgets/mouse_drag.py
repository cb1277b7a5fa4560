"""One press of a mouse button, until it is let go."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt

STILL_PX = 3.0
"""A hand that moves less than this between press and release meant to click, logical pixels."""


class MouseDrag:
    """Tells a click from a drag and says how far a drag went since it last said so."""

    def __init__(self, button: Qt.MouseButton, start: QPointF) -> None:
        self.button = button
        self.start = start
        self.is_click = True
        self._last = start

    def move(self, position: QPointF) -> QPointF | None:
        """Return the movement since the last one, in logical pixels; None while it may still be a click."""
        if self.is_click and (position - self.start).manhattanLength() < STILL_PX:
            return None
        self.is_click = False
        moved = position - self._last
        self._last = position
        return moved
