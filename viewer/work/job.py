"""One piece of work in a thread of its own."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtCore import Qt, QThread, QTimer, Signal, Slot

from ai.errors import IntervalError
from ai.progress import Cancelled, Progress
from viewer.work.memory import give_back_memory
from viewer.work.spoken import Spoken

T = TypeVar("T")
Work = Callable[[Progress], T]
"""Takes immutable values (bound beforehand) and a Progress, returns one value."""

PROGRESS_EVERY_MS = 50
BEHIND_THE_WINDOW = 10
"""Nice value of background work. Qt's thread priorities do nothing under Linux' default scheduler; this does."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class _Outcome:
    value: object = None
    error: Exception | None = None
    cancelled: bool = False


class Job(QThread):
    """Runs ``work`` once and ends in exactly one of succeeded, failed or cancelled, then ``finished``.

    All signals but QThread's own are emitted in the thread that made the job. This is the only place of the program
    that catches ``Exception``. A job that was asked to stop ends as cancelled even where its work came through.

    Args:
        work: called in the new thread.
        polite: give way to the window (a higher nice value, on Linux); for long computing, not for loading.
    """

    succeeded = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    progressed = Signal(float, str)
    _ended = Signal(object)

    def __init__(self, work: Work[object], polite: bool = True) -> None:
        super().__init__()
        self._work: Work[object] | None = work
        self._polite = polite
        self._spoken = Spoken()
        self._ended.connect(self._tell_outcome, Qt.ConnectionType.QueuedConnection)
        self._ear = QTimer(self)
        self._ear.setInterval(PROGRESS_EVERY_MS)
        self._ear.timeout.connect(self._tell_progress)
        self.started.connect(self._ear.start)
        self.finished.connect(self._ear.stop)

    def cancel(self) -> None:
        """Ask the work to stop; it answers at its next ``report``."""
        self._spoken.ask_to_stop()

    @property
    def stopping(self) -> bool:
        """True once asked to stop."""
        return self._spoken.stopping

    def run(self) -> None:
        """Do the work. Called by Qt in the new thread, by nobody else."""
        if self._polite:
            _give_way()
        outcome = self._outcome()
        if self._polite:
            give_back_memory()
        self._ended.emit(outcome)

    def _outcome(self) -> _Outcome:
        work, self._work = self._work, None  # what the work holds (voxels) is let go when it is done
        if work is None:
            return _Outcome(cancelled=True)
        try:
            value = work(self._spoken)
        except Cancelled:
            return _Outcome(cancelled=True)
        except Exception as error:
            if not isinstance(error, (IntervalError, OSError, MemoryError)):
                log.error("A job failed for a reason the program does not know.", exc_info=error)
            return _Outcome(error=error, cancelled=self._spoken.stopping)
        return _Outcome(value=value, cancelled=self._spoken.stopping)

    @Slot(object)
    def _tell_outcome(self, outcome: _Outcome) -> None:
        self._ear.stop()
        if outcome.cancelled or self._spoken.stopping:
            self.cancelled.emit()
        elif outcome.error is not None:
            self.failed.emit(outcome.error)
        else:
            self._tell_progress()
            self.succeeded.emit(outcome.value)

    @Slot()
    def _tell_progress(self) -> None:
        newest = self._spoken.take()
        if newest is not None and not self._spoken.stopping:
            self.progressed.emit(*newest)


def _give_way() -> None:
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), BEHIND_THE_WINDOW)
