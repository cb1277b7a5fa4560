"""How readily findings are called present: three buttons, of which one is down."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from ai.findings import Analysis, Setting
from viewer.state.findings_model import FindingsOnScreen
from viewer.state.reading import Reading
from viewer.state.role import Role

MEANS = {
    Setting.SENSITIVE: "misses least, raises most false alarms",
    Setting.BALANCED: "weighs misses against false alarms",
    Setting.SPECIFIC: "raises fewest false alarms, misses most",
}
ONE_ONLY = "This model knows one threshold for each finding: the setting changes nothing."


class SettingSwitch(QWidget):
    """Speaks to both scans at once; nothing is read again, only the thresholds change."""

    def __init__(self, reading: Reading, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reading = reading
        self.buttons = {setting: self._button(setting) for setting in Setting}
        group = QButtonGroup(self)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        title = QLabel("Setting")
        title.setProperty("quiet", True)
        line.addWidget(title)
        line.addSpacing(8)
        for button in self.buttons.values():
            group.addButton(button)
            line.addWidget(button)
        for found in reading.findings.values():
            found.changed.connect(self._changed)
        self._write()

    def _button(self, setting: Setting) -> QToolButton:
        button = QToolButton()
        button.setText(setting.value.capitalize())
        button.setObjectName("Segment")
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.clicked.connect(lambda: self._reading.use_setting(setting))
        return button

    def _changed(self, before: FindingsOnScreen, after: FindingsOnScreen) -> None:
        if before.setting is not after.setting or before.analysis is not after.analysis:
            self._write()

    def _write(self) -> None:
        shown = [self._reading.findings[role].value for role in Role]
        analyses = [found.analysis for found in shown if found.analysis is not None]
        idle = bool(analyses) and not any(map(knows_settings, analyses))
        for setting, button in self.buttons.items():
            button.setChecked(setting is shown[0].setting)
            words = f"{setting.value.capitalize()}: {MEANS[setting]}. For both scans; nothing is read again (T: next)."
            button.setToolTip(ONE_ONLY if idle else words)


def knows_settings(analysis: Analysis) -> bool:
    """Return whether any finding has another threshold at another setting."""
    thresholds = [finding.thresholds for finding in analysis.findings]
    return any(t is not None and t.sensitive < t.specific for t in thresholds)
