"""The window: introduces panes, lists and bars to each other, takes drops, and closes without leaving a thread."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeySequence,
    QShortcut,
)
from PySide6.QtWidgets import QFileDialog, QMainWindow, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from ai.series import Series
from ai.studies import LikelyPair
from ai.timeline import Timeline
from viewer.mpr.plane import Plane
from viewer.state.browser_model import Browsing
from viewer.state.earlier_verdicts import verdicts_to_keep
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.steps.all_steps import AllSteps
from viewer.steps.write_reading import Form, ReadingToWrite
from viewer.widgets.commands import Commands
from viewer.widgets.drop_curtain import DropCurtain, dropped_paths
from viewer.widgets.key_sheet_view import KeySheetView
from viewer.widgets.menus import Menus, WindowCommands
from viewer.widgets.notice_bar import NoticeBar
from viewer.widgets.pane_grid import PaneGrid
from viewer.widgets.progress_strip import ProgressStrip
from viewer.widgets.reading_pictures import reading_pictures
from viewer.widgets.report_dock import WIDTH_PX, ReportDock
from viewer.widgets.side_panel import SidePanel
from viewer.widgets.start_page import StartPage
from viewer.widgets.study_browser import StudyBrowser

SIDE_WIDTH_PX = 340
BROWSER_WIDTH_PX = 330
BROWSER_ALONE_WIDTH_PX = 620
"""While no scan is open the list has room."""


class MainWindow(QMainWindow):
    """One reading on screen. Starts nothing by itself: the steps do."""

    def __init__(self, reading: Reading, steps: AllSteps) -> None:
        super().__init__()
        self.setWindowTitle("Interval")
        self.resize(1600, 1000)
        self.setAcceptDrops(True)
        self.reading = reading
        self.steps = steps
        self.grid = PaneGrid(reading)
        self.side = SidePanel(reading)
        self.browser = StudyBrowser(reading, tuple(steps.paths.lanes.values()))
        self.start = StartPage()
        self.notices = NoticeBar(reading.notices)
        self.report = ReportDock(reading, steps, self)
        self.progress = ProgressStrip(steps.lanes())
        self.commands = Commands(reading, steps, self.grid)
        self._central = QWidget()
        self._stack = QStackedWidget()
        self._body = QSplitter(Qt.Orientation.Horizontal)
        self._lay_out()
        self.keys = KeySheetView(self._central)
        self._curtain = DropCurtain(self._stack)
        self._menus = Menus(self, reading, self.grid, self.commands, self._own_commands())
        for keys, do in self.commands.keys().items():
            QShortcut(QKeySequence(keys), self).activated.connect(do)
        self._introduce()

    def open_paths(self, paths: Sequence[Path], role: Role = Role.CURRENT) -> None:
        """Open what was dropped or chosen."""
        if role is Role.PRIOR:
            self.steps.paths.open_prior(paths)
        else:
            self.steps.paths.open(paths)

    def export_to(self, folder: Path, form: Form = Form.FILES) -> None:
        """Write the reading into a folder."""
        reading = self.reading_to_write(form)
        if reading is None:
            self.reading.notices.say("There is nothing to export before the current scan has been analysed.")
            return
        self.steps.write.write(reading, folder)

    def reading_to_write(self, form: Form = Form.FILES) -> ReadingToWrite | None:
        """Gather what an export holds; None while the current scan has not been analysed."""
        current, prior = (self.reading.scans[role].value for role in Role)
        findings = self.reading.findings[Role.CURRENT].value
        if current is None or current.scan is None or findings.analysis is None:
            return None
        return ReadingToWrite(
            current.scan,
            findings.analysis,
            findings.rejected(),
            reading_pictures(self.reading, form is Form.ANONYMOUS_DICOM),
            None if prior is None else prior.scan,
            self.reading.findings[Role.PRIOR].value.analysis,
            self.reading.comparison.value.comparison,
            self.reading.comparison.value.rejected(),
            findings.accepted(),
            self.reading.panes[Role.CURRENT].value.window,
            form,
            self._timeline_to_write(),
            self.reading.report.value.text() if self.reading.report.value.tells else "",
            verdicts_to_keep(
                findings.earlier, self.reading.comparison.value, None if prior is None else prior.series.uid
            ),
            self.reading.report.value.written(),
        )

    def _timeline_to_write(self) -> Timeline | None:
        """Return the lines that the reader's setting tells; None where no further study was read."""
        timeline = self.reading.timeline.value.timeline
        return None if timeline is None else timeline.told(self.reading.findings[Role.CURRENT].value.setting)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Stop all work and wait for it, out of the reader's sight: an import cannot be cancelled."""
        self.hide()
        self.steps.close()
        super().closeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Take files and folders."""
        if dropped_paths(event.mimeData()):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:  # noqa: N802
        """Show what a drop here would become."""
        self._curtain.show_at(self._stack.mapFrom(self, event.position()), self._scan_is_open())
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802
        """Nothing is dropped."""
        self._curtain.hide()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Open what was dropped: as prior in the right half while a scan is open."""
        self._curtain.hide()
        role = self._curtain.role_at(self._stack.mapFrom(self, event.position()), self._scan_is_open())
        event.acceptProposedAction()
        self.open_paths(dropped_paths(event.mimeData()), role)

    def _lay_out(self) -> None:
        reading_area = QSplitter(Qt.Orientation.Horizontal)
        reading_area.setHandleWidth(4)
        reading_area.addWidget(self.grid)
        reading_area.addWidget(self.side)
        reading_area.setStretchFactor(0, 1)
        reading_area.setStretchFactor(1, 0)
        reading_area.setSizes([1600 - SIDE_WIDTH_PX, SIDE_WIDTH_PX])
        self._stack.addWidget(self.start)
        self._stack.addWidget(reading_area)
        column = QVBoxLayout(self._central)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._body.setHandleWidth(4)
        self._body.setChildrenCollapsible(False)
        self._body.addWidget(self.browser)
        self._body.addWidget(self._stack)
        self._body.setStretchFactor(0, 0)
        self._body.setStretchFactor(1, 1)
        column.addWidget(self._body, 1)
        column.addWidget(self.notices)
        column.addWidget(self.progress)
        self.setCentralWidget(self._central)
        self.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.report)
        self.resizeDocks([self.report], [WIDTH_PX], Qt.Orientation.Horizontal)

    def _introduce(self) -> None:
        self.start.folder_asked.connect(self._ask_folder)
        self.start.file_asked.connect(self._ask_file)
        self.start.demo_asked.connect(self.steps.demo.open)
        self.report.left.connect(self._focus_pictures)
        self.side.analyse_asked.connect(self.commands.analyse)
        for role in Role:
            self.side.findings[role].filter.left.connect(lambda: self.grid.canvas(*self._active()).setFocus())
            self.reading.scans[role].changed.connect(lambda before, after: self._show_page())
        self.reading.scans[Role.CURRENT].changed.connect(lambda before, after: self._current_came(before))
        self.browser.tree.series_asked.connect(self._choose)
        self.browser.tree.pair_asked.connect(self._choose_pair)
        self.browser.timeline_asked.connect(self.steps.follow.add)
        self.side.changes.study_asked.connect(self.steps.hang.hang)
        self.browser.tree.in_sight.connect(self.steps.thumbnails.want)
        self.browser.tree.left.connect(self._focus_pictures)
        self.reading.browser.changed.connect(self._browsing_changed)
        self._show_page()
        self._show_browser()

    def _own_commands(self) -> WindowCommands:
        return WindowCommands(
            open_folder=self._ask_folder,
            open_file=self._ask_file,
            open_prior=lambda: self._ask_folder(Role.PRIOR),
            open_prior_file=lambda: self._ask_file(Role.PRIOR),
            open_demo=self.steps.demo.open,
            open_model=self._ask_model,
            write=self._ask_export,
            write_dicom=lambda: self._ask_export(Form.DICOM),
            write_anonymous=lambda: self._ask_export(Form.ANONYMOUS_DICOM),
            show_keys=self.keys.toggle,
            seek=self.side.seek,
            browse=self.reading.browser.toggle,
            full_screen=self._toggle_full_screen,
            escape=self._escape,
            leave=self._leave,
        )

    def _active(self) -> tuple[Role, Plane]:
        return self.grid.role, self.grid.plane

    def _scan_is_open(self) -> bool:
        return self.reading.scans[Role.CURRENT].value is not None

    def _show_page(self) -> None:
        shown = any(scan.value is not None for scan in self.reading.scans.values())
        if shown == (self._stack.currentIndex() == 1):
            return
        self._stack.setCurrentIndex(1 if shown else 0)
        self._give_room()
        if shown:
            self._focus_pictures()

    def _current_came(self, before: object) -> None:
        """Let the keys go to the pictures, also where the prior was quicker and the page stands already."""
        if before is None:
            self._focus_pictures()

    def _choose(self, series: Series, role: Role | None) -> None:
        self.steps.series.choose(series, role)
        self._focus_pictures()

    def _choose_pair(self, pair: LikelyPair) -> None:
        self.steps.series.choose_pair(pair)
        self._focus_pictures()

    def _focus_pictures(self) -> None:
        if self._scan_is_open():
            self.grid.canvas(*self._active()).setFocus()

    def _browsing_changed(self, before: Browsing, after: Browsing) -> None:
        if before.shown != after.shown:
            self._show_browser()
        elif bool(before.count) != bool(after.count):
            self._give_room()

    def _show_browser(self) -> None:
        shown = self.reading.browser.value.shown
        self.browser.setVisible(shown)
        self.progress.keep_back(tuple(self.steps.paths.lanes.values()), shown)
        self._give_room()
        if shown:
            self.browser.tree.setFocus()
        else:
            self._focus_pictures()

    def _give_room(self) -> None:
        alone = self._stack.currentIndex() == 0 and self.reading.browser.value.count > 0
        width = BROWSER_ALONE_WIDTH_PX if alone else BROWSER_WIDTH_PX
        self._body.setSizes([width, max(1, self.width() - width)])

    def _ask_folder(self, role: Role = Role.CURRENT) -> None:
        self._ask(QFileDialog.FileMode.Directory, role, f"Open the {role.value.lower()} scan’s folder")

    def _ask_file(self, role: Role = Role.CURRENT) -> None:
        self._ask(QFileDialog.FileMode.ExistingFile, role, f"Open the {role.value.lower()} scan’s file")

    def _ask(self, mode: QFileDialog.FileMode, role: Role, title: str) -> None:
        dialog = self._dialog(mode, title)
        dialog.filesSelected.connect(lambda names: self.open_paths([Path(name) for name in names], role))
        dialog.open()

    def _ask_model(self) -> None:
        dialog = self._dialog(QFileDialog.FileMode.Directory, "Open a model: the folder of its bundle")
        dialog.filesSelected.connect(lambda names: self.commands.use_model(Path(names[0])))
        dialog.open()

    def _ask_export(self, form: Form = Form.FILES) -> None:
        dialog = self._dialog(QFileDialog.FileMode.Directory, f"Export the reading into a folder ({form.value})")
        dialog.filesSelected.connect(lambda names: self.export_to(Path(names[0]), form))
        dialog.open()

    def _dialog(self, mode: QFileDialog.FileMode, title: str) -> QFileDialog:
        dialog = QFileDialog(self, title)
        dialog.setFileMode(mode)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog

    def _toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _leave(self) -> None:
        self.close()

    def _escape(self) -> None:
        if self.keys.isVisible():
            self.keys.hide()
        elif self.commands.stop_comparing():
            return
        elif self.grid.maximised is not None:
            self.grid.toggle_maximised(self.grid.maximised)
        elif self.isFullScreen():
            self._toggle_full_screen()
        else:
            self.commands.reset()
