"""A table that is folded away at first, with a button that copies it as text."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from viewer.widgets.fold_button import FoldButton

_WIDE_PX, _FRAME_PX = 300, 4


class FoldedTable(QWidget):
    """Hidden where there is nothing to show.

    Args:
        copy_tip: what the button says it copies.
        tallest_px: of the table; it scrolls beyond.
    """

    def __init__(self, copy_tip: str, tallest_px: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tallest_px = tallest_px
        self._text = ""
        self.fold = FoldButton()
        self.copy = QPushButton("Copy")
        self.copy.setToolTip(copy_tip)
        self.copy.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.copy.clicked.connect(self._copy)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.fold.toggled.connect(self._unfold)
        head = QHBoxLayout()
        head.addWidget(self.fold, 1)
        head.addWidget(self.copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.area)
        self._unfold(False)

    def show_table(self, title: str, table: QWidget, text: str, shown: bool) -> None:
        """Show a table under a title; ``text`` is what the button copies."""
        self._text = text
        self.fold.rename(title)
        self.area.setWidget(table)
        self.area.setFixedHeight(min(self._tallest_px, table.heightForWidth(_WIDE_PX) + _FRAME_PX))
        self.setVisible(shown)

    def _unfold(self, unfolded: bool) -> None:
        self.area.setVisible(unfolded)
        self.copy.setVisible(unfolded)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text)
