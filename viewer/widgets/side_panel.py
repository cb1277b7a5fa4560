"""Everything that is not a picture: findings of both scans, changes, how heat is drawn, which model speaks."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QTabWidget, QVBoxLayout

from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.state.scan_model import ScanOnScreen
from viewer.state.timeline_model import TimelineOnScreen
from viewer.widgets.changes_panel import ChangesPanel
from viewer.widgets.findings_panel import FindingsPanel
from viewer.widgets.model_line import ModelLine
from viewer.widgets.overlay_bar import OverlayBar
from viewer.widgets.patient_section import PatientSection
from viewer.widgets.setting_switch import SettingSwitch

CHANGES = "Changes"


class SidePanel(QFrame):
    """Tabs for the current scan's findings, and with a prior for the prior's and the changes."""

    analyse_asked = Signal(object)
    """Role of the scan to analyse again."""

    def __init__(self, reading: Reading) -> None:
        super().__init__()
        self._reading = reading
        self.setObjectName("SidePanel")
        self.setMinimumWidth(270)
        self.findings = {role: FindingsPanel(reading, role) for role in Role}
        self.changes = ChangesPanel(reading)
        self.setting = SettingSwitch(reading)
        self.patient = PatientSection(reading.patient)
        self.overlay = OverlayBar(reading)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.tabs.tabBar().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for role in Role:
            self.findings[role].analyse_asked.connect(lambda role=role: self.analyse_asked.emit(role))
            self.tabs.addTab(self.findings[role], "Findings" if role is Role.CURRENT else "Prior")
        self.tabs.addTab(self.changes, CHANGES)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 8, 8)
        column.setSpacing(8)
        column.addWidget(self.setting)
        column.addWidget(self.patient)
        column.addWidget(self.tabs, 1)
        column.addWidget(self.overlay)
        column.addWidget(ModelLine(reading))
        reading.scans[Role.PRIOR].changed.connect(self._prior_changed)
        reading.timeline.changed.connect(lambda before, after: self._show_changes(after))
        self._prior_changed(None, reading.scans[Role.PRIOR].value)

    def seek(self) -> None:
        """Put the keys into the filter of the findings that are seen; of the current scan's where none are."""
        shown = next((panel for panel in self.findings.values() if panel is self.tabs.currentWidget()), None)
        if shown is None:
            shown = self.findings[Role.CURRENT]
            self.tabs.setCurrentWidget(shown)
        shown.filter.setFocus()
        shown.filter.selectAll()

    def _show_changes(self, timeline: TimelineOnScreen) -> None:
        """Show the changes' tab: there is a prior, or there are lines through older studies."""
        shown = self._reading.scans[Role.PRIOR].value is not None or timeline.timeline is not None
        self.tabs.setTabVisible(2, shown)

    def _prior_changed(self, before: ScanOnScreen | None, after: ScanOnScreen | None) -> None:
        self.tabs.setTabVisible(1, after is not None)
        self._show_changes(self._reading.timeline.value)
        self.tabs.setTabText(0, "Current" if after is not None else "Findings")
