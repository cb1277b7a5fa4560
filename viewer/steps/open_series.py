"""Which series becomes current, which prior, and which one comes next in its visit."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal

from ai.series import Series
from ai.studies import LikelyPair, patient_key
from viewer.state.browser_model import BrowserModel
from viewer.state.notices_model import NoticesModel
from viewer.state.role import Role
from viewer.state.scan_model import ScanModel
from viewer.steps.open_scan import OpenScan

GROWN = "Slices of this series were found after it was opened: it is shown in part. Open it again to see all of it."


class OpenSeries(QObject):
    """Leaves the reading to the two ``OpenScan``. Nothing of one patient stays as prior beside another.

    A series can be opened while its folder is still searched; where more of it is found then, the reader is told.
    """

    chosen = Signal(object)
    """The reader, not the program, chose a series for this role."""

    def __init__(
        self,
        opens: Mapping[Role, OpenScan],
        scans: Mapping[Role, ScanModel],
        browser: BrowserModel,
        notices: NoticesModel,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._opens = opens
        self._scans = scans
        self._browser = browser
        self._asked: dict[Role, Series] = {}
        self._visits: dict[Role, tuple[Series, ...]] = {}
        self._notices = notices
        self._said_grown: dict[Role, Series] = {}
        browser.changed.connect(lambda before, after: self._look_for_more())
        for scan in scans.values():
            scan.changed.connect(lambda before, after: self._look_for_more())

    def choose(self, series: Series, role: Role | None = None) -> None:
        """Open what the reader chose; without a role, as what the browser was opened for."""
        role = role or self._browser.value.opens_as
        self.chosen.emit(role)
        self.open(series, role)

    def choose_pair(self, pair: LikelyPair) -> None:
        """Open both of a pair."""
        self.choose(pair.current, Role.CURRENT)
        self.choose(pair.prior, Role.PRIOR)

    def open(self, series: Series, role: Role) -> None:
        """Open a series; a prior of another patient than the new current one's is closed."""
        prior = self._asked.get(Role.PRIOR)
        if role is Role.CURRENT and prior is not None and patient_key(prior) != patient_key(series):
            self.close_prior()
        self._asked[role] = series
        self._visits[role] = self._visit(series, role)
        self._browser.opened()
        self._opens[role].open_series(series)

    def open_neighbour(self, role: Role, step: int) -> None:
        """Open the series ``step`` places after the one on screen, among those of its visit."""
        shown = self._scans[role].value
        if shown is None:
            return
        visit = self._visit(shown.series, role)
        uids = [series.uid for series in visit]
        at = uids.index(shown.series.uid) + step if shown.series.uid in uids else -1
        if 0 <= at < len(visit):
            self.open(visit[at], role)

    def swap(self) -> None:
        """Make the prior current and the current scan prior."""
        current, prior = (self._scans[role].value for role in Role)
        if current is not None and prior is not None:
            self.open(prior.series, Role.CURRENT)
            self.open(current.series, Role.PRIOR)

    def close_prior(self) -> None:
        """Read the current scan alone again."""
        self._asked.pop(Role.PRIOR, None)
        self._opens[Role.PRIOR].leave()

    def _look_for_more(self) -> None:
        for role, scan in self._scans.items():
            shown = None if scan.value is None else scan.value.series
            if shown is None or self._said_grown.get(role) is shown:
                continue
            listed = next((s for s in self._visit(shown, role) if s.uid == shown.uid), shown)
            if len(listed.slices) > len(shown.slices):
                self._said_grown[role] = shown
                self._notices.say(GROWN, True, role.value)

    def _visit(self, series: Series, role: Role) -> tuple[Series, ...]:
        """Return the series of a visit: as it is listed now; where another study is browsed, as it was listed then."""
        visit = self._browser.value.visit_of(series)
        return visit.series if visit is not None else self._visits.get(role, ())
