"""Jobs of one kind, one at a time; the newest wins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, cast

from PySide6.QtCore import QObject, Signal, Slot

from viewer.work.job import Job, Work

T = TypeVar("T")


def ignore_cancelled() -> None:
    """Nothing to undo."""


@dataclass(frozen=True, eq=False)
class _Order:
    work: Work[object]
    then: Callable[[object], None]
    failed: Callable[[Exception], None]
    cancelled: Callable[[], None]


class Lane(QObject):
    """Runs one job at a time. A new order replaces the old one, whose answer is dropped even if it comes late.

    Args:
        title: what the reader is told is going on ("Analysing the current scan").
        polite: see ``Job``.
    """

    busy_changed = Signal(bool)
    progressed = Signal(float, str)

    def __init__(self, title: str = "", polite: bool = True, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self._polite = polite
        self._job: Job | None = None
        self._last_job: Job | None = None  # kept until the next one: a thread object must outlive its own signals
        self._order: _Order | None = None
        self._next: _Order | None = None
        self._closed = False
        self._told_busy = False

    @property
    def busy(self) -> bool:
        """True while an order that is still wanted runs or waits."""
        return self._order is not None or self._next is not None

    def run(
        self,
        work: Work[T],
        then: Callable[[T], None],
        failed: Callable[[Exception], None],
        cancelled: Callable[[], None] = ignore_cancelled,
    ) -> None:
        """Order ``work``; exactly one of the three is called afterwards, in this thread, unless it is replaced.

        A replaced order is cancelled and none of its three is called. After ``close`` orders are ignored.
        """
        if self._closed:
            return
        self._drop()
        self._next = _Order(work, cast("Callable[[object], None]", then), failed, cancelled)
        if self._job is None:
            self._start_next()
        self._tell_busy()

    def cancel(self) -> None:
        """Give up what runs or waits: its ``cancelled`` is called at once, whatever its thread still has to end."""
        order = self._next or self._order
        self._drop()
        if order is not None:
            order.cancelled()
            self._tell_busy()

    def close(self) -> None:
        """Cancel and wait until the thread has ended. Never terminates it; nothing is called afterwards."""
        self._closed = True
        self._drop()
        if self._job is not None:
            self._job.wait()
        self._tell_busy()

    def _drop(self) -> None:
        self._order = None
        self._next = None
        if self._job is not None:
            self._job.cancel()

    def _start_next(self) -> None:
        self._order, self._next = self._next, None
        if self._order is None:
            return
        job = Job(self._order.work, self._polite)
        job.succeeded.connect(self._succeeded)
        job.failed.connect(self._failed)
        job.progressed.connect(self._progressed)
        job.finished.connect(self._finished)
        self._job = job
        job.start()

    @Slot(object)
    def _succeeded(self, value: object) -> None:
        order, self._order = self._order, None
        if order is not None:
            order.then(value)

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        order, self._order = self._order, None
        if order is not None:
            order.failed(error)

    @Slot(float, str)
    def _progressed(self, fraction: float, doing: str) -> None:
        if self._order is not None:
            self.progressed.emit(fraction, doing)

    @Slot()
    def _finished(self) -> None:
        job, self._job = self._job, None
        order, self._order = self._order, None
        if job is not None:
            job.wait()
            self._last_job = job
        if self._closed:
            return
        if order is not None:  # the work itself said Cancelled
            order.cancelled()
        self._start_next()
        self._tell_busy()

    def _tell_busy(self) -> None:
        if self.busy != self._told_busy:
            self._told_busy = self.busy
            self.busy_changed.emit(self.busy)
