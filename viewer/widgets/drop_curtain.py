"""Drawn over the window while something is dragged onto it: here it becomes the current scan, there the prior."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from viewer.assets import colours
from viewer.state.role import Role


class DropCurtain(QWidget):
    """Two halves while a scan is open, one while there is none."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._halved = False
        self._role = Role.CURRENT
        self.hide()

    def show_at(self, position: QPointF, halved: bool) -> None:
        """Show which half a drop at a position (of the parent) would land in."""
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())
        self._halved = halved
        self._role = self.role_at(position, halved)
        self.show()
        self.raise_()
        self.update()

    def role_at(self, position: QPointF, halved: bool) -> Role:
        """Return what a drop would become."""
        parent = self.parentWidget()
        width = parent.width() if parent is not None else self.width()
        return Role.PRIOR if halved and position.x() > width / 2 else Role.CURRENT

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the halves and their words."""
        painter = QPainter(self)
        shade = QColor(colours().background)
        shade.setAlpha(205)
        painter.fillRect(self.rect(), shade)
        font = painter.font()
        font.setPixelSize(22)
        painter.setFont(font)
        roles = list(Role) if self._halved else [Role.CURRENT]
        width = self.width() / len(roles)
        for n, role in enumerate(roles):
            box = QRectF(n * width, 0, width, self.height()).adjusted(16, 16, -16, -16)
            aimed = role is self._role
            painter.setPen(QPen(QColor(colours().accent if aimed else colours().border), 2))
            painter.drawRoundedRect(box, 8, 8)
            painter.setPen(QColor(colours().text if aimed else colours().quiet))
            words = "Drop to open as current scan" if role is Role.CURRENT else "Drop to open as prior"
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
        painter.end()


def dropped_paths(mime: QMimeData) -> list[Path]:
    """Return the files and folders that something dragged stands for."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
