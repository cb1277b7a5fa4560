"""Lesions over more than two studies: which studies were read, the lines, and the one that is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject

from ai.findings import Lesion
from ai.series import Series
from ai.timeline import LesionLine, OlderStudy, Timeline
from viewer.state.observed import Observed


@dataclass(frozen=True, eq=False)
class TimelineOnScreen:
    """None and empty for what is not there.

    Args:
        timeline: of the current scan and all studies kept.
        kept: what is left of the older studies that were read.
        series: of every study, by its UID, so that it can be opened again.
        waiting: what is being read or stands in line.
        selected: the line that is looked at; it stays while other priors are hung.
    """

    timeline: Timeline | None = None
    kept: tuple[OlderStudy, ...] = ()
    series: tuple[Series, ...] = ()
    waiting: tuple[Series, ...] = ()
    selected: LesionLine | None = None

    def holds(self, uid: str) -> bool:
        """Return whether a series is among the studies kept or waiting."""
        return any(one.study.uid == uid for one in self.kept) or any(one.uid == uid for one in self.waiting)

    def series_of(self, uid: str) -> Series | None:
        """Return the series of a study."""
        return next((one for one in self.series if one.uid == uid), None)


class TimelineModel(Observed[TimelineOnScreen]):
    """The timeline of the current scan."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(TimelineOnScreen(), parent)

    def clear(self) -> None:
        """Forget everything: another current scan, or another analysis of it."""
        value = self.value
        if value.timeline or value.kept or value.waiting:
            self._become(TimelineOnScreen())

    def wait_for(self, series: Sequence[Series]) -> None:
        """These stand in line, behind those that do already."""
        more = [one for one in series if not self.value.holds(one.uid)]
        if more:
            self._become(replace(self.value, waiting=(*self.value.waiting, *more)))

    def wait_no_more(self, uid: str | None = None) -> None:
        """A study will not come; without a UID none of those that wait."""
        left = tuple(one for one in self.value.waiting if uid is not None and one.uid != uid)
        if left != self.value.waiting:
            self._become(replace(self.value, waiting=left))

    def show(self, series: Series, kept: Sequence[OlderStudy], timeline: Timeline) -> None:
        """A study was read; the line that was looked at is looked at in the new timeline."""
        value = self.value
        line = None if value.selected is None else timeline.line_of(value.selected.seen[-1].lesions[0])
        waiting = tuple(one for one in value.waiting if one.uid != series.uid)
        known = (*(one for one in value.series if one.uid != series.uid), series)
        self._become(TimelineOnScreen(timeline, tuple(kept), known, waiting, line))

    def follow(self, lesion: Lesion | None) -> None:
        """Look at the line of a lesion; at none where none holds it."""
        timeline = self.value.timeline
        self.select(None if timeline is None or lesion is None else timeline.line_of(lesion))

    def select(self, line: LesionLine | None) -> None:
        """Look at a line."""
        if line is not self.value.selected:
            self._become(replace(self.value, selected=line))
