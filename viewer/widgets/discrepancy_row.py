"""One discrepancy between report and picture in the list."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from ai.discrepancy import Discrepancy, DiscrepancyKind
from viewer.widgets.judged_row import JudgedRow

GRAVE = (DiscrepancyKind.SIDE, DiscrepancyKind.SILENT, DiscrepancyKind.IMPRESSION)
TIPS = "It is so: the report needs mending", "Dismiss: the report is right"


class DiscrepancyRow(JudgedRow):
    """What does not fit, in a sentence, and the verdict. Tells what was clicked."""

    def __init__(self, discrepancy: Discrepancy, parent: QWidget | None = None) -> None:
        self.words = QLabel(discrepancy.words)
        super().__init__(self.words, TIPS, parent)
        self.kind = QLabel(discrepancy.kind.value)
        self.kind.setProperty("change", "worse" if discrepancy.kind in GRAVE else "other")
        self.kind.setAlignment(Qt.AlignmentFlag.AlignCenter)
        grid = QGridLayout(self)
        grid.setContentsMargins(6, 4, 6, 4)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(2)
        grid.addWidget(self.kind, 0, 0, Qt.AlignmentFlag.AlignLeft)
        grid.addLayout(self.verdicts, 0, 1)
        grid.addWidget(self.words, 1, 0, 1, 2)
        grid.setColumnStretch(0, 1)
