"""One finding in the list."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QToolButton, QWidget

from ai.findings import Finding
from viewer.assets import colours
from viewer.state.findings_model import Verdict
from viewer.widgets.icon import icon
from viewer.widgets.probability_bar import ProbabilityBar

SMALL_PROBABILITY = 0.001


class FindingRow(QFrame):
    """Eye, title, probability as number and bar, where it is, and the reader's verdict. Tells what was clicked."""

    chosen = Signal()
    eye_asked = Signal()
    judged = Signal(object)

    def __init__(self, finding: Finding, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.finding = finding
        self.setObjectName("FindingRow")
        self.setProperty("present", finding.present)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.eye = _button("Show or hide this heatmap")
        self.eye.clicked.connect(self.eye_asked)
        self.accept = _button("Accept this finding", "✓")
        self.reject = _button("Reject this finding: it is left out of the report", "✗")
        self.accept.clicked.connect(lambda: self._judge(self.accept, Verdict.ACCEPTED))
        self.reject.clicked.connect(lambda: self._judge(self.reject, Verdict.REJECTED))
        self.accept.setObjectName("Accept")
        self.reject.setObjectName("Reject")
        self._title = QLabel(finding.abnormality.title)
        self._number = QLabel(percent(finding.probability))
        self._number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for label in (self._title, self._number):
            label.setProperty("present", finding.present)
        self._lay_out()
        self.show_eye(False)

    def show_eye(self, open_: bool) -> None:
        """Draw the eye open or shut."""
        self.eye.setIcon(icon("eye", colours().accent) if open_ else icon("eye-off", colours().quiet))

    def show_verdict(self, verdict: Verdict) -> None:
        """Show what the reader said."""
        self.accept.setChecked(verdict is Verdict.ACCEPTED)
        self.reject.setChecked(verdict is Verdict.REJECTED)
        font = self._title.font()
        font.setStrikeOut(verdict is Verdict.REJECTED)
        self._title.setFont(font)

    def show_selected(self, selected: bool) -> None:
        """Mark the finding that is being looked at."""
        self.setProperty("selected", selected)
        self.style().unpolish(self)
        self.style().polish(self)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Tell that the reader wants to go there."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit()

    def _judge(self, button: QToolButton, verdict: Verdict) -> None:
        self.judged.emit(verdict if button.isChecked() else Verdict.OPEN)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(4, 3, 6, 3)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(1)
        grid.addWidget(self.eye, 0, 0, 2, 1)
        grid.addWidget(self._title, 0, 1)
        grid.addWidget(self._number, 0, 2)
        grid.addWidget(ProbabilityBar(self.finding.probability, self.finding.threshold), 1, 1, 1, 2)
        verdicts = QHBoxLayout()
        verdicts.setSpacing(2)
        verdicts.addWidget(self.accept)
        verdicts.addWidget(self.reject)
        grid.addLayout(verdicts, 0, 3, 2, 1)
        where = lesion_line(self.finding)
        if where:
            line = QLabel(where)
            line.setProperty("quiet", True)
            grid.addWidget(line, 2, 1, 1, 3)
        grid.setColumnStretch(1, 1)


def percent(probability: float) -> str:
    """Write a probability; never a 0 or a 1 that is not one."""
    if 0 < probability < SMALL_PROBABILITY:
        return "<0.001"
    if 1 - SMALL_PROBABILITY < probability < 1:
        return ">0.999"
    return f"{probability:.3f}"


def lesion_line(finding: Finding) -> str:
    """Return where the largest lesion is, and how many there are; empty where none was measured."""
    if not finding.present or not finding.lesions:
        return ""
    largest = max(finding.lesions, key=lambda lesion: lesion.volume_mm3)
    more = f" · and {len(finding.lesions) - 1} more" if len(finding.lesions) > 1 else ""
    return f"{place(largest.location)} · {largest.diameter_mm:.1f} mm{more}"


def place(location: str) -> str:
    """Write a location of the vocabulary as a reader would."""
    return location.replace("_", " ")


def _button(tip: str, text: str = "") -> QToolButton:
    button = QToolButton()
    button.setToolTip(tip)
    button.setText(text)
    button.setCheckable(bool(text))
    button.setAutoRaise(True)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return button
