"""Every lesion's line through the studies that were read: folded at first; a click looks at one."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from ai.timeline import LesionLine, Timeline
from viewer.widgets.caution import Caution
from viewer.widgets.chosen_row import ChosenRow
from viewer.widgets.fold_button import FoldButton
from viewer.widgets.line_words import line_title, line_words

TALLEST_PX = 220


class LineRow(ChosenRow):
    """One lesion: what and where it is, its volumes from the oldest study on."""

    def __init__(self, line: LesionLine, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = line
        self.setToolTip("Look at this lesion and its trend")
        self.title = QLabel(line_title(line))
        self.words = QLabel(line_words(line))
        self.words.setProperty("quiet", True)
        self.words.setWordWrap(True)
        grid = QGridLayout(self)
        grid.setContentsMargins(6, 2, 6, 2)
        grid.setVerticalSpacing(0)
        grid.addWidget(self.title, 0, 0)
        grid.addWidget(self.words, 1, 0)


class TimelineSection(QWidget):
    """The list of lines; hidden where no further study was read."""

    chosen = Signal(object)
    """LesionLine."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[LineRow] = []
        self.cautions: list[Caution] = []
        self.fold = FoldButton()
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.fold.toggled.connect(self.area.setVisible)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.fold)
        column.addWidget(self.area)
        self.area.setVisible(False)
        self.show_timeline(None)

    def show_timeline(self, timeline: Timeline | None) -> None:
        """List these lines, after what to be careful about."""
        lines = () if timeline is None else timeline.lines
        self.rows = [LineRow(line) for line in lines]
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(8, 0, 4, 0)
        column.setSpacing(2)
        self.cautions = [Caution(notice) for notice in (() if timeline is None else timeline.notices)]
        for caution in self.cautions:
            column.addWidget(caution)
        for row in self.rows:
            row.chosen.connect(lambda line=row.line: self.chosen.emit(line))
            column.addWidget(row)
        column.addStretch(1)
        self.area.setWidget(inside)
        self.area.setFixedHeight(min(TALLEST_PX, max(40, inside.sizeHint().height() + 4)))
        studies = 0 if timeline is None else len(timeline.studies)
        self.fold.rename(f"{len(lines)} {'lesion' if len(lines) == 1 else 'lesions'} over {studies} studies")
        self.setVisible(timeline is not None)

    def show_selected(self, line: LesionLine | None) -> None:
        """Mark the line that is looked at."""
        for row in self.rows:
            row.show_selected(row.line is line)
