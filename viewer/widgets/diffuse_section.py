"""What changed without being a lesion: folded at first, each abnormality's extent and each measure, then → now."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from ai.diffuse import DiffuseChange, QuantityChange, RegionChange
from viewer.state.whereabouts import place
from viewer.widgets.caution import Caution
from viewer.widgets.diffuse_words import change_words, diffuse_text, extent_words, heat_words, measure_words
from viewer.widgets.folded_table import FoldedTable

TALLEST_PX = 340


class DiffuseSection(FoldedTable):
    """A table with a button that copies it as text. Tells which abnormality was clicked."""

    chosen = Signal(str)
    """Name of the abnormality."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Copy the diffuse change as text", TALLEST_PX, parent)
        self._found = DiffuseChange()
        self.show_diffuse(None)

    def show_diffuse(self, found: DiffuseChange | None) -> None:
        """Show this; the section is hidden where there is nothing."""
        self._found = found or DiffuseChange()
        title = f"Diffuse change ({len(self._found.of_lungs()) + len(self._found.quantities)})"
        shown = bool(self._found.regions or self._found.quantities)
        self.show_table(title, self._table(), diffuse_text(self._found), shown)

    def words(self) -> list[str]:
        """Return all that is written, from above."""
        return [label.text() for label in self.area.findChildren(QLabel)]

    def _table(self) -> QWidget:
        table = QWidget()
        grid = QGridLayout(table)
        grid.setContentsMargins(14, 0, 8, 4)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(0, 1)
        for change in self._found.of_lungs():
            _write(grid, self._title(change), extent_words(change), heat_words(change))
            for lobe in self._found.of_lobes(change.abnormality):
                _write(grid, _label(f"   {place(lobe.region)}", quiet=True), extent_words(lobe), heat_words(lobe), True)
        for one in self._found.quantities:
            _write_measure(grid, one)
        for notice in self._found.notices:
            grid.addWidget(Caution(notice), grid.rowCount(), 0, 1, 2)
        return table

    def _title(self, change: RegionChange) -> QLabel:
        title = _Clicked(change.abnormality.title)
        title.setToolTip("Go to it and show its heat in both scans")
        title.clicked.connect(lambda: self.chosen.emit(change.abnormality.name))
        return title


class _Clicked(QLabel):
    clicked = Signal()

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Tell."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit()


def _write_measure(grid: QGridLayout, one: QuantityChange) -> None:
    tip = "\n".join(filter(None, (one.caveat, one.source)))
    told = measure_words(one, one.then, one.now), change_words(one, one.change, one.then)
    _write(grid, _label(one.title, tip), *told, tip=tip)
    if one.caveat.startswith(("Then: ", "Now: ")):
        grid.addWidget(_label(one.caveat, tip, quiet=True), grid.rowCount(), 0, 1, 2)
    for part in one.parts:
        told = measure_words(one, part.then, part.now), change_words(one, one.part_change(part), part.then)
        _write(grid, _label(f"   {place(part.organ)}", tip, quiet=True), *told, True, tip)


def _write(grid: QGridLayout, title: QLabel, first: str, second: str, quiet: bool = False, tip: str = "") -> None:
    """Write a title with what stands right of it and below that."""
    row = grid.rowCount()
    grid.addWidget(title, row, 0)
    grid.addWidget(_label(first, tip, quiet, right=True), row, 1)
    if second:
        grid.addWidget(_label(second, tip, quiet=True, right=True), row + 1, 0, 1, 2)


def _label(text: str, tip: str = "", quiet: bool = False, right: bool = False) -> QLabel:
    label = QLabel(text)
    label.setToolTip(tip)
    label.setProperty("quiet", quiet)
    label.setWordWrap(not right)
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    label.setAlignment(side | Qt.AlignmentFlag.AlignTop)
    return label
