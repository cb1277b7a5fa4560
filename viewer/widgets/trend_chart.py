"""A lesion's volume over its dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from viewer.assets import colours
from viewer.widgets.instance_row import volume

REAL_CHANGE = 0.25
"""Within ±25 % of the first volume two measurements of the same lesion may differ (BTS 2015, NELSON)."""
LEFT, RIGHT, TOP, BOTTOM = 14.0, 40.0, 34.0, 26.0
DOT_PX = 4.0
HEADROOM = 1.15


@dataclass(frozen=True)
class TrendPoint:
    """One measurement. ``day`` orders and spaces the points; ``label`` is written below; 0 mm³ is "not seen"."""

    day: float
    label: str
    volume_mm3: float


class TrendChart(QWidget):
    """Points joined by a line, with the band in which nothing has surely changed. Any number of points."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = ""
        self.points: tuple[TrendPoint, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(150)
        self.setToolTip("Within the grey band (±25 % of the first volume) nothing has surely changed")

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return a comfortable size."""
        return QSize(300, 150)

    def show_trend(self, title: str, points: Sequence[TrendPoint]) -> None:
        """Draw these measurements, in the order of their days."""
        self._title = title
        self.points = tuple(sorted(points, key=lambda point: point.day))
        said = ", ".join(f"{point.label} {written(point)}" for point in self.points)
        self.setAccessibleName(f"{title}: {said}" if said else "")
        self.update()

    def places(self) -> list[QPointF]:
        """Return where the points lie, logical pixels."""
        room = self._room()
        days = [point.day for point in self.points]
        span = max(days, default=0.0) - min(days, default=0.0)
        most = max((point.volume_mm3 for point in self.points), default=0.0) * HEADROOM or 1.0
        return [
            QPointF(
                room.left() + (room.width() * (point.day - days[0]) / span if span else room.width() / 2),
                room.bottom() - room.height() * point.volume_mm3 / most,
            )
            for point in self.points
        ]

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint title, band, line, points and their words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room, places = self._room(), self.places()
        if places:
            self._paint_frame(painter, room, places[0])
            painter.setPen(QPen(QColor(colours().accent), 1.8))
            painter.drawPolyline(places)
            for number, (point, place) in enumerate(zip(self.points, places, strict=True)):
                self._paint_point(painter, room, number, point, place)
        painter.end()

    def _room(self) -> QRectF:
        return QRectF(self.rect()).adjusted(LEFT + RIGHT, TOP, -LEFT - RIGHT, -BOTTOM)

    def _paint_frame(self, painter: QPainter, room: QRectF, first: QPointF) -> None:
        painter.setPen(QColor(colours().quiet))
        title = painter.fontMetrics().elidedText(self._title, Qt.TextElideMode.ElideRight, self.width() - 8)
        painter.drawText(QPointF(4, 12), title)
        half = REAL_CHANGE * (room.bottom() - first.y())
        if half > 0:
            band = QRectF(room.left(), first.y() - half, room.width(), 2 * half)
            painter.fillRect(band, QColor(colours().raised))
        painter.setPen(QColor(colours().border))
        painter.drawLine(room.bottomLeft(), room.bottomRight())

    def _paint_point(self, painter: QPainter, room: QRectF, number: int, point: TrendPoint, place: QPointF) -> None:
        painter.setPen(QPen(QColor(colours().accent), 1.8))
        painter.setBrush(QColor(colours().accent if point.volume_mm3 else colours().panel))
        painter.drawEllipse(place, DOT_PX, DOT_PX)
        painter.setPen(QColor(colours().text))
        self._write(painter, place.x(), place.y() - 20, written(point))
        every = max(1, round(len(self.points) / 4))
        if number % every == 0 or number == len(self.points) - 1:
            painter.setPen(QColor(colours().quiet))
            self._write(painter, place.x(), room.bottom() + 6, point.label)

    def _write(self, painter: QPainter, middle: float, top: float, text: str) -> None:
        wide = painter.fontMetrics().horizontalAdvance(text) + 2.0
        left = min(max(2.0, middle - wide / 2), self.width() - wide - 2)
        painter.drawText(QRectF(left, top, wide, 16), Qt.AlignmentFlag.AlignCenter, text)


def written(point: TrendPoint) -> str:
    """Return a point's volume."""
    return volume(point.volume_mm3) if point.volume_mm3 > 0 else "not seen"
