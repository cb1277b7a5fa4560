"""What was named or dropped: everything under it fills the browser, and what leaves no choice is opened at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot

from ai.errors import IntervalError
from ai.progress import Part, Progress
from ai.series import Series
from viewer.state.browser_model import BrowserModel
from viewer.state.notices_model import NoticesModel
from viewer.state.role import Role
from viewer.steps import engines
from viewer.steps.open_series import OpenSeries
from viewer.steps.sentence import sentence_of
from viewer.work import Lane

Found = tuple[Series, ...]
ABOUT = "opening"
TITLES = {Role.CURRENT: "Indexing", Role.PRIOR: "Indexing for a prior"}


@dataclass(eq=False)
class _Search:
    """One wish of the reader: where to look, what for, and whether the last path was named as the prior.

    ``offered``: the browser was shown for it once. ``answered``: the reader has chosen before the search ended.
    """

    role: Role
    paths: tuple[Path, ...]
    prior_named: bool = False
    offered: bool = False
    answered: bool = False


@dataclass(frozen=True, eq=False)
class _Outcome:
    """What lies under each path that could be read, and why others could not."""

    found: tuple[Found, ...]
    refusals: tuple[IntervalError, ...]


class OpenPaths(QObject):
    """Looks what lies under paths. The reader may open a series, and work with it, while the search goes on."""

    _told = Signal(object, object)

    def __init__(
        self,
        series: OpenSeries,
        browser: BrowserModel,
        notices: NoticesModel,
        find_series: engines.FindSeries = engines.find_series,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.lanes = {role: Lane(TITLES[role], polite=False, parent=self) for role in Role}
        self._series = series
        self._browser = browser
        self._notices = notices
        self._find_series = find_series
        self._running: dict[Role, _Search] = {}
        self._told.connect(self._fill, Qt.ConnectionType.QueuedConnection)
        series.chosen.connect(self._reader_chose)

    def open(self, paths: Sequence[Path], prior: Path | None = None) -> None:
        """Look under paths. One scan is opened; so are two, of which the one taken later is the current one.

        Two scans without dates are taken in the order named: current, then prior. With ``prior`` the dates decide
        nothing. Whatever else there is, the reader chooses in the browser.
        """
        if not paths and prior is not None:
            self.open_prior([prior])
        elif paths:
            named = (*paths, prior) if prior is not None else tuple(paths)
            self._look(_Search(Role.CURRENT, named, prior is not None))

    def open_prior(self, paths: Sequence[Path]) -> None:
        """Look under paths for a prior of what is open. One scan is opened; among several the reader chooses."""
        self._look(_Search(Role.PRIOR, tuple(paths)))

    def close(self) -> None:
        """End the threads."""
        for lane in self.lanes.values():
            lane.close()

    def _look(self, search: _Search) -> None:
        self._notices.forget(ABOUT)
        if search.role is Role.CURRENT:  # a new beginning: nobody waits for a prior of what was open
            self._running.clear()
            self.lanes[Role.PRIOR].cancel()
        self._running[search.role] = search
        self._browser.begin(search.role)
        self.lanes[search.role].run(
            lambda progress: self._find(search, progress),
            lambda outcome: self._found(search, outcome),
            lambda error: self._failed(search, error),
            lambda: self._stopped(search),
        )

    def _find(self, search: _Search, progress: Progress) -> _Outcome:
        share = 1 / len(search.paths)
        found: list[Found] = []
        refusals = []
        for n, path in enumerate(search.paths):
            earlier = [series for one in found for series in one]
            part = Part(progress, n * share, (n + 1) * share)
            try:
                found.append(tuple(self._find_series(path, part, partial(self._tell, search, earlier))))
            except IntervalError as refusal:
                if search.prior_named:
                    raise
                refusals.append(refusal)
        if not found:
            raise refusals[0]
        return _Outcome(tuple(found), tuple(refusals))

    def _tell(self, search: _Search, earlier: Sequence[Series], more: Sequence[Series]) -> None:
        """Called in the searching thread."""
        self._told.emit(search, (*earlier, *more))

    @Slot(object, object)
    def _fill(self, search: _Search, series: Found) -> None:
        if self._running.get(search.role) is not search:
            return
        self._browser.tell(search.role, series)
        if search.role is Role.CURRENT and leaves_a_choice(series, len(search.paths)):
            self._offer(search)

    def _found(self, search: _Search, outcome: _Outcome) -> None:
        self._browser.tell(search.role, [series for one in outcome.found for series in one])
        self._end(search)
        for refusal in outcome.refusals:
            self._notices.say(str(refusal), True, ABOUT)
        scans = at_once(outcome.found, search.role, search.prior_named)
        if not scans:
            self._offer(search)
        elif not search.answered:
            for notice in self._browser.harmless():  # the browser, which would tell it, is not needed
                self._notices.say(notice.text, notice.grave, ABOUT)
            for role, series in zip((search.role, search.role.other), scans, strict=False):
                self._series.open(series, role)

    def _failed(self, search: _Search, error: Exception) -> None:
        self._end(search)
        self._browser.opened()
        self._notices.say(sentence_of(error, "Opening"), True, ABOUT)

    def _stopped(self, search: _Search) -> None:
        if self._running.get(search.role) is not search:
            return
        self._end(search)
        if not self._browser.value.found[search.role]:
            self._browser.opened()
        else:
            self._notices.say("The search was stopped: only what was found by then is listed.", about=ABOUT)
            self._offer(search)

    def _offer(self, search: _Search) -> None:
        """Show the browser, once: the reader may have hidden it."""
        if not search.offered and not search.answered:
            search.offered = True
            self._browser.show()

    def _end(self, search: _Search) -> None:
        self._browser.end(search.role)
        self._running.pop(search.role, None)

    @Slot(object)
    def _reader_chose(self, role: Role) -> None:
        """Who has chosen already is not interrupted when the search ends."""
        if role in self._running:
            self._running[role].answered = True


def leaves_a_choice(series: Sequence[Series], paths: int) -> bool:
    """Tell, while a search runs, whether it cannot end in one scan, or in a current and its prior."""
    return len(series) > 2 or (len(series) == 2 and paths == 1 and not is_pair(series))


def at_once(found: Sequence[Found], role: Role, prior_named: bool) -> Found:
    """Return what leaves no choice: the only series, or two that are a current and its prior; else nothing.

    Args:
        found: what lies under each path.
        role: what was looked for; for a prior only one series leaves no choice.
        prior_named: the last path was named as the prior.
    """
    every = tuple(series for one in found for series in one)
    if len(every) == 1:
        return every
    if len(every) != 2 or role is Role.PRIOR:
        return ()
    if len(found) == 2 and all(len(one) == 1 for one in found):
        return every if prior_named else latest_first(every)
    return latest_first(every) if is_pair(every) else ()


def is_pair(series: Sequence[Series]) -> bool:
    """Tell whether two series are of one patient on different days."""
    days = {s.study.taken_on for s in series}
    patients = {s.study.patient.identifier for s in series}
    return None not in days and len(days) == 2 and len(patients) == 1 and "" not in patients


def latest_first(series: Found) -> Found:
    """Put the scan with the later study date first; without both dates, keep the order."""
    days: list[date | None] = [s.study.taken_on for s in series]
    if days[0] is not None and days[1] is not None and days[1] > days[0]:
        return (series[1], series[0])
    return series
