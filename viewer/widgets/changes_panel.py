"""What changed, in the order that matters, and the trend of the change that is looked at."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from ai.change import ChangeKind, Comparison, FindingChange
from ai.findings import Finding, Lesion
from ai.geometry import PointMm
from ai.timeline import LesionLine
from viewer.state.change_key import ChangeKey, key_of
from viewer.state.comparison_model import ComparisonOnScreen
from viewer.state.findings_model import FindingsOnScreen
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.state.scan_model import ScanOnScreen
from viewer.state.timeline_model import TimelineOnScreen
from viewer.widgets.caution import Caution
from viewer.widgets.change_row import ChangeRow
from viewer.widgets.change_words import Change, by_weight, title_words
from viewer.widgets.diffuse_section import DiffuseSection
from viewer.widgets.fold_button import FoldButton
from viewer.widgets.line_words import line_title, trend_points
from viewer.widgets.timeline_section import TimelineSection
from viewer.widgets.trend_chart import TrendChart, TrendPoint


class ChangesPanel(QWidget):
    """What to be careful about, then a row for each change; what is unchanged is folded away. A click goes there."""

    study_asked = Signal(object, int)
    """LesionLine, and the number of the study in which the reader wants to see it."""

    def __init__(self, reading: Reading, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reading = reading
        self.rows: dict[ChangeKey, ChangeRow] = {}
        self.cautions: list[Caution] = []
        self.told = QLabel()
        self.told.setWordWrap(True)
        self.told.setProperty("quiet", True)
        self.fold = FoldButton(self)
        self.fold.toggled.connect(lambda unfolded: self._fold_unchanged())
        self.diffuse = DiffuseSection()
        self.diffuse.chosen.connect(self._go_to_finding)
        self.lines = TimelineSection()
        self.lines.chosen.connect(self._go_to_line)
        self.trend = TrendChart()
        self.trend.chosen.connect(self._ask_study)
        self._column = QVBoxLayout()
        self._column.setContentsMargins(0, 0, 4, 0)
        self._column.setSpacing(2)
        self._lay_out()
        reading.comparison.changed.connect(self._changed)
        reading.timeline.changed.connect(self._timeline_changed)
        reading.findings[Role.CURRENT].changed.connect(self._findings_changed)
        for role in Role:
            reading.scans[role].changed.connect(self._scans_changed)
            reading.findings[role].changed.connect(self._analyses_changed)
        self._changed(ComparisonOnScreen(), reading.comparison.value)

    def _lay_out(self) -> None:
        inside = QWidget()
        inside.setLayout(self._column)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.addWidget(self.told)
        layout.addWidget(scroll, 1)
        layout.addWidget(self.diffuse)
        layout.addWidget(self.lines)
        layout.addWidget(self.trend)

    def _changed(self, before: ComparisonOnScreen, after: ComparisonOnScreen) -> None:
        if before.comparison is not after.comparison:
            self._fill(after.comparison)
            self.diffuse.show_diffuse(None if after.comparison is None else after.comparison.diffuse)
        for key, row in self.rows.items():
            row.show_verdict(after.verdict(key))
            row.show_selected(key == after.selected)
        self.told.setText(self._words(after))
        told = () if after.comparison is None else after.comparison.advice
        self.told.setToolTip("\n\n".join(f"{said}\n{said.source}" for said in told))
        self._draw_trend(after)

    def _scans_changed(self, before: ScanOnScreen | None, after: ScanOnScreen | None) -> None:
        self.told.setText(self._words(self._reading.comparison.value))
        self._draw_trend(self._reading.comparison.value)

    def _analyses_changed(self, before: FindingsOnScreen, after: FindingsOnScreen) -> None:
        if (before.analysis is None) is not (after.analysis is None):
            self.told.setText(self._words(self._reading.comparison.value))

    def _timeline_changed(self, before: TimelineOnScreen, after: TimelineOnScreen) -> None:
        if before.timeline is not after.timeline:
            self._list_lines()
            if after.selected is None:
                row = self.rows.get(key) if (key := self._reading.comparison.value.selected) is not None else None
                self._follow(None if row is None else row.change)
        self.lines.show_selected(self._reading.timeline.value.selected)
        self._draw_trend(self._reading.comparison.value)

    def _findings_changed(self, before: FindingsOnScreen, after: FindingsOnScreen) -> None:
        if before.setting is not after.setting:
            self._list_lines()

    def _list_lines(self) -> None:
        value = self._reading.timeline.value
        setting = self._reading.findings[Role.CURRENT].value.setting
        self.lines.show_timeline(None if value.timeline is None else value.timeline.told(setting))
        self.lines.show_selected(value.selected)

    def _words(self, shown: ComparisonOnScreen) -> str:
        if shown.sentence:
            return shown.sentence
        if shown.comparison is None:
            if not self._reading.linked.paired:
                return "Open a prior to see what changed."
            return self._awaited(shown)
        days = shown.comparison.days_between
        apart = "" if days is None else f"{days} days apart. "
        if not self.rows:
            return f"{apart}Nothing changed that the model knows."
        together = "".join(
            f" If treated for cancer: {a.guideline} {a.category}." for a in shown.comparison.advice if a.given
        )
        return f"{apart}A click goes there in both scans.{together}"

    def _awaited(self, shown: ComparisonOnScreen) -> str:
        """Say what the list of changes waits for."""
        if shown.registration is None:
            return "Registering …"
        missing = [role for role, found in self._reading.findings.items() if found.value.analysis is None]
        if missing:
            whose = "both scans" if len(missing) > 1 else f"the {missing[0].value.lower()} scan"
            return f"Waits for the analysis of {whose} …"
        return "Comparing …" if shown.settled else "Waits for the deformable registration …"

    def _fill(self, comparison: Comparison | None) -> None:
        while self._column.count():
            self._column.takeAt(0)
        for old in (*self.rows.values(), *self.cautions):
            old.deleteLater()
        self.cautions = [Caution(notice) for notice in (() if comparison is None else comparison.notices)]
        for caution in self.cautions:
            self._column.addWidget(caution)
        changes = () if comparison is None else by_weight(comparison)
        self.rows = {key_of(change): self._row(change) for change in changes}
        unchanged = [row for row in self.rows.values() if row.change.kind is ChangeKind.STABLE]
        for row in self.rows.values():
            if unchanged and row is unchanged[0]:
                self._column.addWidget(self.fold)
            self._column.addWidget(row)
        self._column.addStretch(1)
        self.fold.setVisible(bool(unchanged))
        self.fold.rename(f"Unchanged ({len(unchanged)})")
        self._fold_unchanged()

    def _row(self, change: Change) -> ChangeRow:
        row = ChangeRow(change)
        row.chosen.connect(lambda: self._go_to(change))
        row.judged.connect(lambda verdict: self._reading.comparison.judge(key_of(change), verdict))
        return row

    def _fold_unchanged(self) -> None:
        for row in self.rows.values():
            row.setVisible(row.change.kind is not ChangeKind.STABLE or self.fold.isChecked())

    def _go_to(self, change: Change) -> None:
        self._follow(change)
        self._reading.comparison.select(key_of(change))
        self._reading.look_at_change(*(_place(seen) for seen in (change.prior, change.current)))

    def _follow(self, change: Change | None) -> None:
        """Look at the line of a change's lesion."""
        seen = None if change is None else change.current or change.prior
        self._reading.timeline.follow(seen if isinstance(seen, Lesion) else None)

    def _go_to_line(self, line: LesionLine) -> None:
        """Look at a line, and at its place in the scans on screen."""
        timeline = self._reading.timeline.value.timeline
        if timeline is None:
            return
        self._reading.comparison.select(None)
        self._reading.timeline.select(line)
        uids = [study.uid for study in timeline.studies]
        prior = self._reading.scans[Role.PRIOR].value
        there = None if prior is None or prior.series.uid not in uids else line.points[uids.index(prior.series.uid)]
        self._reading.look_at_change(None if there is None else there.place, line.points[timeline.current].place)

    def _ask_study(self, number: int) -> None:
        line = self._reading.timeline.value.selected
        if line is not None:
            self.study_asked.emit(line, number)

    def _go_to_finding(self, name: str) -> None:
        """Go to an abnormality's strongest peak, in the scan that shows it."""
        found = [(role, self._reading.findings[role].value.finding(name)) for role in (Role.CURRENT, Role.PRIOR)]
        shown = [(role, finding) for role, finding in found if finding is not None]
        role, finding = next(((r, f) for r, f in shown if f.present), (Role.CURRENT, None))
        if finding is not None:
            self._reading.go_to(role, finding)

    def _draw_trend(self, shown: ComparisonOnScreen) -> None:
        value = self._reading.timeline.value
        if value.timeline is not None and value.selected is not None:
            open_now = [scan.value.series.uid for scan in self._reading.scans.values() if scan.value is not None]
            points = trend_points(value.selected, value.timeline, frozenset(open_now))
            self.trend.show_trend(f"Volume · {line_title(value.selected)}", points)
            self.trend.setVisible(True)
            return
        row = None if shown.selected is None else self.rows.get(shown.selected)
        points = () if row is None else self._points(row.change)
        self.trend.setVisible(bool(points))
        if row is not None and points:
            self.trend.show_trend(f"Volume · {title_words(row.change)}", points)

    def _points(self, change: Change) -> tuple[TrendPoint, ...]:
        """Return the lesion's volume in either scan; none for a finding without lesions."""
        if isinstance(change, FindingChange):
            return ()
        dates = [
            None if (shown := self._reading.scans[role].value) is None else shown.series.study.taken_on
            for role in (Role.PRIOR, Role.CURRENT)
        ]
        volumes = [change.prior_mm3, change.current_mm3]
        points = []
        for order, (taken_on, mm3) in enumerate(zip(dates, volumes, strict=True)):
            dated = taken_on is not None and None not in dates
            day = float(taken_on.toordinal()) if dated and taken_on is not None else float(order)
            points.append(TrendPoint(day, str(taken_on) if taken_on is not None else ("then", "now")[order], mm3))
        return tuple(points)


def _place(seen: Lesion | Finding | None) -> PointMm | None:
    """Return where a lesion is, or a finding's strongest peak where it is present."""
    if seen is None or isinstance(seen, Lesion):
        return None if seen is None else seen.centre
    if not seen.present or not seen.peaks:
        return None
    return max(seen.peaks, key=lambda peak: peak.evidence).position
