"""A row of a list that a click chooses."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QWidget


class ChosenRow(QFrame):
    """Tells that it was clicked, and shows whether it is the one that is looked at."""

    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("FindingRow")
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_selected(self, selected: bool) -> None:
        """Mark the one that is being looked at."""
        if self.property("selected") is not selected:
            self.setProperty("selected", selected)
            self.style().unpolish(self)
            self.style().polish(self)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Tell that the reader wants to go there."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit()
