"""What was measured without learning: folded at first, each value with its source and caveat."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from ai.findings import Quantity
from viewer.state.whereabouts import place
from viewer.widgets.folded_table import FoldedTable

TALLEST_PX = 320


class QuantitiesSection(FoldedTable):
    """A table with a button that copies it as text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Copy all measures as text", TALLEST_PX, parent)
        self.show_quantities(())

    def show_quantities(self, quantities: Sequence[Quantity]) -> None:
        """Show these; the section is hidden where there are none."""
        kept = tuple(quantities)
        self.show_table(f"Measures ({len(kept)})", _table(kept), quantities_text(kept), bool(kept))


def quantities_text(quantities: Sequence[Quantity]) -> str:
    """Return one line for each measure: title, value or why there is none, of each part, caveat, source."""
    lines = []
    for one in quantities:
        value = "–" if one.value is None else one.shown(one.value)
        parts = ", ".join(f"{place(organ)} {one.shown(part)}" for organ, part in one.per_organ)
        said = f"{one.title}: {value}" + (f" ({parts})" if parts else "")
        lines.append(" ".join(filter(None, (f"{said}.", one.caveat, f"[{one.source}]" if one.source else ""))))
    return "\n".join(lines)


def _table(quantities: Sequence[Quantity]) -> QWidget:
    table = QWidget()
    grid = QGridLayout(table)
    grid.setContentsMargins(14, 0, 8, 4)
    grid.setVerticalSpacing(2)
    grid.setColumnStretch(0, 1)
    for one in quantities:
        row = grid.rowCount()
        tip = "\n".join(filter(None, (one.caveat, one.source)))
        grid.addWidget(_label(one.title, tip), row, 0)
        if one.value is None:
            grid.addWidget(_label("–", tip, right=True), row, 1)
            grid.addWidget(_label(one.caveat, tip, quiet=True), row + 1, 0, 1, 2)
            continue
        grid.addWidget(_label(one.shown(one.value), tip, right=True), row, 1)
        for n, (organ, part) in enumerate(one.per_organ, start=1):
            grid.addWidget(_label(f"   {place(organ)}", tip, quiet=True), row + n, 0)
            grid.addWidget(_label(one.shown(part), tip, quiet=True, right=True), row + n, 1)
    return table


def _label(text: str, tip: str, quiet: bool = False, right: bool = False) -> QLabel:
    label = QLabel(text)
    label.setToolTip(tip)
    label.setProperty("quiet", quiet)
    label.setWordWrap(not right)
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    label.setAlignment(side | Qt.AlignmentFlag.AlignTop)
    return label
