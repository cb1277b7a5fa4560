"""A row of a list that the reader goes to by a click, and accepts or rejects."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from viewer.state.verdict import Verdict
from viewer.widgets.chosen_row import ChosenRow


class JudgedRow(ChosenRow):
    """Tells what was clicked.

    Args:
        struck: what is struck out once it was rejected.
        tips: what accepting and what rejecting means.
    """

    judged = Signal(object)
    """A ``Verdict``; open where one was taken back."""

    def __init__(self, struck: QLabel, tips: tuple[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._struck = struck
        struck.setWordWrap(True)
        self.accept = _button(tips[0], "✓", "Accept")
        self.reject = _button(tips[1], "✗", "Reject")
        self.accept.clicked.connect(lambda: self._judge(self.accept, Verdict.ACCEPTED))
        self.reject.clicked.connect(lambda: self._judge(self.reject, Verdict.REJECTED))
        self.verdicts = QHBoxLayout()
        self.verdicts.setSpacing(2)
        self.verdicts.addWidget(self.accept)
        self.verdicts.addWidget(self.reject)

    def show_verdict(self, verdict: Verdict) -> None:
        """Show what the reader said."""
        self.accept.setChecked(verdict is Verdict.ACCEPTED)
        self.reject.setChecked(verdict is Verdict.REJECTED)
        font = self._struck.font()
        font.setStrikeOut(verdict is Verdict.REJECTED)
        self._struck.setFont(font)

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
