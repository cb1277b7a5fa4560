"""The legend of the heat beside a picture."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter

from viewer.assets import colours
from viewer.rendering import ColourBar
from viewer.widgets.picture_text import HEIGHT, write

LEFT = 32.0
"""Beside the left letter, logical pixels."""
THICK = 10.0
SHORTEST = 60.0
WHOLE = 10.0
"""From here on a change is written without decimals."""
PLATE = QColor(0, 0, 0, 130)
"""Behind numbers and titles: over bright fat their dark edge alone does not do."""
SIDE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def paint_colour_bar(painter: QPainter, bar: ColourBar, width: float, height: float) -> None:
    """Paint the bar at the left of a picture of that logical size, its numbers beside it, its titles below.

    One heatmap: zero, half and top in logit points. Several: the top of each, since each has its own scale. A change:
    as far below zero as above it.
    """
    tall = height * 0.32
    if tall < SHORTEST:
        return
    frame = QRectF(LEFT, height / 2 - tall / 2, THICK, tall)
    single = bar.entries[0] if len(bar.entries) == 1 else None
    lines = [single.title, single.unit] if single else [f"{e.title}: {_number(e.top)} {e.unit}" for e in bar.entries]
    _plates(painter, frame, lines)
    painter.drawImage(frame, _strip(bar))
    painter.setPen(QColor(colours().picture_text))
    painter.drawRect(frame)
    label = partial(_label, painter, frame, width)
    if bar.signed and single:
        for share in (-1.0, -0.5, 0.0, 0.5, 1.0):
            label((share + 1) / 2, _signed(share * single.top))
    else:
        for share in (0.0, 0.5, 1.0):
            label(share, _number(share * single.top) if single else f"{share:.0%}")
    if bar.threshold > 0:
        painter.setPen(QColor(colours().picture_text))
        for share in (0.5 - bar.threshold / 2, 0.5 + bar.threshold / 2) if bar.signed else (bar.threshold,):
            y = frame.bottom() - share * frame.height()
            painter.drawLine(QPointF(frame.left() - 3, y), QPointF(frame.right() + 3, y))
    for row, line in enumerate(lines):
        write(painter, QRectF(LEFT, frame.bottom() + 8 + row * HEIGHT, width / 2, HEIGHT), SIDE, line)


def _plates(painter: QPainter, frame: QRectF, lines: list[str]) -> None:
    """Darken what lies behind the numbers, and behind the titles below them."""
    metrics = QFontMetricsF(painter.font())
    wide = max(metrics.horizontalAdvance(line) for line in lines)
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(PLATE)
    painter.drawRect(frame.adjusted(-6, -HEIGHT / 2 - 2, metrics.horizontalAdvance("+0000") + 10, 8))
    painter.drawRect(QRectF(frame.left() - 6, frame.bottom() + 8, wide + 12, len(lines) * HEIGHT + 2))
    painter.restore()


def _label(painter: QPainter, frame: QRectF, width: float, share: float, text: str) -> None:
    y = frame.bottom() - share * frame.height()
    write(painter, QRectF(frame.right() + 6, y - HEIGHT / 2, width / 2, HEIGHT), SIDE, text)


def _number(value: float) -> str:
    return f"{value:.2g}"


def _signed(value: float) -> str:
    if value == 0:
        return "0"
    return (f"{value:+.0f}" if abs(value) >= WHOLE else f"{value:+.2g}").replace("-", "−")


def _strip(bar: ColourBar) -> QImage:
    """Return the colours as a strip one pixel wide, strongest on top, opaque above the threshold, black below."""
    rgba = np.where(bar.rgba[::-1, 3:] > 0, bar.rgba[::-1], 0).astype(np.uint8)
    rgba[:, 3] = 255
    return QImage(rgba.tobytes(), 1, len(rgba), 4, QImage.Format.Format_RGBA8888).copy()
