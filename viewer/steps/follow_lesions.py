"""Older studies of the patient, read one after the other behind the window, so that every lesion has its line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject

from ai.change import Registration
from ai.errors import IntervalError
from ai.findings import Analysis
from ai.progress import Part, Progress
from ai.series import Scan, Series
from ai.studies import patient_key, series_like
from ai.timeline import OlderStudy, Timeline
from viewer.state.comparison_model import ComparisonOnScreen
from viewer.state.findings_model import FindingsOnScreen
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.steps import engines
from viewer.steps.sentence import sentence_of
from viewer.work import Lane

ABOUT = "timeline"
NO_OTHERS = "No further study of this patient is listed: drop or open the folder that holds them first."
NOT_READ = "The current scan is still being read; its lesions can be followed once it has been analysed."
OTHER_PATIENT = "This series is of another patient than the current scan and was not added to the timeline."


class StudyWithheld(IntervalError):
    """An older study whose findings are withheld."""


@dataclass(frozen=True)
class Asked:
    """What the step asks of ``ai``."""

    begin: engines.Begin = engines.begin
    analyse: engines.Analyse = engines.analyse
    register: engines.Register = engines.register
    deform: engines.Deform = engines.deform
    keep_older: engines.KeepOlder = engines.keep_older
    draw_lines: engines.DrawLines = engines.draw_lines


Keep = Callable[[Progress], OlderStudy]
Read = tuple[tuple[OlderStudy, ...], Timeline]


class FollowLesions(QObject):
    """Reads what the reader adds to the timeline; the prior on screen is added without being read again.

    One older study's voxels are held at a time, beside those on screen; of each only lesions and a coarse map are kept.
    """

    def __init__(self, reading: Reading, ask: Asked | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lane = Lane("Following lesions", parent=self)
        self._reading = reading
        self._ask = ask or Asked()
        self._wanted = False
        self._refused: set[str] = set()
        reading.findings[Role.CURRENT].changed.connect(self._findings_changed)
        reading.comparison.changed.connect(self._comparison_changed)

    def add(self, series: Series) -> None:
        """Follow lesions through one more study."""
        current = self._current()
        if current is None:
            self._say(NOT_READ)
        elif patient_key(series) != patient_key(current[0].series):
            self._say(OTHER_PATIENT)
        elif series.uid != current[0].series.uid:
            self._want([series])

    def add_all(self) -> None:
        """Follow lesions through every study of the patient that is listed: of each visit the series most alike."""
        current = self._current()
        if current is None:
            self._say(NOT_READ)
            return
        others = self._others(current[0].series)
        if others or self._pair() is not None:
            self._want(others)
        else:
            self._say(NO_OTHERS)

    def cancel(self) -> None:
        """Read no more; what was read stays."""
        self.lane.cancel()

    def close(self) -> None:
        """End the thread."""
        self.lane.close()

    def _want(self, series: list[Series]) -> None:
        self._reading.notices.forget(ABOUT)
        self._wanted = True
        self._refused.clear()
        self._reading.timeline.wait_for(series)
        self._next()

    def _next(self) -> None:
        current = self._current()
        if self.lane.busy or not self._wanted or current is None:
            return
        scan, analysis = current
        pair = self._pair()
        timeline = self._reading.timeline.value
        if pair is not None:
            prior, seen, found = pair
            keep: Keep = lambda progress: self._ask.keep_older(prior, seen, scan, analysis, found, progress)  # noqa: E731
            self._run(prior.series, scan, analysis, keep, "Following lesions from the prior")
        elif timeline.waiting:
            series = timeline.waiting[0]
            day = series.study.taken_on.isoformat() if series.study.taken_on else series.title
            keep = lambda progress: self._read(series, scan, analysis, progress)  # noqa: E731
            self._run(series, scan, analysis, keep, f"Following lesions into the study of {day}")

    def _run(self, series: Series, scan: Scan, analysis: Analysis, keep: Keep, title: str) -> None:
        already = self._reading.timeline.value.kept
        self.lane.title = title

        def work(progress: Progress) -> Read:
            kept = (*already, keep(progress))
            return kept, self._ask.draw_lines(scan, analysis, kept)

        self.lane.run(
            work,
            lambda read: self._done(series, read),
            lambda error: self._failed(series, error),
            self._stopped,
        )

    def _read(self, series: Series, current: Scan, analysis: Analysis, progress: Progress) -> OlderStudy:
        """Called in the job's thread."""
        older = self._ask.begin(series).load(Part(progress, 0.0, 0.15), lambda: 0, lambda index: None)
        rigid = self._ask.register(older.volume, current.volume, Part(progress, 0.15, 0.25))
        found = self._ask.deform(older.volume, current.volume, rigid, Part(progress, 0.25, 0.5))
        seen = self._ask.analyse(older.volume, Part(progress, 0.5, 0.95))
        if seen.withheld:
            reasons = " ".join(doubt.sentence for doubt in seen.doubts if doubt.grave)
            raise StudyWithheld(f"{series.title}: findings are withheld. {reasons}")
        return self._ask.keep_older(older, seen, current, analysis, found, Part(progress, 0.95, 1.0))

    def _done(self, series: Series, read: Read) -> None:
        kept, timeline = read
        self._reading.timeline.show(series, kept, timeline)
        for notice in timeline.notices:
            self._reading.notices.say(notice.text, notice.grave, ABOUT)
        self._next()

    def _failed(self, series: Series, error: Exception) -> None:
        self._say(sentence_of(error, f"Following lesions into {series.title}"), grave=True)
        self._reading.timeline.wait_no_more(series.uid)
        self._refused.add(series.uid)
        self._next()

    def _stopped(self) -> None:
        self._wanted = False
        self._reading.timeline.wait_no_more()

    def _others(self, current: Series) -> list[Series]:
        """Return the series most like the current one of each other visit of its patient; dated ones only."""
        browsing = self._reading.browser.value
        history = next((h for h in browsing.histories if h.key == patient_key(current)), None)
        visits = () if history is None else history.examinations
        shown = {scan.value.series.uid for scan in self._reading.scans.values() if scan.value is not None}
        found = []
        for visit in visits:
            if visit.study.taken_on is None or any(one.uid in shown for one in visit.series):
                continue
            series = series_like(visit, current)
            if series is not None:
                found.append(series)
        return found

    def _current(self) -> tuple[Scan, Analysis] | None:
        shown, found = self._reading.scans[Role.CURRENT].value, self._reading.findings[Role.CURRENT].value
        if shown is None or shown.scan is None or found.analysis is None or found.analysis.withheld:
            return None
        return shown.scan, found.analysis

    def _pair(self) -> tuple[Scan, Analysis, Registration] | None:
        """Return the prior on screen where it is compared and not yet in the timeline."""
        shown, compared = self._reading.scans[Role.PRIOR].value, self._reading.comparison.value
        seen = self._reading.findings[Role.PRIOR].value.analysis
        if shown is None or shown.scan is None or seen is None or compared.comparison is None:
            return None
        uid = shown.series.uid
        if uid in self._refused or any(one.study.uid == uid for one in self._reading.timeline.value.kept):
            return None
        return shown.scan, seen, compared.comparison.registration

    def _findings_changed(self, before: FindingsOnScreen, after: FindingsOnScreen) -> None:
        """Another scan, or the same read anew: its lesions are others."""
        if before.analysis is not None and after.analysis is None:
            self._wanted = False
            self.lane.cancel()
            self._reading.timeline.clear()
            self._reading.notices.forget(ABOUT)

    def _comparison_changed(self, before: ComparisonOnScreen, after: ComparisonOnScreen) -> None:
        if after.comparison is not None and after.comparison is not before.comparison:
            self._next()

    def _say(self, sentence: str, grave: bool = False) -> None:
        self._reading.notices.say(sentence, grave, ABOUT)
