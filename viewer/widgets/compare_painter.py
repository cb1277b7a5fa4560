"""Which scan a place of the picture shows, written so that nobody mistakes one for the other."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from viewer.assets import colours
from viewer.mpr.comparing import CHECKER_PX, CompareLook, CompareMode

CURRENT, PRIOR = "CURRENT", "PRIOR, warped"
TOP = 28.0
"""Below the orientation letter, logical pixels."""
PLATE_HEIGHT = 24.0
FAINT = 110
"""Alpha of the frames of a checkerboard's fields, 0…255."""
LETTER = 26.0
"""From each edge of the picture: there the orientation letters stand, and no line is drawn through them."""
ROOM = 20.0
"""Left and right of a text on its plate together, logical pixels."""


def paint_compare(painter: QPainter, compare: CompareLook, pixel_ratio: float, width: float, height: float) -> float:
    """Write the mark of a shared picture, with the line of a swipe; return the y below it."""
    if not compare.on:
        return TOP
    painter.save()
    font = QFont(painter.font())
    font.setBold(True)
    font.setPixelSize(14)
    painter.setFont(font)
    match compare.mode:
        case CompareMode.FLICKER:
            _plate(painter, width / 2, compare.prior_shown)
        case CompareMode.SWIPE:
            _swipe(painter, compare.line_px(round(width * pixel_ratio)) / pixel_ratio, width, height)
        case _:
            _frame_fields(painter, CHECKER_PX / pixel_ratio, width, height)
            _beside(painter, width / 2, 4.0)
    painter.restore()
    return TOP + PLATE_HEIGHT + 4


def _swipe(painter: QPainter, x: float, width: float, height: float) -> None:
    """Draw the line of a swipe, interrupted where the letters at the picture's edges stand."""
    pieces = [(LETTER, height - LETTER)]
    if min(x, width - x) < LETTER:
        pieces = [(LETTER, (height - LETTER) / 2), ((height + LETTER) / 2, height - LETTER)]
    for colour, thickness in ((colours().picture_halo, 3.5), (colours().accent, 1.5)):
        painter.setPen(QPen(QColor(colour), thickness))
        for top, bottom in pieces:
            painter.drawLine(QPointF(x, top), QPointF(x, bottom))
    _beside(painter, x, 8.0)


def _frame_fields(painter: QPainter, side: float, width: float, height: float) -> None:
    """Frame the prior's fields faintly in its colour."""
    colour = QColor(colours().warning)
    colour.setAlpha(FAINT)
    painter.setPen(QPen(colour, 1.0))
    for row in range(ceil(height / side)):
        for column in range(ceil(width / side)):
            if (row + column) % 2 == 1:
                painter.drawRect(QRectF(column * side + 0.5, row * side + 0.5, side - 1, side - 1))


def _beside(painter: QPainter, x: float, gap: float) -> None:
    """Write both marks, one at each side of a line."""
    metrics = QFontMetricsF(painter.font())
    for text, prior in ((CURRENT, False), (PRIOR, True)):
        aside = metrics.horizontalAdvance(text) / 2 + ROOM / 2 + gap
        _plate(painter, x + aside if prior else x - aside, prior)


def _plate(painter: QPainter, middle: float, prior: bool) -> None:
    """Write on a plate: dark on amber for the prior, which is the one that must not be mistaken."""
    text = PRIOR if prior else CURRENT
    room = QFontMetricsF(painter.font()).horizontalAdvance(text) + ROOM
    plate = QRectF(middle - room / 2, TOP, room, PLATE_HEIGHT)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours().warning if prior else colours().accent))
    painter.drawRoundedRect(plate, 4, 4)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QColor(colours().picture))
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)
