"""One change in the list."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QToolButton, QWidget

from ai.change import ChangeKind
from viewer.state.verdict import Verdict
from viewer.widgets.change_words import (
    WORDS,
    Change,
    advice_tip,
    advice_words,
    diameter_words,
    doubling_words,
    made_of_words,
    second_look_words,
    size_words,
    title_words,
)

KIND_PX = (78, 19)
WORSE = (ChangeKind.NEW, ChangeKind.GROWN)


class ChangeRow(QFrame):
    """What became of it, what and where it is, then → now, the verdict. Tells what was clicked."""

    chosen = Signal()
    judged = Signal(object)

    def __init__(self, change: Change, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.change = change
        self.setObjectName("FindingRow")
        self.setProperty("present", change.kind is not ChangeKind.STABLE)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.kind = QLabel(WORDS[change.kind])
        self.kind.setProperty("change", "worse" if change.kind in WORSE else "other")
        self.title = QLabel(title_words(change))
        self.title.setWordWrap(True)
        self.accept = _button("Accept this change", "✓", "Accept")
        self.reject = _button("Reject this change: it is left out of the report", "✗", "Reject")
        self.accept.clicked.connect(lambda: self._judge(self.accept, Verdict.ACCEPTED))
        self.reject.clicked.connect(lambda: self._judge(self.reject, Verdict.REJECTED))
        self.lines = [QLabel(line) for line in _lines(change) if line]
        self.setToolTip(advice_tip(change))
        self._lay_out()

    def words(self) -> tuple[str, ...]:
        """Return all that is written."""
        return (self.kind.text(), self.title.text(), *(line.text() for line in self.lines))

    def show_verdict(self, verdict: Verdict) -> None:
        """Show what the reader said."""
        self.accept.setChecked(verdict is Verdict.ACCEPTED)
        self.reject.setChecked(verdict is Verdict.REJECTED)
        font = self.title.font()
        font.setStrikeOut(verdict is Verdict.REJECTED)
        self.title.setFont(font)

    def show_selected(self, selected: bool) -> None:
        """Mark the change that is being looked at."""
        if self.property("selected") is not selected:
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
        grid.setContentsMargins(6, 3, 6, 3)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(1)
        self.kind.setFixedSize(*KIND_PX)
        self.kind.setAlignment(Qt.AlignmentFlag.AlignCenter)
        grid.addWidget(self.kind, 0, 0)
        grid.addWidget(self.title, 0, 1)
        verdicts = QHBoxLayout()
        verdicts.setSpacing(2)
        verdicts.addWidget(self.accept)
        verdicts.addWidget(self.reject)
        grid.addLayout(verdicts, 0, 2)
        for row, line in enumerate(self.lines, start=1):
            line.setProperty("quiet", row > 1)
            line.setWordWrap(True)
            grid.addWidget(line, row, 1, 1, 2)
        grid.setColumnStretch(1, 1)


def _lines(change: Change) -> tuple[str, ...]:
    """What is written under the title, the most important first."""
    return (
        size_words(change),
        " · ".join(filter(None, (diameter_words(change), doubling_words(change)))),
        made_of_words(change),
        " · ".join(advice_words(change)),
        second_look_words(change),
    )


def _button(tip: str, text: str, name: str) -> QToolButton:
    button = QToolButton()
    button.setToolTip(tip)
    button.setText(text)
    button.setObjectName(name)
    button.setCheckable(True)
    button.setAutoRaise(True)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return button
