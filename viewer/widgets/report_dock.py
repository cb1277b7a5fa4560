"""Beside the pictures, or on a screen of its own: the report in draft, and the second reader."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import QDockWidget, QFrame, QTabWidget, QVBoxLayout, QWidget

from viewer.state.reading import Reading
from viewer.state.report_model import ReportOnScreen
from viewer.state.second_reader_model import SecondReading
from viewer.steps.all_steps import AllSteps
from viewer.widgets.report_panel import ReportPanel
from viewer.widgets.second_reader_panel import SecondReaderPanel

WIDTH_PX = 430
SECOND_READER = "Second reader"


class ReportDock(QDockWidget):
    """Shown and hidden by the report's model. ``left`` asks for the keys to go back to the pictures."""

    left = Signal()

    def __init__(self, reading: Reading, steps: AllSteps, parent: QWidget | None = None) -> None:
        super().__init__("Report", parent)
        self.setObjectName("ReportDock")
        self.setAllowedAreas(Qt.DockWidgetArea.LeftDockWidgetArea | Qt.DockWidgetArea.RightDockWidgetArea)
        self._reading = reading
        self.draft = ReportPanel(reading, steps.save_report)
        self.second_reader = SecondReaderPanel(reading, steps.check_report, steps.save_report)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.tabBar().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.tabs.addTab(self.draft, "Draft")
        self.tabs.addTab(self.second_reader, SECOND_READER)
        inside = QFrame()
        inside.setObjectName("SidePanel")
        inside.setMinimumWidth(330)
        column = QVBoxLayout(inside)
        column.setContentsMargins(8, 4, 8, 8)
        column.addWidget(self.tabs)
        self.setWidget(inside)
        self.draft.editor.left.connect(self.left)
        reading.report.changed.connect(self._changed)
        reading.second_reader.changed.connect(lambda before, after: self._count(after))
        self.hide()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """The reader may have asked Qt's own menu of docks for it."""
        super().showEvent(event)
        self._reading.report.put(True)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """The reader closed it by its cross."""
        self._reading.report.put(False)
        super().closeEvent(event)

    def _changed(self, before: ReportOnScreen, after: ReportOnScreen) -> None:
        if before.shown == after.shown:
            return
        self.setVisible(after.shown)
        if not after.shown:
            self.left.emit()

    def _count(self, second: SecondReading) -> None:
        count = second.open_count
        self.tabs.setTabText(1, f"{SECOND_READER} ({count})" if count else SECOND_READER)
