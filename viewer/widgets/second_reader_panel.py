"""The second reader: a report and, below it, where it and the picture do not say the same."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSplitter,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from ai.discrepancy import Discrepancy
from viewer.assets import colours
from viewer.state.reading import Reading
from viewer.state.second_reader_model import SecondReading
from viewer.steps.check_report import CheckReport
from viewer.steps.save_report import SaveReport
from viewer.widgets.discrepancy_row import DiscrepancyRow

PASTE = "Paste the report here, open it from a file (text, PDF, HTML, DICOM report), or take the draft. Then check it."
NOTHING = "Nothing in this report contradicts the picture. That is no proof that either is right."
CHANGED = "The report was changed since it was checked."


class SecondReaderPanel(QWidget):
    """Sentence and place side by side: a click on a row marks its sentence and shows its place in all panes."""

    def __init__(self, reading: Reading, check: CheckReport, files: SaveReport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reading = reading
        self._check = check
        self._files = files
        self.text = QTextEdit()
        self.text.setAcceptRichText(False)
        self.text.setTabChangesFocus(True)
        self.text.setPlaceholderText(PASTE)
        self.check = _button("Check", "Hold this report against the picture")
        self.open = _button("Open …", "Open a report: text, PDF, HTML, CDA or DICOM")
        self.take = _button("Take the draft", "Check the report in draft")
        self.said = QLabel()
        self.said.setWordWrap(True)
        self.said.setProperty("quiet", True)
        self.rows: dict[Discrepancy, DiscrepancyRow] = {}
        self._column = QVBoxLayout()
        self._lay_out()
        self._introduce()
        self._write(SecondReading(), reading.second_reader.value)

    def check_text(self) -> None:
        """Check what stands in the field."""
        self._check.check(self.text.toPlainText())

    def load(self, path: Path) -> None:
        """Open a report from a file and check it."""
        self._files.load(path, self._take)

    def _take(self, text: str) -> None:
        self.text.setPlainText(text)
        self.check_text()

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(6)
        bar.addWidget(self.open)
        bar.addWidget(self.take)
        bar.addStretch(1)
        bar.addWidget(self.check)
        self._column.setContentsMargins(0, 0, 4, 0)
        self._column.setSpacing(2)
        inside = QWidget()
        inside.setLayout(self._column)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        both = QSplitter(Qt.Orientation.Vertical)
        both.setChildrenCollapsible(False)
        both.addWidget(self.text)
        both.addWidget(scroll)
        both.setSizes([300, 300])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(6)
        column.addLayout(bar)
        column.addWidget(both, 1)
        column.addWidget(self.said)

    def _introduce(self) -> None:
        self.check.clicked.connect(self.check_text)
        self.open.clicked.connect(self._ask_file)
        self.take.clicked.connect(lambda: self._take(self._reading.report.value.text()))
        self.text.textChanged.connect(lambda: self._say(self._reading.second_reader.value))
        self._reading.second_reader.changed.connect(self._write)

    def _write(self, before: SecondReading, after: SecondReading) -> None:
        if before.discrepancies is not after.discrepancies:
            self._fill(after.discrepancies or ())
        if before.text and not after.text:
            self.text.clear()
        for discrepancy, row in self.rows.items():
            row.show_verdict(after.verdict(discrepancy))
            row.show_selected(discrepancy == after.selected)
        if before.selected != after.selected or before.discrepancies is not after.discrepancies:
            self._mark(after.selected)
        self._say(after)

    def _fill(self, discrepancies: tuple[Discrepancy, ...]) -> None:
        while self._column.count():
            self._column.takeAt(0)
        for row in self.rows.values():
            row.hide()
            row.deleteLater()
        self.rows = {discrepancy: self._row(discrepancy) for discrepancy in discrepancies}
        for row in self.rows.values():
            self._column.addWidget(row)
        self._column.addStretch(1)

    def _row(self, discrepancy: Discrepancy) -> DiscrepancyRow:
        row = DiscrepancyRow(discrepancy)
        row.chosen.connect(lambda: self._go_to(discrepancy))
        row.judged.connect(lambda verdict: self._reading.second_reader.judge(discrepancy, verdict))
        return row

    def _go_to(self, discrepancy: Discrepancy) -> None:
        self._reading.second_reader.select(discrepancy)
        self._mark(discrepancy)
        if discrepancy.place is not None:
            self._reading.look_at_place(discrepancy.place, (discrepancy.abnormality,))

    def _mark(self, discrepancy: Discrepancy | None) -> None:
        """Mark the sentence of a discrepancy while the text is the one that was checked."""
        marks = []
        checked = self._reading.second_reader.value.text == self.text.toPlainText()
        if discrepancy is not None and discrepancy.span is not None and checked:
            cursor = QTextCursor(self.text.document())
            cursor.setPosition(discrepancy.span[0])
            cursor.setPosition(discrepancy.span[1], QTextCursor.MoveMode.KeepAnchor)
            look = QTextCharFormat()
            look.setBackground(QColor(colours().accent_dim))
            mark = QTextEdit.ExtraSelection()
            mark.cursor, mark.format = cursor, look
            marks.append(mark)
            shown = QTextCursor(cursor)
            shown.setPosition(discrepancy.span[0])
            self.text.setTextCursor(shown)
            self.text.ensureCursorVisible()
        self.text.setExtraSelections(marks)

    def _say(self, second: SecondReading) -> None:
        words = second.sentence
        if not words and second.discrepancies is not None:
            words = "" if second.discrepancies else NOTHING
            if second.text != self.text.toPlainText():
                words = CHANGED
        self.said.setText(words)
        self.said.setVisible(bool(words))
        self.check.setEnabled(bool(self.text.toPlainText().strip()))

    def _ask_file(self) -> None:
        dialog = QFileDialog(self, "Open a report")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda names: self.load(Path(names[0])))
        dialog.open()


def _button(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tip)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return button
