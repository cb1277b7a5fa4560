"""From a series to a scan on screen: the first slice at once, the rest behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot

from ai.progress import Progress
from ai.series import Notice, Scan, Series
from viewer.state.notices_model import NoticesModel
from viewer.state.role import Role
from viewer.state.scan_model import ScanModel
from viewer.steps import engines
from viewer.steps.arrivals import Arrivals
from viewer.steps.sentence import sentence_of
from viewer.work import Lane


class OpenScan(QObject):
    """Opens the scan of one role. Another series leaves the one before it at once, read or not.

    Args:
        look_first: called from the loading thread: the slice (numpy index of axis 0) the reader looks at.
        told_elsewhere: notices that were told when the scan was found, so they need not be told again with it.
    """

    opened = Signal()
    """The scan has been read to its end."""

    _begun = Signal(int, object)

    def __init__(
        self,
        role: Role,
        scan: ScanModel,
        notices: NoticesModel,
        look_first: Callable[[], int],
        begin: engines.Begin = engines.begin,
        told_elsewhere: Callable[[], Sequence[Notice]] = tuple,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.role = role
        self.lane = Lane(f"Opening the {role.value.lower()} scan", polite=False, parent=self)
        self._scan = scan
        self._notices = notices
        self._look_first = look_first
        self._begin = begin
        self._told_elsewhere = told_elsewhere
        self._arrivals = Arrivals(scan.tell_slices_arrived, self)
        self._path = Path()
        self._order = 0
        self._shown = 0
        self._loading = False
        self._begun.connect(self._show_begun, Qt.ConnectionType.QueuedConnection)

    def open_series(self, series: Series) -> None:
        """Open one series. The scan that was there stays until the new one has a slice to show."""
        self._leave_unfinished()
        self._path = series.source
        self._order += 1
        order = self._order
        self._loading = True
        self._arrivals.expect()
        self.lane.run(lambda progress: self._load(order, series, progress), self._whole, self._failed, self._stopped)

    def cancel(self) -> None:
        """Stop; what was read stays on screen."""
        self.lane.cancel()

    def leave(self) -> None:
        """Show nothing any more; what is still being read is given up."""
        self._leave_unfinished()
        self.lane.cancel()
        self._scan.clear()
        self._notices.forget(self.role.value)

    def close(self) -> None:
        """End the thread."""
        self._arrivals.end()
        self.lane.close()

    def _load(self, order: int, series: Series, progress: Progress) -> Scan:
        loading = self._begin(series)
        middle = loading.volume.grid.shape[0] // 2
        self._begun.emit(order, loading)

        def look_first() -> int:
            return self._look_first() if self._shown == order else middle

        return loading.load(progress, look_first, self._arrivals.count)

    @Slot(int, object)
    def _show_begun(self, order: int, loading: engines.Loading) -> None:
        if order != self._order or not self._loading:
            return
        self._notices.forget(self.role.value)
        self._scan.begin(loading.series, loading.volume, loading.notices)
        self._shown = order
        self._say_notices()
        self._arrivals.begin()

    def _whole(self, scan: Scan) -> None:
        self._loading = False
        self._arrivals.end()
        self._scan.tell_slices_arrived()
        self._scan.complete(scan)
        self._say_notices()
        self.opened.emit()

    def _stopped(self) -> None:
        if self._leave_unfinished():
            text = f"Loading of {self._path.name} was stopped; slices not read are black."
            self._notices.say(text, True, self.role.value)

    def _failed(self, error: Exception) -> None:
        self._leave_unfinished()
        self._notices.say(sentence_of(error, f"Opening {self._path.name}"), True, self.role.value)

    def _leave_unfinished(self) -> bool:
        """Keep what a loading that will not end has read; True if there was one."""
        was_loading, self._loading = self._loading, False
        self._arrivals.end()
        if was_loading:
            self._scan.cut_short()
        return was_loading

    def _say_notices(self) -> None:
        shown = self._scan.value
        told = self._told_elsewhere()
        for notice in shown.notices if shown is not None else ():
            if notice not in told:
                self._notices.say(notice.text, notice.grave, self.role.value)
