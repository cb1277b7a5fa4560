"""The whole state of one reading: what there is, two scans, how they are looked at, what was found, what changed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from ai.findings import Finding, Lesion, Setting
from ai.geometry import PointMm
from ai.series import Series
from viewer.mpr.automatic_window import file_window
from viewer.mpr.window import Window
from viewer.state.browser_model import BrowserModel
from viewer.state.change_model import ChangeModel
from viewer.state.comparison_model import ComparisonModel
from viewer.state.findings_model import FindingsModel, FindingsOnScreen
from viewer.state.flicker_clock import FlickerClock
from viewer.state.linked_panes import LinkedPanes
from viewer.state.model_choice import ModelChoiceModel
from viewer.state.notices_model import NoticesModel
from viewer.state.pane_model import LUNG, PaneModel
from viewer.state.patient_model import PatientModel
from viewer.state.report_model import ReportModel
from viewer.state.role import Role
from viewer.state.scan_model import ScanModel, ScanOnScreen
from viewer.state.second_reader_model import SecondReaderModel
from viewer.state.thumbnails_model import ThumbnailsModel
from viewer.state.timeline_model import TimelineModel


class Reading(QObject):
    """Builds the models and introduces them: a new scan is looked at from its middle, new findings offer their heat."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.scans = {role: ScanModel(self) for role in Role}
        self.panes = {role: PaneModel(self) for role in Role}
        self.findings = {role: FindingsModel(self) for role in Role}
        self.comparison = ComparisonModel(self)
        self.change = ChangeModel(self)
        self.timeline = TimelineModel(self)
        self.patient = PatientModel(self)
        self.report = ReportModel(self)
        self.second_reader = SecondReaderModel(self)
        self.notices = NoticesModel(self)
        self.browser = BrowserModel(self)
        self.thumbnails = ThumbnailsModel(self)
        self.models = ModelChoiceModel(self)
        self.linked = LinkedPanes(self.panes, self.comparison, self)
        self.flicker_clock = FlickerClock(self.panes[Role.CURRENT], self)
        for role in Role:
            self.scans[role].changed.connect(lambda before, after, role=role: self._scan_changed(role, before, after))
            self.findings[role].changed.connect(
                lambda before, after, role=role: self._findings_changed(role, before, after)
            )

    def slice_looked_at(self, role: Role) -> int:
        """Return the slice (numpy index of axis 0) the crosshair lies in. Safe to call from any thread."""
        grid = self.panes[role].grid
        if grid is None:
            return 0
        index = round(grid.index(self.panes[role].value.crosshair).slice)
        return min(max(index, 0), grid.shape[0] - 1)

    def go_to(self, role: Role, finding: Finding) -> None:
        """Select a finding and look at where it is plainest."""
        self.findings[role].select(finding.abnormality.name)
        if finding.place is not None:
            self.linked.centre_on(role, finding.place)

    def go_to_neighbour(self, role: Role, step: int) -> None:
        """Go ``step`` findings on (or back), in a circle."""
        finding = self.findings[role].neighbour(step)
        if finding is not None:
            self.go_to(role, finding)

    def go_to_lesion(self, role: Role, finding: Finding, lesion: Lesion) -> None:
        """Select a finding and look at one of its instances."""
        self.findings[role].select(finding.abnormality.name)
        self.linked.centre_on(role, lesion.centre)

    def use_setting(self, setting: Setting) -> None:
        """Call findings of both scans present more or less readily."""
        for found in self.findings.values():
            found.use_setting(setting)

    def next_setting(self) -> None:
        """Go on to the next setting: sensitive, balanced, specific, in a circle."""
        settings = list(Setting)
        now = settings.index(self.findings[Role.CURRENT].value.setting)
        self.use_setting(settings[(now + 1) % len(settings)])

    def look_at_change(self, prior: PointMm | None, current: PointMm | None) -> None:
        """Go to a lesion in both scans; where one scan does not have it, to the corresponding place."""
        if current is not None:
            self.linked.centre_on(Role.CURRENT, current)
        if prior is not None and current is None:
            self.linked.centre_on(Role.PRIOR, prior)
        if prior is not None and current is not None:
            self.panes[Role.PRIOR].centre_on(prior)

    def look_at_place(self, place: PointMm, names: Sequence[str] = ()) -> None:
        """Look at a place of the current scan, and at the heat of the first of the findings named that there is."""
        found = self.findings[Role.CURRENT]
        name = next((name for name in names if found.value.finding(name) is not None), None)
        if name is not None:
            found.select(name)
        self.linked.centre_on(Role.CURRENT, place)

    def _scan_changed(self, role: Role, before: ScanOnScreen | None, after: ScanOnScreen | None) -> None:
        if role is Role.CURRENT:
            self.patient.look_at(None if after is None else after.series)
        if after is None:
            self.panes[role].end()
            self.linked.part_from_prior()
            return
        if before is not None and before.volume is after.volume:
            return
        if before is not None and before.volume.grid == after.volume.grid and before.series.uid == after.series.uid:
            return
        if role is Role.CURRENT:
            self.report.clear()
            self.second_reader.clear()
        self.panes[role].begin(after.volume.grid, opening_window(after.series))
        if self.linked.paired:
            self.linked.hang()

    def _findings_changed(self, role: Role, before: FindingsOnScreen, after: FindingsOnScreen) -> None:
        """Both scans show the same abnormality's heat, so that their colours compare."""
        if after.selected is not None and after.selected != before.selected:
            self._follow(after.selected)
        elif before.analysis is not after.analysis:
            self._follow(self._heat_to_offer())

    def _follow(self, name: str | None) -> None:
        for pane in self.panes.values():
            pane.follow_heatmap(name)

    def _heat_to_offer(self) -> str | None:
        """Return the abnormality that is followed while it is selected or present; else the strongest there is."""
        both = [found.value for found in self.findings.values()]
        followed = [pane.value.overlay.followed for pane in self.panes.values()]
        for name in followed:
            if name is not None and any(_still_of_interest(found, name) for found in both):
                return name
        strongest = next((finding for found in both if (finding := found.strongest()) is not None), None)
        return None if strongest is None else strongest.abnormality.name


def _still_of_interest(found: FindingsOnScreen, name: str) -> bool:
    finding = found.finding(name)
    return finding is not None and (found.listed(finding) or found.selected == name)


def opening_window(series: Series) -> Window:
    """Return the first window the file carries, else the lung window."""
    return file_window(series.windows, LUNG) or LUNG
