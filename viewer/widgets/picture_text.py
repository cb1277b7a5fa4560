"""Text that stays legible over black and white alike."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter

from viewer.assets import colours

HEIGHT = 16.0
"""Of a line, logical pixels."""
MARGIN = 8.0
"""Between the picture's edge and what is written on it, logical pixels."""


def picture_font() -> QFont:
    """Return the font of the corner texts."""
    font = QFont()
    font.setPixelSize(12)
    return font


def write(painter: QPainter, room: QRectF, alignment: Qt.AlignmentFlag, text: str) -> None:
    """Write light text with a dark edge, in the painter's font."""
    if not text:
        return
    painter.setPen(QColor(colours().picture_halo))
    for x, y in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        painter.drawText(room.translated(x, y), alignment, text)
    painter.setPen(QColor(colours().picture_text))
    painter.drawText(room, alignment, text)
