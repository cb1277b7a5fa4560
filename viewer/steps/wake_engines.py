"""Imports what the first scan will need while the start page is shown and nobody waits."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from ai.progress import Progress
from viewer.work import Lane

Wake = Callable[[Progress], None]


def wake(progress: Progress) -> None:
    """Import the reader of files (0.3 s), then the model's library, whose import holds the window for some 0.4 s."""
    progress.report(0.0, "Waking the reader")
    from ai import scan  # noqa: F401, PLC0415

    progress.report(0.5, "Waking the model")
    from ai import model  # noqa: F401, PLC0415


class WakeEngines(QObject):
    """Does it once, silently; a failure will be told by the step that needs what is missing."""

    def __init__(self, work: Wake = wake, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lane = Lane("Waking", parent=self)
        self._work = work

    def start(self) -> None:
        """Begin."""
        self.lane.run(self._work, lambda nothing: None, lambda error: None)
