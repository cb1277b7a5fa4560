"""Every step of the path, introduced to the models."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject

from ai.findings import Analysis
from ai.progress import Progress
from ai.volume import Volume
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.steps import engines
from viewer.steps.advise_anew import AdviseAnew
from viewer.steps.analyse_scan import AnalyseScan
from viewer.steps.check_report import CheckReport
from viewer.steps.choose_model import ChooseModel
from viewer.steps.compare_scans import CompareScans
from viewer.steps.draft_report import DraftReport
from viewer.steps.draw_thumbnails import DrawThumbnails
from viewer.steps.follow_lesions import Asked, FollowLesions
from viewer.steps.hang_study import HangStudy
from viewer.steps.map_change import MapChange
from viewer.steps.map_heat_change import MapHeatChange
from viewer.steps.open_demo import MakeDemo, OpenDemo, make_demo
from viewer.steps.open_paths import OpenPaths
from viewer.steps.open_scan import OpenScan
from viewer.steps.open_series import OpenSeries
from viewer.steps.save_report import SaveReport
from viewer.steps.wake_engines import WakeEngines
from viewer.steps.write_reading import WriteFiles, WriteReading, write_files
from viewer.work import Lane


@dataclass(frozen=True)
class Engines:
    """What the steps ask of ``ai``; a test puts stand-ins in their places."""

    find_series: engines.FindSeries = engines.find_series
    draw_thumbnail: engines.DrawThumbnail = engines.thumbnail
    begin: engines.Begin = engines.begin
    analyse: engines.Analyse = engines.analyse
    analyse_with: engines.AnalyseWith = engines.analyse_with
    find_models: engines.FindModels = engines.find_models
    open_model: engines.OpenModel = engines.open_model
    restore: engines.Restore = engines.restore
    register: engines.Register = engines.register
    deform: engines.Deform = engines.deform
    compare: engines.Compare = engines.compare
    advise_anew: engines.AdviseAnew = engines.advise_anew
    map_change: engines.MapChange = engines.map_change
    map_heat_change: engines.MapHeatChange = engines.map_heat_change
    warp_prior: engines.WarpPrior = engines.warp_prior
    keep_older: engines.KeepOlder = engines.keep_older
    draw_lines: engines.DrawLines = engines.draw_lines
    draft_report: engines.DraftReport = engines.draft_report
    check_report: engines.CheckReport = engines.check_report
    write: WriteFiles = write_files
    make_demo: MakeDemo = make_demo


class AllSteps(QObject):
    """Builds the steps over one reading and ends their threads together."""

    def __init__(self, reading: Reading, ask: Engines | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        ask = ask or Engines()
        self._reading = reading
        analyse = _by_the_chosen_model(reading, ask)
        self.opens = {role: self._open_scan(role, ask) for role in Role}
        self.series = OpenSeries(self.opens, reading.scans, reading.browser, reading.notices, self)
        self.paths = OpenPaths(self.series, reading.browser, reading.notices, ask.find_series, self)
        self.thumbnails = DrawThumbnails(reading.browser, reading.thumbnails, ask.draw_thumbnail, self)
        self.analyse = AnalyseScan(
            reading.scans, reading.findings, reading.notices, reading.report, analyse, ask.restore, self
        )
        self.model = ChooseModel(reading.models, self.analyse, reading.notices, ask.find_models, ask.open_model, self)
        self.compare = CompareScans(
            reading.scans,
            reading.findings,
            reading.comparison,
            reading.notices,
            ask.register,
            ask.deform,
            ask.compare,
            self,
        )
        self.advise = AdviseAnew(reading, ask.advise_anew, self)
        self.map_change = MapChange(
            reading.scans, reading.comparison, reading.change, ask.map_change, ask.warp_prior, self
        )
        self.map_heat_change = MapHeatChange(reading, ask.map_heat_change, self)
        of_older = Asked(ask.begin, analyse, ask.register, ask.deform, ask.keep_older, ask.draw_lines)
        self.follow = FollowLesions(reading, of_older, self)
        self.hang = HangStudy(reading, self.series, self)
        self.draft_report = DraftReport(reading, ask.draft_report, self)
        self.check_report = CheckReport(reading, ask.check_report, self)
        self.save_report = SaveReport(reading.notices, self)
        self.write = WriteReading(reading.notices, ask.write, self)
        self.wake = WakeEngines(parent=self)
        self.demo = OpenDemo(self.paths, reading.notices, ask.make_demo, self)

    def lanes(self) -> tuple[Lane, ...]:
        """Return every lane whose work the reader is told of."""
        return (
            self.demo.lane,
            *self.paths.lanes.values(),
            *(step.lane for step in self.opens.values()),
            self.model.lane,
            self.analyse.lane,
            self.compare.lane,
            self.advise.lane,
            self.map_change.lane,
            self.map_heat_change.lane,
            self.follow.lane,
            self.check_report.lane,
            self.write.lane,
        )

    def close(self) -> None:
        """Cancel everything and wait until no thread is left."""
        lanes = (*self.lanes(), self.thumbnails.lane, self.wake.lane, self.draft_report.lane, self.save_report.lane)
        for lane in lanes:
            lane.cancel()
        for opening in self.opens.values():
            opening.close()
        self.thumbnails.close()
        for lane in lanes:
            lane.close()

    def _open_scan(self, role: Role, ask: Engines) -> OpenScan:
        reading = self._reading
        return OpenScan(
            role,
            reading.scans[role],
            reading.notices,
            lambda: reading.slice_looked_at(role),
            ask.begin,
            reading.browser.harmless,
            self,
        )


def _by_the_chosen_model(reading: Reading, ask: Engines) -> engines.Analyse:
    """Return what analyses with the model that the reader has chosen by then; called in a job's thread."""

    def analyse(volume: Volume, progress: Progress) -> Analysis:
        chosen = reading.models.value.chosen
        return ask.analyse(volume, progress) if chosen is None else ask.analyse_with(chosen.folder, volume, progress)

    return analyse
