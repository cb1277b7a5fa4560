"""What was named or dropped: one scan, or two that are a current and its prior."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from PySide6.QtCore import QObject

from ai.progress import Part, Progress
from ai.series import Series
from viewer.state.notices_model import NoticesModel
from viewer.state.role import Role
from viewer.steps import engines
from viewer.steps.open_scan import OpenScan
from viewer.steps.sentence import sentence_of
from viewer.work import Lane

Found = tuple[Series, ...]
ABOUT = "opening"


class OpenPaths(QObject):
    """Decides who is current and who is prior, then leaves the opening to the two ``OpenScan``."""

    def __init__(
        self,
        opens: Mapping[Role, OpenScan],
        notices: NoticesModel,
        find_series: engines.FindSeries = engines.find_series,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.lane = Lane("Looking what is there", polite=False, parent=self)
        self._opens = opens
        self._notices = notices
        self._find_series = find_series

    def open(self, paths: Sequence[Path], prior: Path | None = None) -> None:
        """Open what was named. Without ``prior``, of two scans the one taken later is the current one.

        Two scans without dates are taken in the order named: current, then prior. Of more than two the first two.
        """
        self._notices.forget(ABOUT)
        if not paths and prior is not None:
            self._opens[Role.PRIOR].open(prior)
            return
        wanted = (paths[0], prior) if prior is not None else tuple(paths[:2])
        if prior is None and len(paths) > 2:
            self._notices.say(f"{len(paths)} paths were named; the first two are opened.", about=ABOUT)
        self.lane.run(
            lambda progress: self._find(wanted, progress),
            lambda found: self._share_out(found, ordered=prior is not None),
            lambda error: self._notices.say(sentence_of(error, "Opening"), True, ABOUT),
        )

    def close(self) -> None:
        """End the thread."""
        self.lane.close()

    def _find(self, paths: Sequence[Path], progress: Progress) -> tuple[Found, ...]:
        share = 1 / len(paths)
        return tuple(
            tuple(self._find_series(path, Part(progress, n * share, (n + 1) * share))) for n, path in enumerate(paths)
        )

    def _share_out(self, found: Sequence[Found], ordered: bool) -> None:
        if len(found) == 1:
            found = pair_in(found[0])
        if len(found) == 2 and not ordered:
            found = latest_first(found)
        for role, series in zip((Role.CURRENT, Role.PRIOR), found, strict=False):
            self._opens[role].offer(series)


def pair_in(found: Found) -> tuple[Found, ...]:
    """Split what lies under one path into two scans where it is exactly two of one patient on different days."""
    if len(found) == 2:
        days = {s.study.taken_on for s in found}
        patients = {s.study.patient.identifier for s in found}
        if None not in days and len(days) == 2 and len(patients) == 1 and "" not in patients:
            return (found[:1], found[1:])
    return (found,)


def latest_first(found: Sequence[Found]) -> tuple[Found, ...]:
    """Put the scan with the later study date first; without both dates, keep the order."""
    days = [_day(series) for series in found]
    if days[0] is not None and days[1] is not None and days[1] > days[0]:
        return (found[1], found[0])
    return tuple(found)


def _day(found: Found) -> date | None:
    return max((s.study.taken_on for s in found if s.study.taken_on is not None), default=None)
