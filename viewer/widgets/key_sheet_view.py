"""The sheet of keys, laid over the window."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from viewer.assets import KeyGroup, key_sheet

COLUMNS = 3


class KeySheetView(QWidget):
    """Covers its parent until it is clicked or a key closes it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("KeySheet")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        card = QFrame()
        card.setObjectName("KeyCard")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(36, 28, 36, 28)
        title = QLabel("Mouse and keys")
        title.setObjectName("SheetTitle")
        inside.addWidget(title)
        inside.addLayout(self._columns())
        hint = QLabel("Any click, ? or Esc closes this sheet.")
        hint.setProperty("quiet", True)
        inside.addWidget(hint)
        outer = QVBoxLayout(self)
        outer.addStretch(1)
        outer.addWidget(card, alignment=Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(1)
        parent.installEventFilter(self)
        self.hide()

    def toggle(self) -> None:
        """Show the sheet over the whole parent, or hide it."""
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())
        self.setVisible(not self.isVisible())
        self.raise_()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Close."""
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Follow the parent's size."""
        parent = self.parentWidget()
        if event.type() == QEvent.Type.Resize and parent is not None and watched is parent:
            self.setGeometry(parent.rect())
        return False

    def _columns(self) -> QHBoxLayout:
        columns = [QVBoxLayout() for _ in range(COLUMNS)]
        lengths = [0] * COLUMNS
        for group in key_sheet():
            shortest = lengths.index(min(lengths))
            columns[shortest].addLayout(_group(group))
            columns[shortest].addSpacing(14)
            lengths[shortest] += len(group.lines) + 2
        row = QHBoxLayout()
        row.setSpacing(44)
        for column in columns:
            column.addStretch(1)
            row.addLayout(column)
        return row


def _group(group: KeyGroup) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(14)
    grid.setVerticalSpacing(4)
    title = QLabel(group.title.upper())
    title.setObjectName("GroupTitle")
    grid.addWidget(title, 0, 0, 1, 2)
    for row, line in enumerate(group.lines, start=1):
        keys = QLabel(line.keys)
        keys.setObjectName("Keys")
        grid.addWidget(keys, row, 0, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(QLabel(line.does), row, 1)
    grid.setColumnStretch(1, 1)
    return grid
