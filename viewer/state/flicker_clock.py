"""Lets current and prior take turns by themselves."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from viewer.mpr.comparing import CompareMode
from viewer.mpr.pane_state import PaneState
from viewer.state.pane_model import PaneModel

TURN_MS = 500
"""Two pictures a second: slow enough to look at each, fast enough that what moved jumps."""


class FlickerClock(QObject):
    """Ticks only while a pane flickers by itself."""

    def __init__(self, pane: PaneModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setInterval(TURN_MS)
        self._timer.timeout.connect(pane.swap_flicker)
        pane.changed.connect(self._changed)

    @property
    def ticking(self) -> bool:
        """True while it runs."""
        return self._timer.isActive()

    def _changed(self, before: PaneState, after: PaneState) -> None:
        wanted = after.compare.mode is CompareMode.FLICKER and after.compare.automatic
        if wanted != self._timer.isActive():
            if wanted:
                self._timer.start()
            else:
                self._timer.stop()
