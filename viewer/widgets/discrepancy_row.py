"""One discrepancy between report and picture in the list."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QToolButton, QWidget

from ai.discrepancy import Discrepancy, DiscrepancyKind
from viewer.state.verdict import Verdict

GRAVE = (DiscrepancyKind.SIDE, DiscrepancyKind.SILENT, DiscrepancyKind.IMPRESSION)


class DiscrepancyRow(QFrame):
    """What does not fit, in a sentence, and the verdict. Tells what was clicked."""

    chosen = Signal()
    judged = Signal(object)

    def __init__(self, discrepancy: Discrepancy, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("FindingRow")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.kind = QLabel(discrepancy.kind.value)
        self.kind.setProperty("change", "worse" if discrepancy.kind in GRAVE else "other")
        self.kind.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.words = QLabel(discrepancy.words)
        self.words.setWordWrap(True)
        self.accept = _button("It is so: the report needs mending", "✓", "Accept")
        self.dismiss = _button("Dismiss: the report is right", "✗", "Reject")
        self.accept.clicked.connect(lambda: self._judge(self.accept, Verdict.ACCEPTED))
        self.dismiss.clicked.connect(lambda: self._judge(self.dismiss, Verdict.REJECTED))
        grid = QGridLayout(self)
        grid.setContentsMargins(6, 4, 6, 4)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(2)
        grid.addWidget(self.kind, 0, 0, Qt.AlignmentFlag.AlignLeft)
        verdicts = QHBoxLayout()
        verdicts.setSpacing(2)
        verdicts.addWidget(self.accept)
        verdicts.addWidget(self.dismiss)
        grid.addLayout(verdicts, 0, 1)
        grid.addWidget(self.words, 1, 0, 1, 2)
        grid.setColumnStretch(0, 1)

    def show_verdict(self, verdict: Verdict) -> None:
        """Show what the reader said; what he dismissed is struck out."""
        self.accept.setChecked(verdict is Verdict.ACCEPTED)
        self.dismiss.setChecked(verdict is Verdict.REJECTED)
        font = self.words.font()
        font.setStrikeOut(verdict is Verdict.REJECTED)
        self.words.setFont(font)

    def show_selected(self, selected: bool) -> None:
        """Mark the one that is looked at."""
        if self.property("selected") is not selected:
            self.setProperty("selected", selected)
            self.style().unpolish(self)
            self.style().polish(self)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Tell that the reader wants to see it."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit()

    def _judge(self, button: QToolButton, verdict: Verdict) -> None:
        self.judged.emit(verdict if button.isChecked() else Verdict.OPEN)


def _button(tip: str, text: str, name: str) -> QToolButton:
    button = QToolButton()
    button.setToolTip(tip)
    button.setText(text)
    button.setObjectName(name)
    button.setCheckable(True)
    button.setAutoRaise(True)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return button
