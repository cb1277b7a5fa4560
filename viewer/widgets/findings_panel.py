"""The findings of one scan: what the model says, how it was measured, or why nothing is said."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from ai.findings import Analysis, Finding, Lesion
from viewer.mpr.pane_state import PaneState
from viewer.state.findings_model import FindingsOnScreen, Stage
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.state.verdict import Verdict
from viewer.widgets.filter_field import FilterField
from viewer.widgets.finding_list import FindingList
from viewer.widgets.finding_row import FindingRow
from viewer.widgets.quantities_section import QuantitiesSection

STAGES = {
    Stage.NONE: "No analysis yet.",
    Stage.WAITING: "Waits for the other scan’s analysis.",
    Stage.RUNNING: "Analysing in the background …",
    Stage.CANCELLED: "The analysis was stopped.",
}
WITHHELD = "Findings are withheld"


class FindingsPanel(QWidget):
    """What is present first; what is not, folded away below. ``analyse_asked`` starts a stopped analysis again."""

    analyse_asked = Signal()

    def __init__(self, reading: Reading, role: Role, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reading = reading
        self._role = role
        self.list = FindingList()
        self.filter = FilterField("Find a label")
        self.quantities = QuantitiesSection()
        self.withheld = QLabel()
        self.withheld.setObjectName("Withheld")
        self.withheld.setWordWrap(True)
        self._sentence = QLabel()
        self._sentence.setWordWrap(True)
        self._sentence.setProperty("quiet", True)
        self._again = QPushButton("Analyse again")
        self._again.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._again.clicked.connect(self.analyse_asked)
        self.area = QScrollArea()
        self._lay_out()
        self._introduce()
        self._write(reading.findings[role].value)

    @property
    def rows(self) -> dict[str, FindingRow]:
        """The rows by abnormality name."""
        return self.list.rows

    def _lay_out(self) -> None:
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(self.list)
        top = QHBoxLayout()
        top.addWidget(self._sentence, 1)
        top.addWidget(self._again)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.addWidget(self.withheld)
        layout.addLayout(top)
        layout.addWidget(self.filter)
        layout.addWidget(self.area, 1)
        layout.addWidget(self.quantities)

    def _introduce(self) -> None:
        reading, role = self._reading, self._role
        self.list.chosen.connect(self._go_to)
        self.list.lesion_chosen.connect(self._go_to_lesion)
        self.list.eye_asked.connect(reading.panes[role].toggle_heatmap)
        self.list.judged.connect(self._judge)
        self.filter.textChanged.connect(self._seek)
        reading.findings[role].changed.connect(self._changed)
        reading.panes[role].changed.connect(self._look_changed)

    def _go_to(self, finding: Finding) -> None:
        self._reading.go_to(self._role, finding)

    def _go_to_lesion(self, finding: Finding, lesion: Lesion) -> None:
        self._reading.go_to_lesion(self._role, finding, lesion)

    def _judge(self, name: str, verdict: Verdict) -> None:
        self._reading.findings[self._role].judge(name, verdict)

    def _seek(self, words: str) -> None:
        self.list.seek(words)
        self._write(self._reading.findings[self._role].value)

    def _changed(self, before: FindingsOnScreen, after: FindingsOnScreen) -> None:
        if before.analysis is not after.analysis and before.setting is after.setting:
            self.filter.clear()
            self.list.replace_rows(after)
            self.list.show_eyes(self._reading.panes[self._role].value.overlay)
            self.quantities.show_quantities(() if after.analysis is None else after.analysis.quantities)
        else:
            self.list.show_findings(before, after)
            if after.selected != before.selected and after.selected in self.rows:
                self.area.ensureWidgetVisible(self.rows[after.selected], 0, 24)
        self._write(after)

    def _write(self, findings: FindingsOnScreen) -> None:
        self._sentence.setText(self._no_match() or sentence(findings))
        self._sentence.setVisible(bool(self._sentence.text()))
        self._again.setVisible(findings.stage in (Stage.CANCELLED, Stage.FAILED))
        self.withheld.setText(f"<b>{WITHHELD}.</b><br>{escape(findings.sentence)}")
        self.withheld.setVisible(findings.stage is Stage.WITHHELD)
        self.filter.setVisible(bool(self.rows))

    def _no_match(self) -> str:
        words = self.filter.text()
        return f"This model knows no label with “{words}”." if words and not self.list.matches() else ""

    def _look_changed(self, before: PaneState, after: PaneState) -> None:
        if before.overlay != after.overlay:
            self.list.show_eyes(after.overlay)


def sentence(findings: FindingsOnScreen) -> str:
    """Return what stands above the list."""
    if findings.stage is Stage.FAILED:
        return findings.sentence
    if findings.stage is Stage.WITHHELD:
        return "On such a scan they would be guesses."
    if findings.analysis is None:
        return STAGES.get(findings.stage, "")
    return nothing_present(findings.analysis)


def nothing_present(analysis: Analysis) -> str:
    """Return a sentence if the model says that nothing is present, which is no proof that nothing is there."""
    if any(finding.present for finding in analysis.findings):
        return ""
    return f"None of the {len(analysis.findings)} abnormalities this model knows reaches its threshold."
