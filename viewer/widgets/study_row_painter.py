"""Paints the rows of the study browser."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from viewer.assets import colours
from viewer.state.role import Role
from viewer.state.thumbnails_model import ThumbnailsModel
from viewer.widgets.icon import icon
from viewer.widgets.study_rows import PairRow, PatientRow, Row, SeriesRow, VisitRow

THUMBNAIL_PX = 64
EDGE_PX = 4
GAP_PX = 10
HEIGHT_PX = {PatientRow: 44, PairRow: 84, VisitRow: 30, SeriesRow: THUMBNAIL_PX + 2 * EDGE_PX}
TEXT_PX, SMALL_PX, CHIP_PX = 13, 12, 10
FAINT = 0.45
WARNING_PX = 16
MARKS_PX = 20
"""Height of the line below the texts: what a series is on screen as, and what must be known of it."""

Index = QModelIndex | QPersistentModelIndex
RowOf = Callable[[Index], Row | None]


class StudyRowPainter(QStyledItemDelegate):
    """Patient, visit and series each in their own way; a pair's line is a widget of its own over this background."""

    def __init__(self, row_of: RowOf, thumbnails: ThumbnailsModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._row_of = row_of
        self._thumbnails = thumbnails

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        """Return a height; rows are as wide as the list."""
        row = self._row_of(index)
        return QSize(100, 24 if row is None else HEIGHT_PX[type(row)])

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint background and texts."""
        row, rect = self._row_of(index), QRect(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._background(painter, option, rect, row)
        inside = rect.adjusted(EDGE_PX, EDGE_PX, -2 * EDGE_PX, -EDGE_PX)
        if isinstance(row, PatientRow):
            _two_lines(painter, inside, (row.name, _font(TEXT_PX, True), colours().text), row.about)
        elif isinstance(row, VisitRow):
            self._visit(painter, inside, row)
        elif isinstance(row, SeriesRow):
            self._series(painter, inside, row)
        painter.restore()

    def _background(self, painter: QPainter, option: QStyleOptionViewItem, rect: QRect, row: Row | None) -> None:
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(colours().accent_dim))
        elif state & QStyle.StateFlag.State_MouseOver and not isinstance(row, PatientRow):
            painter.fillRect(rect, QColor(colours().raised))

    def _visit(self, painter: QPainter, rect: QRect, row: VisitRow) -> None:
        day = _font(TEXT_PX, True)
        width = QFontMetrics(day).horizontalAdvance(row.day)
        _line(painter, rect, row.day, day, colours().text)
        _line(painter, rect.adjusted(width + GAP_PX, 0, 0, 0), row.about, _font(SMALL_PX), colours().quiet)

    def _series(self, painter: QPainter, rect: QRect, row: SeriesRow) -> None:
        place = QRect(rect.left(), rect.top(), THUMBNAIL_PX, THUMBNAIL_PX)
        self._thumbnail(painter, place, row)
        texts = rect.adjusted(THUMBNAIL_PX + GAP_PX, 0, 0, 0)
        if row.roles or row.warnings:
            texts, marks = texts.adjusted(0, 0, 0, -MARKS_PX), texts.adjusted(0, rect.height() - MARKS_PX, 0, 0)
            self._marks(painter, marks, row)
        colour = colours().text if row.likely else colours().quiet
        _two_lines(painter, texts, (row.title, _font(TEXT_PX), colour), row.about)

    def _marks(self, painter: QPainter, rect: QRect, row: SeriesRow) -> None:
        for role in row.roles:
            rect = _chip(painter, rect, role)
        if row.warnings:
            at = QRect(rect.left(), rect.center().y() - WARNING_PX // 2, WARNING_PX, WARNING_PX)
            icon("warning", colours().warning).paint(painter, at)
            words = rect.adjusted(WARNING_PX + EDGE_PX, 0, 0, 0)
            _line(painter, words, row.warnings[0], _font(SMALL_PX), colours().warning)

    def _thumbnail(self, painter: QPainter, place: QRect, row: SeriesRow) -> None:
        painter.fillRect(place, QColor(colours().picture))
        known = self._thumbnails.of(row.series)
        if known is not None and known.grey is not None:
            painter.setOpacity(1.0 if row.likely else FAINT)
            painter.drawImage(place, _image(known.grey))
            painter.setOpacity(1.0)
            return
        painter.setPen(QColor(colours().border))
        painter.drawRect(place.adjusted(0, 0, -1, -1))
        painter.setPen(QColor(colours().quiet))
        painter.setFont(_font(CHIP_PX))
        words = "…" if known is None else "no\npicture"
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)


def _two_lines(painter: QPainter, rect: QRect, first: tuple[str, QFont, str], second: str) -> None:
    middle = rect.center().y() + 1
    height = rect.height() // 2
    if not second:
        _line(painter, rect, *first)
        return
    above = QRect(rect.left(), max(rect.top(), middle - 22), rect.width(), min(height, 21))
    below = QRect(rect.left(), middle, rect.width(), min(height, 20))
    _line(painter, above, *first)
    _line(painter, below, second, _font(SMALL_PX), colours().quiet)


def _line(painter: QPainter, rect: QRect, text: str, font: QFont, colour: str) -> None:
    painter.setFont(font)
    painter.setPen(QColor(colour))
    shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, max(0, rect.width()))
    painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


def _chip(painter: QPainter, rect: QRect, role: Role) -> QRect:
    """Paint what a series is on screen as; return what is left of the place to its right."""
    font = _font(CHIP_PX, True)
    words = role.value.upper()
    width = QFontMetrics(font).horizontalAdvance(words) + 12
    chip = QRect(rect.left(), rect.center().y() - 8, width, 17)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours().accent if role is Role.CURRENT else colours().quiet))
    painter.drawRoundedRect(chip, 3, 3)
    painter.setFont(font)
    painter.setPen(QColor(colours().background))
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, words)
    return rect.adjusted(width + GAP_PX, 0, 0, 0)


def _image(grey: NDArray[np.uint8]) -> QImage:
    rows, columns = grey.shape
    pixels = np.ascontiguousarray(grey)
    return QImage(pixels.tobytes(), columns, rows, columns, QImage.Format.Format_Grayscale8)


def _font(size_px: int, strong: bool = False) -> QFont:
    font = QFont()
    font.setPixelSize(size_px)
    font.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
    return font
