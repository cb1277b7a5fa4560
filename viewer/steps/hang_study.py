"""A point of a lesion's line was clicked: its study becomes the prior, and both scans show the lesion."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject

from ai.geometry import PointMm
from ai.timeline import LesionLine
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.state.scan_model import ScanOnScreen
from viewer.steps.open_series import OpenSeries


@dataclass(frozen=True)
class _Wanted:
    uid: str
    prior: PointMm
    current: PointMm


class HangStudy(QObject):
    """Opens the study where it is not on screen yet; the places are gone to as soon as it has a picture."""

    def __init__(self, reading: Reading, series: OpenSeries, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reading = reading
        self._series = series
        self._wanted: _Wanted | None = None
        reading.scans[Role.PRIOR].changed.connect(self._prior_changed)

    def hang(self, line: LesionLine, number: int) -> None:
        """Hang study ``number`` of the timeline beside the current scan, at a line's lesion."""
        timeline = self._reading.timeline.value.timeline
        if timeline is None:
            return
        self._reading.timeline.select(line)
        here, there = line.points[timeline.current].place, line.points[number].place
        uid = timeline.studies[number].uid
        shown = self._reading.scans[Role.PRIOR].value
        self._wanted = None
        if number == timeline.current:
            self._reading.look_at_change(None, here)
        elif shown is not None and shown.series.uid == uid:
            self._reading.look_at_change(there, here)
        else:
            series = self._reading.timeline.value.series_of(uid)
            if series is not None:
                self._wanted = _Wanted(uid, there, here)
                self._series.choose(series, Role.PRIOR)

    def _prior_changed(self, before: ScanOnScreen | None, after: ScanOnScreen | None) -> None:
        wanted = self._wanted
        if wanted is None or after is None or after.series.uid != wanted.uid:
            return
        self._wanted = None
        self._reading.look_at_change(wanted.prior, wanted.current)
