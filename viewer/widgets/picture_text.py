"""Text that stays legible over black and white alike."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter

from viewer.assets import colours

HEIGHT = 16.0
"""Of a line, logical pixels."""
EDGE = 2.0
"""Room for the dark edge around a text, logical pixels."""
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
    stamp = _stamp(text, painter.font().key(), painter.device().devicePixelRatioF())
    wide, high = stamp.deviceIndependentSize().toTuple()
    x, y = room.center().x() - wide / 2, room.center().y() - high / 2
    if alignment & Qt.AlignmentFlag.AlignLeft:
        x = room.left() - EDGE
    elif alignment & Qt.AlignmentFlag.AlignRight:
        x = room.right() - wide + EDGE
    painter.drawImage(QPointF(round(x), round(y)), stamp)


@lru_cache(maxsize=256)
def _stamp(text: str, font_key: str, pixel_ratio: float) -> QImage:
    """Return the text as a transparent picture; most lines stay the same from slice to slice."""
    font = QFont()
    font.fromString(font_key)
    metrics = QFontMetricsF(font)
    size = QSizeF(metrics.horizontalAdvance(text) + 2 * EDGE, metrics.height() + 2 * EDGE)
    image = QImage((size * pixel_ratio).toSize() + QSize(1, 1), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(pixel_ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setFont(font)
    base = QPointF(EDGE, EDGE + metrics.ascent())
    painter.setPen(QColor(colours().picture_halo))
    for x, y in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        painter.drawText(base + QPointF(x, y), text)
    painter.setPen(QColor(colours().picture_text))
    painter.drawText(base, text)
    painter.end()
    return image
