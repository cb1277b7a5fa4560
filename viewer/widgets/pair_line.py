"""The likely current and prior of a patient, and one button that opens both."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QPushButton, QWidget

from ai.studies import LikelyPair
from viewer.state.role import Role
from viewer.widgets.elided_label import ElidedLabel
from viewer.widgets.study_rows import PairRow


class PairLine(QFrame):
    """Current, prior, and why these two."""

    asked = Signal(object)
    """The pair that shall be opened."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("PairLine")
        self._pair: LikelyPair | None = None
        self.texts = {role: ElidedLabel() for role in Role}
        self.button = QPushButton("Open both")
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.clicked.connect(self._ask)
        self.reason = ElidedLabel()
        self.reason.setProperty("quiet", True)
        grid = QGridLayout(self)
        grid.setContentsMargins(8, 5, 6, 5)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        for row, role in enumerate(Role):
            name = QLabel(role.value)
            name.setProperty("quiet", True)
            grid.addWidget(name, row, 0)
            grid.addWidget(self.texts[role], row, 1, 1, 2)
        grid.addWidget(self.reason, 2, 0, 1, 2)
        grid.addWidget(self.button, 2, 2)
        grid.setColumnStretch(1, 1)

    def show_row(self, row: PairRow) -> None:
        """Show another pair, or that it is on screen."""
        self._pair = row.pair
        self.texts[Role.CURRENT].setText(row.current)
        self.texts[Role.PRIOR].setText(row.prior)
        self.reason.setText(row.reason)
        self.setToolTip(row.reason)
        self.button.setText("Both open" if row.is_open else "Open both")
        self.button.setEnabled(not row.is_open)

    def _ask(self) -> None:
        if self._pair is not None:
            self.asked.emit(self._pair)
