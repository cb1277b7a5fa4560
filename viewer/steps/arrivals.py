"""Slices that arrive in worker threads, told to the window a few times a second."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

LOOK_EVERY_MS = 25
TELL_EVERY_LOOKS = 6


class Arrivals(QObject):
    """Counts slices from any thread and tells the window: the first at once, the rest in bundles.

    Args:
        tell: called in the window's thread.
    """

    def __init__(self, tell: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tell = tell
        self._arrived = 0
        self._told = 0
        self._looks = 0
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY_MS)
        self._timer.timeout.connect(self._look)

    def begin(self) -> None:
        """Start to look; whatever arrived since ``expect`` is told at once."""
        self._looks = 0
        self._timer.start()
        self._look()

    def expect(self) -> None:
        """Forget what arrived before: another scan is coming."""
        self._timer.stop()
        self._arrived = self._told = 0

    def count(self, slice_index: int) -> None:
        """Note one slice. May be called from any thread."""
        self._arrived += 1

    def end(self) -> None:
        """Stop looking."""
        self._timer.stop()

    def _look(self) -> None:
        self._looks += 1
        due = self._told == 0 or self._looks >= TELL_EVERY_LOOKS
        if due and self._arrived != self._told:
            self._told = self._arrived
            self._looks = 0
            self._tell()
