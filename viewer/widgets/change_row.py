"""One change in the list."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from ai.change import ChangeKind
from viewer.widgets.change_words import (
    Change,
    advice_tip,
    advice_words,
    diameter_words,
    doubling_words,
    kind_words,
    made_of_words,
    obscured_words,
    second_look_words,
    size_words,
    title_words,
)
from viewer.widgets.judged_row import JudgedRow

KIND_PX = (78, 19)
WORSE = (ChangeKind.NEW, ChangeKind.GROWN)
TIPS = "Accept this change", "Reject this change: it is left out of the report"


class ChangeRow(JudgedRow):
    """What became of it, what and where it is, then → now, the verdict. Tells what was clicked."""

    def __init__(self, change: Change, parent: QWidget | None = None) -> None:
        self.title = QLabel(title_words(change))
        super().__init__(self.title, TIPS, parent)
        self.change = change
        self.setProperty("present", change.kind is not ChangeKind.STABLE)
        self.kind = QLabel(kind_words(change))
        self.kind.setProperty("change", "worse" if change.kind in WORSE else "other")
        self.lines = [QLabel(line) for line in _lines(change) if line]
        self.setToolTip(advice_tip(change))
        self._lay_out()

    def words(self) -> tuple[str, ...]:
        """Return all that is written."""
        return (self.kind.text(), self.title.text(), *(line.text() for line in self.lines))

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(6, 3, 6, 3)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(1)
        self.kind.setFixedSize(*KIND_PX)
        self.kind.setAlignment(Qt.AlignmentFlag.AlignCenter)
        grid.addWidget(self.kind, 0, 0)
        grid.addWidget(self.title, 0, 1)
        grid.addLayout(self.verdicts, 0, 2)
        for row, line in enumerate(self.lines, start=1):
            line.setProperty("quiet", row > 1)
            line.setWordWrap(True)
            grid.addWidget(line, row, 1, 1, 2)
        grid.setColumnStretch(1, 1)


def _lines(change: Change) -> tuple[str, ...]:
    """What is written under the title, the most important first."""
    return (
        size_words(change),
        " · ".join(filter(None, (diameter_words(change), doubling_words(change)))),
        made_of_words(change),
        " · ".join(advice_words(change)),
        second_look_words(change),
        obscured_words(change),
    )
