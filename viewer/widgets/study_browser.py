"""The study browser: patients, visits and series of what was dropped, beside the pictures."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from ai.series import Notice, Series
from ai.studies import patient_key
from viewer.assets import colours
from viewer.mpr.pane_state import PaneState
from viewer.state.browser_model import Browsing
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.state.scan_model import ScanOnScreen
from viewer.state.study_words import count_words
from viewer.widgets.elided_label import ElidedLabel
from viewer.widgets.filter_field import FilterField
from viewer.widgets.icon import icon
from viewer.widgets.progress_strip import LaneRow
from viewer.widgets.study_plan import Plan
from viewer.widgets.study_rows import PairRow, SeriesRow
from viewer.widgets.study_tree import StudyTree
from viewer.work import Lane

EMPTY = (
    "Nothing to choose from yet.\n\n"
    "Drop a folder, a ZIP archive, a DICOMDIR, or NIfTI, NRRD and MHA files. "
    "Patients, their studies and series are listed here."
)
SEARCHING = "Nothing found yet …"
NO_MATCH = "No patient, study or series with “{}”."
FOR_A_PRIOR = "Choose the prior: Enter opens it beside the current scan."
MOST_NOTICES = 3


class StudyBrowser(QFrame):
    """Shows what the browser model holds and what is on screen. Tells what was chosen; opens nothing itself."""

    timeline_asked = Signal(object)
    """Series through which lesions shall be followed."""

    def __init__(self, reading: Reading, searches: Sequence[Lane], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("StudyBrowser")
        self.setMinimumWidth(260)
        self._reading = reading
        self.tree = StudyTree(reading.thumbnails)
        self.filter = FilterField("Find a patient, study or series")
        self.count = QLabel()
        self.count.setProperty("quiet", True)
        self.hint = QLabel(FOR_A_PRIOR)
        self.hint.setObjectName("BrowserHint")
        self.hint.setWordWrap(True)
        self.empty = QLabel()
        self.empty.setWordWrap(True)
        self.empty.setProperty("quiet", True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.empty.setContentsMargins(12, 12, 12, 12)
        self.left_out = [ElidedLabel() for _ in range(MOST_NOTICES)]
        self.searches = [LaneRow(lane, bar_px=0) for lane in searches]
        self._pages = QStackedWidget()
        self._pages.addWidget(self.tree)
        self._pages.addWidget(self.empty)
        self._lay_out()
        self._introduce()
        self._write()

    def _lay_out(self) -> None:
        title = QLabel("Studies")
        title.setObjectName("BrowserTitle")
        close = QToolButton()
        close.setIcon(icon("close"))
        close.setToolTip("Hide the study browser  Ctrl+B")
        close.setAutoRaise(True)
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        close.clicked.connect(self._reading.browser.hide)
        top = QHBoxLayout()
        top.addWidget(title)
        top.addWidget(self.count, 1)
        top.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 8, 8)
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(self.hint)
        column.addWidget(self.filter)
        column.addWidget(self._pages, 1)
        for line in self.left_out:
            column.addWidget(line)
        for row in self.searches:
            column.addWidget(row)

    def _introduce(self) -> None:
        reading = self._reading
        self.tree.filter_asked.connect(self.seek)
        self.tree.customContextMenuRequested.connect(self._open_menu)
        self.filter.left.connect(self.tree.setFocus)
        self.filter.textChanged.connect(lambda words: self._write())
        reading.browser.changed.connect(self._browsing_changed)
        reading.panes[Role.CURRENT].changed.connect(self._look_changed)
        for role in Role:
            reading.scans[role].changed.connect(self._scan_changed)

    def seek(self) -> None:
        """Put the keys into the filter."""
        self.filter.setFocus()
        self.filter.selectAll()

    def _browsing_changed(self, before: Browsing, after: Browsing) -> None:
        if after.searching - before.searching:
            self.filter.clear()
            self.tree.begin()
        self._write()

    def _look_changed(self, before: PaneState, after: PaneState) -> None:
        if before.hide_patient != after.hide_patient:
            self._write()

    def _scan_changed(self, before: ScanOnScreen | None, after: ScanOnScreen | None) -> None:
        if before is None or after is None or before.series is not after.series:
            self._write()

    def _write(self) -> None:
        browsing = self._reading.browser.value
        shown = {role: scan.value for role, scan in self._reading.scans.items()}
        uids = {role: scan.series.uid for role, scan in shown.items() if scan is not None}
        hidden = self._reading.panes[Role.CURRENT].value.hide_patient
        plan = Plan(browsing, uids, hidden, self.filter.text())
        rows = list(plan.rows())
        self.tree.show_rows(rows, plan.proposal())
        any_row = any(not row.hidden for row in rows)
        self._pages.setCurrentIndex(0 if any_row else 1)
        self.empty.setText(NO_MATCH.format(self.filter.text()) if rows else SEARCHING if browsing.searching else EMPTY)
        self.filter.setVisible(bool(rows))
        self.count.setText(count_words(browsing))
        self.hint.setVisible(browsing.opens_as is Role.PRIOR and bool(rows))
        self._write_left_out(() if browsing.searching or hidden else browsing.left_out)

    def _write_left_out(self, notices: Sequence[Notice]) -> None:
        """Say what is in no series; paths can name patients, so nothing while names are hidden."""
        for line, notice in zip_longest(self.left_out, notices[:MOST_NOTICES]):
            line.setVisible(notice is not None)
            if notice is not None:
                line.setText(notice.text)
                line.setToolTip("\n".join(each.text for each in notices))
                line.setStyleSheet(f"color: {colours().warning if notice.grave else colours().quiet}")

    def menu(self) -> QMenu:
        """Return the menu of the selected row; empty where there is nothing to open."""
        row = self.tree.chosen
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if isinstance(row, SeriesRow):
            keys = {Role.CURRENT: "", Role.PRIOR: "P", self._reading.browser.value.opens_as: "Enter"}
            for role in Role:
                action = menu.addAction(f"Open as {role.value.lower()}\t{keys[role]}")
                action.triggered.connect(lambda checked, role=role: self.tree.series_asked.emit(row.series, role))
            menu.addSeparator()
            follow = menu.addAction("Follow lesions into this study")
            follow.triggered.connect(lambda checked: self.timeline_asked.emit(row.series))
            follow.setEnabled(self._may_follow(row.series))
        elif isinstance(row, PairRow):
            menu.addAction("Open both\tEnter").triggered.connect(lambda checked: self.tree.pair_asked.emit(row.pair))
        return menu

    def _may_follow(self, series: Series) -> bool:
        """Return whether a series can become a further study of the scan that was analysed."""
        current = self._reading.scans[Role.CURRENT].value
        analysed = self._reading.findings[Role.CURRENT].value.analysis is not None
        if current is None or not analysed or current.series.uid == series.uid:
            return False
        return patient_key(current.series) == patient_key(series) and not self._reading.timeline.value.holds(series.uid)

    def _open_menu(self, place: QPoint) -> None:
        menu = self.menu()
        if menu.isEmpty():
            menu.deleteLater()
        else:
            menu.popup(self.tree.viewport().mapToGlobal(place))
