"""A lesion's volume over its dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from viewer.assets import colours
from viewer.widgets.instance_row import volume

REAL_CHANGE = 0.25
"""Within ±25 % of the first volume two measurements of the same lesion may differ (BTS 2015, NELSON)."""
BAND = "Within the grey band (±25 % of the first volume) nothing has surely changed"
HANG = "A click on a date hangs that study as the prior, at this lesion"
RING_PX = 7.5
REACH_PX = 30.0
LEFT, RIGHT, TOP, BOTTOM = 14.0, 40.0, 34.0, 26.0
DOT_PX = 4.0
HEADROOM = 1.15


@dataclass(frozen=True)
class TrendPoint:
    """One measurement.

    Args:
        day: orders and spaces the points.
        label: written below.
        volume_mm3: 0 is "not seen".
        number: of the study, told when the point is clicked; None where a click means nothing.
        covered: false where the study does not show the place at all; the line passes by.
        on_screen: the study is open: it wears a ring.
    """

    day: float
    label: str
    volume_mm3: float
    number: int | None = None
    covered: bool = True
    on_screen: bool = False


@dataclass(frozen=True)
class Label:
    """A few words and where they are written, logical pixels."""

    room: QRectF
    text: str
    is_date: bool


class TrendChart(QWidget):
    """Points joined by a line, with the band in which nothing has surely changed. Any number of points."""

    chosen = Signal(int)
    """Number of the study whose point, or date, was clicked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = ""
        self.points: tuple[TrendPoint, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(150)
        self.setToolTip(BAND)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return a comfortable size."""
        return QSize(300, 150)

    def show_trend(self, title: str, points: Sequence[TrendPoint]) -> None:
        """Draw these measurements, in the order of their days."""
        self._title = title
        can_click = any(point.number is not None for point in points)
        self.setCursor(Qt.CursorShape.PointingHandCursor if can_click else Qt.CursorShape.ArrowCursor)
        self.setToolTip(f"{BAND}\n{HANG}" if can_click else BAND)
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

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Tell which study the reader wants to see: the one whose point or date lies nearest, within reach."""
        if event.button() != Qt.MouseButton.LeftButton or not self.points:
            return
        x = event.position().x()
        away, number = min(
            ((abs(place.x() - x), point.number) for point, place in zip(self.points, self.places(), strict=True)),
            key=lambda near: near[0],
        )
        if away <= REACH_PX and number is not None:
            self.chosen.emit(number)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint title, band, line, points and their words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room, places = self._room(), self.places()
        if places:
            shown = [place for point, place in zip(self.points, places, strict=True) if point.covered]
            self._paint_frame(painter, room, self._first_seen(places))
            painter.setPen(QPen(QColor(colours().accent), 1.8))
            painter.drawPolyline(shown)
            for point, place in zip(self.points, places, strict=True):
                self._paint_point(painter, point, place)
            for label in self.labels():
                painter.setPen(QColor(colours().quiet if label.is_date else colours().text))
                painter.drawText(label.room, Qt.AlignmentFlag.AlignCenter, label.text)
        painter.end()

    def _first_seen(self, places: Sequence[QPointF]) -> QPointF:
        """Return the first point with a volume: the band lies around it."""
        seen = (place for point, place in zip(self.points, places, strict=True) if point.volume_mm3 > 0)
        return next(seen, places[0])

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

    def labels(self) -> list[Label]:
        """Return the volumes and dates that have room; the last, the first and the open studies before others."""
        order = sorted(range(len(self.points)), key=lambda n: (n != len(self.points) - 1, n != 0, not self._open(n), n))
        places, below, found = self.places(), self._room().bottom() + 6, list[Label]()
        for number in order:
            point, place = self.points[number], places[number]
            for text, top, is_date in ((written(point), place.y() - 20, False), (point.label, below, True)):
                label = self._label(text, place.x(), top, is_date)
                if not any(label.room.intersects(other.room) for other in found):
                    found.append(label)
        return found

    def _open(self, number: int) -> bool:
        return self.points[number].on_screen

    def _paint_point(self, painter: QPainter, point: TrendPoint, place: QPointF) -> None:
        colour = QColor(colours().accent if point.covered else colours().quiet)
        painter.setPen(QPen(colour, 1.8))
        painter.setBrush(colour if point.volume_mm3 else QColor(colours().panel))
        painter.drawEllipse(place, DOT_PX, DOT_PX)
        if point.on_screen:
            painter.setPen(QPen(colour, 1.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(place, RING_PX, RING_PX)

    def _label(self, text: str, middle: float, top: float, is_date: bool) -> Label:
        wide = self.fontMetrics().horizontalAdvance(text) + 2.0
        left = min(max(2.0, middle - wide / 2), self.width() - wide - 2)
        return Label(QRectF(left, top, wide, 16), text, is_date)


def written(point: TrendPoint) -> str:
    """Return a point's volume, or why there is none."""
    if not point.covered:
        return "not covered"
    return volume(point.volume_mm3) if point.volume_mm3 > 0 else "not seen"
