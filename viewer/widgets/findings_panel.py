"""The list of findings of one scan."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from ai.findings import Analysis
from viewer.mpr.pane_state import PaneState
from viewer.state.findings_model import FindingsOnScreen, Stage
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.widgets.finding_row import FindingRow

STAGES = {
    Stage.NONE: "No analysis yet.",
    Stage.WAITING: "Waits for the other scan’s analysis.",
    Stage.RUNNING: "Analysing in the background …",
    Stage.CANCELLED: "The analysis was stopped.",
}


class FindingsPanel(QWidget):
    """What is present first; what is not, folded away below. ``analyse_asked`` starts a stopped analysis again."""

    analyse_asked = Signal()

    def __init__(self, reading: Reading, role: Role, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reading = reading
        self._role = role
        self.rows: dict[str, FindingRow] = {}
        self._sentence = QLabel()
        self._sentence.setWordWrap(True)
        self._sentence.setProperty("quiet", True)
        self._again = QPushButton("Analyse again")
        self._again.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._again.clicked.connect(self.analyse_asked)
        self._fold = QPushButton()
        self._fold.setCheckable(True)
        self._fold.setFlat(True)
        self._fold.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._fold.toggled.connect(self._show_absent)
        self._list = QVBoxLayout()
        self._list.setSpacing(2)
        self._list.setContentsMargins(0, 0, 4, 0)
        self._absent = QWidget()
        self._absent_list = QVBoxLayout(self._absent)
        self._absent_list.setContentsMargins(0, 0, 0, 0)
        self._absent_list.setSpacing(2)
        self._lay_out()
        reading.findings[role].changed.connect(self._changed)
        reading.panes[role].changed.connect(self._look_changed)
        self._write(reading.findings[role].value)

    def _lay_out(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._list)
        column.addWidget(self._fold, alignment=Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._absent)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inside)
        top = QHBoxLayout()
        top.addWidget(self._sentence, 1)
        top.addWidget(self._again)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.addLayout(top)
        layout.addWidget(area, 1)

    def _changed(self, before: FindingsOnScreen, after: FindingsOnScreen) -> None:
        if before.analysis is not after.analysis:
            self._build(after)
        self._write(after)

    def _build(self, findings: FindingsOnScreen) -> None:
        for row in self.rows.values():
            row.hide()
            row.deleteLater()
        self.rows = {}
        absent = 0
        for finding in findings.ordered():
            row = FindingRow(finding)
            name = finding.abnormality.name
            row.chosen.connect(lambda finding=finding: self._reading.go_to(self._role, finding))
            row.eye_asked.connect(lambda name=name: self._reading.panes[self._role].toggle_heatmap(name))
            row.judged.connect(lambda verdict, name=name: self._reading.findings[self._role].judge(name, verdict))
            (self._list if finding.present else self._absent_list).addWidget(row)
            absent += not finding.present
            self.rows[name] = row
        self._fold.setText(f"Below threshold ({absent})")
        self._fold.setVisible(absent > 0)
        self._fold.setChecked(False)
        self._absent.setVisible(False)
        self._write_eyes(self._reading.panes[self._role].value)

    def _write(self, findings: FindingsOnScreen) -> None:
        self._sentence.setText(sentence(findings))
        self._sentence.setVisible(bool(self._sentence.text()))
        self._again.setVisible(findings.stage in (Stage.CANCELLED, Stage.FAILED))
        self._fold.setVisible(any(not row.finding.present for row in self.rows.values()))
        for name, row in self.rows.items():
            row.show_verdict(findings.verdict(name))
            row.show_selected(name == findings.selected)

    def _look_changed(self, before: PaneState, after: PaneState) -> None:
        if before.overlay != after.overlay:
            self._write_eyes(after)

    def _write_eyes(self, state: PaneState) -> None:
        for name, row in self.rows.items():
            row.show_eye(state.overlay.shown and name in state.overlay.abnormalities)

    def _show_absent(self, shown: bool) -> None:
        self._absent.setVisible(shown)


def sentence(findings: FindingsOnScreen) -> str:
    """Return what stands above the list."""
    if findings.stage is Stage.FAILED:
        return findings.sentence
    if findings.analysis is None:
        return STAGES.get(findings.stage, "")
    return nothing_present(findings.analysis)


def nothing_present(analysis: Analysis) -> str:
    """Return a sentence if the model says that nothing is present, which is no proof that nothing is there."""
    if any(finding.present for finding in analysis.findings):
        return ""
    return f"None of the {len(analysis.findings)} abnormalities this model knows reaches its threshold."
