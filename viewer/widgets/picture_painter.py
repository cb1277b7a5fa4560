"""Paints a picture and everything written on it, for the canvas and for files alike."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen

from viewer.assets import colours
from viewer.mpr.plane import Plane
from viewer.mpr.slice_look import Letters, ScaleBar
from viewer.rendering import Picture
from viewer.widgets.colour_bar_painter import paint_colour_bar
from viewer.widgets.compare_painter import paint_compare
from viewer.widgets.picture_text import HEIGHT, MARGIN, picture_font, write

GAP = 10.0
"""Half the hole left in the crosshair's middle, so that it hides nothing, logical pixels."""
LETTER = 12.0
"""Room kept beside an orientation letter in the middle of a side, logical pixels."""
BETWEEN_TEXTS = 0.3
"""Share of the width that the upper corners' texts leave free between them."""
CROSSING = {
    Plane.AXIAL: (Plane.SAGITTAL, Plane.CORONAL),
    Plane.CORONAL: (Plane.SAGITTAL, Plane.AXIAL),
    Plane.SAGITTAL: (Plane.CORONAL, Plane.AXIAL),
}
"""Which planes a picture's vertical and horizontal crosshair lines stand for."""


def paint_picture(painter: QPainter, picture: Picture, pixel_ratio: float = 1.0, hover: str = "") -> None:
    """Paint a picture with crosshair, letters, corner texts, scale bar, colour bar and mark.

    Args:
        painter: in logical pixels, its origin at the picture's top left corner.
        picture: of ``pixel_ratio`` device pixels per logical pixel.
        pixel_ratio: of the screen; texts and lines keep their size on any.
        hover: the line about the voxel under the cursor, written above the scale bar; may be empty.
    """
    look = picture.look
    width, height = (n / pixel_ratio for n in look.pose.size_px)
    painter.drawImage(QRectF(0, 0, width, height), rgb_image(picture))
    painter.setFont(picture_font())
    if look.crosshair_px is not None:
        x, y = ((value + 0.5) / pixel_ratio for value in look.crosshair_px)
        _crosshair(painter, look.plane, x, y, width, height)
    if picture.bar is not None:
        paint_colour_bar(painter, picture.bar, width, height)
    _letters(painter, look.letters, width, height)
    corners = look.corners
    rows = max(1, int((height / 2 - HEIGHT) / HEIGHT))
    _column(painter, corners.top_left[:rows], width, MARGIN, left=True)
    _column(painter, corners.top_right[:rows], width, MARGIN, left=False)
    _column(painter, corners.bottom_left[-rows:], width, _bottom(corners.bottom_left[-rows:], height), left=True)
    above_bar = _scale_bar(painter, look.scale_bar, pixel_ratio, width, height)
    lines = (*corners.bottom_right, *((hover,) if hover else ()))
    _column(painter, lines, width, above_bar - len(lines) * HEIGHT, left=False)
    below = paint_compare(painter, look.compare, pixel_ratio, width, height)
    if look.mark:
        texts = MARGIN + HEIGHT * max(len(corners.top_left[:rows]), len(corners.top_right[:rows]))
        _mark(painter, look.mark, width, below, texts)


def rgb_image(picture: Picture) -> QImage:
    """Return the bare pixels as a QImage that shares the array's memory; the picture must outlive it."""
    height, width, _ = picture.rgb.shape
    return QImage(picture.rgb.data, width, height, 3 * width, QImage.Format.Format_RGB888)


def picture_image(picture: Picture, pixel_ratio: float = 1.0) -> QImage:
    """Return the picture as a canvas would show it. Needs a QGuiApplication, for the texts; no screen."""
    image = QImage(*picture.look.pose.size_px, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(pixel_ratio)
    painter = QPainter(image)
    paint_picture(painter, picture, pixel_ratio)
    painter.end()
    return image


def _crosshair(painter: QPainter, plane: Plane, x: float, y: float, width: float, height: float) -> None:
    upright, level = CROSSING[plane]
    painter.setPen(QPen(QColor(colours().plane(upright.title)), 1.0))
    painter.drawLine(QPointF(x, 0), QPointF(x, y - GAP))
    painter.drawLine(QPointF(x, y + GAP), QPointF(x, height))
    painter.setPen(QPen(QColor(colours().plane(level.title)), 1.0))
    painter.drawLine(QPointF(0, y), QPointF(x - GAP, y))
    painter.drawLine(QPointF(x + GAP, y), QPointF(width, y))


def _letters(painter: QPainter, letters: Letters, width: float, height: float) -> None:
    painter.save()
    font = QFont(painter.font())
    font.setBold(True)
    font.setPixelSize(15)
    painter.setFont(font)
    middle = QRectF(0, height / 2 - 10, width, 20)
    beside = middle.adjusted(MARGIN, 0, -MARGIN, 0)
    write(painter, beside, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, letters.left)
    write(painter, beside, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, letters.right)
    write(painter, QRectF(0, 4, width, 20), Qt.AlignmentFlag.AlignCenter, letters.top)
    write(painter, QRectF(0, height - 24, width, 20), Qt.AlignmentFlag.AlignCenter, letters.bottom)
    painter.restore()


def _bottom(lines: Sequence[str], height: float) -> float:
    return height - MARGIN - len(lines) * HEIGHT


def _column(painter: QPainter, lines: Sequence[str], width: float, top: float, left: bool) -> None:
    """Write lines below each other at one side; each is cut before the middle, where the letters stand."""
    room = width * 0.5 - MARGIN - LETTER
    metrics = QFontMetricsF(painter.font())
    side = Qt.AlignmentFlag.AlignLeft if left else Qt.AlignmentFlag.AlignRight
    for row, line in enumerate(lines):
        shown = metrics.elidedText(line, Qt.TextElideMode.ElideRight, room)
        x = MARGIN if left else width - MARGIN - room
        write(painter, QRectF(x, top + row * HEIGHT, room, HEIGHT), side | Qt.AlignmentFlag.AlignVCenter, shown)


def _scale_bar(painter: QPainter, bar: ScaleBar, pixel_ratio: float, width: float, height: float) -> float:
    """Paint the bar at the bottom right and return the y above it."""
    right, y = width - MARGIN - 1, height - MARGIN - 4
    left = right - bar.length_px / pixel_ratio
    lines = [
        (QPointF(left, y), QPointF(right, y)),
        (QPointF(left, y - 4), QPointF(left, y + 4)),
        (QPointF(right, y - 4), QPointF(right, y + 4)),
    ]
    for colour, thickness in ((colours().picture_halo, 3.5), (colours().picture_text, 1.5)):
        painter.setPen(QPen(QColor(colour), thickness))
        for start, end in lines:
            painter.drawLine(start, end)
    room = QRectF(right - 120, y - 6 - HEIGHT, 120, HEIGHT)
    write(painter, room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{bar.length_mm:g} mm")
    return room.top()


def _mark(painter: QPainter, mark: str, width: float, top: float, texts: float) -> None:
    """Write the warning on a plate of its own below the top letter; a wide one below the corner texts too."""
    metrics = QFontMetricsF(painter.font())
    shown = metrics.elidedText(mark, Qt.TextElideMode.ElideRight, width - 2 * MARGIN - 16)
    room = metrics.horizontalAdvance(shown) + 16
    below = max(top, texts) if room > BETWEEN_TEXTS * width else top
    plate = QRectF((width - room) / 2, below, room, HEIGHT + 4)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 190))
    painter.drawRoundedRect(plate, 4, 4)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QColor(colours().warning))
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, shown)
