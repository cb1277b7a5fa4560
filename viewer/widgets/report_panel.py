"""The report in draft: what the reader accepted, in sentences he may rewrite; a click on one shows its place."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QButtonGroup,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ai.draft import Language
from viewer.state.reading import Reading
from viewer.state.report_lines import sentences_of
from viewer.state.report_model import ReportOnScreen
from viewer.state.role import Role
from viewer.state.unread import unread_words
from viewer.steps.save_report import SaveReport
from viewer.widgets.report_editor import ReportEditor

NAMES = {Language.ENGLISH: "English", Language.CHINESE: "中文"}
WAITS = "The draft begins when the current scan has been analysed."
HOW = "A click on a sentence shows its place. What you rewrite stays yours (coloured) whatever is accepted later."
LEFT_BEHIND = "Coloured as a warning: you rewrote it, and its finding is no longer accepted."
RESEARCH_ONLY = "This report: research use only, not for clinical diagnosis."


class ReportPanel(QWidget):
    """The editor, the draft's language, and what is unread; the text is copied or saved."""

    def __init__(self, reading: Reading, save: SaveReport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reading = reading
        self._save = save
        self.editor = ReportEditor()
        self.languages = {language: self._language(language) for language in Language}
        self.copy = _button("Copy", "Copy the report as plain text")
        self.save = _button("Save …", "Save the report as a text file")
        self.unread = QLabel()
        self.unread.setProperty("warning", True)
        self.said = QLabel()
        self.said.setProperty("quiet", True)
        self._research = QLabel(RESEARCH_ONLY)
        self._research.setObjectName("ResearchOnly")
        for label in (self.unread, self.said, self._research):
            label.setWordWrap(True)
        self._lay_out()
        self._introduce()
        self._write(ReportOnScreen(), reading.report.value)

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(0)
        group = QButtonGroup(self)
        for button in self.languages.values():
            group.addButton(button)
            bar.addWidget(button)
        bar.addStretch(1)
        bar.addWidget(self.copy)
        bar.addSpacing(6)
        bar.addWidget(self.save)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(6)
        column.addLayout(bar)
        column.addWidget(self.unread)
        column.addWidget(self.editor, 1)
        column.addWidget(self.said)
        column.addWidget(self._research)

    def _introduce(self) -> None:
        reading = self._reading
        self.editor.written.connect(reading.report.write)
        self.editor.chosen.connect(self._go_to)
        self.copy.clicked.connect(lambda: QApplication.clipboard().setText(reading.report.value.text()))
        self.save.clicked.connect(self._ask_where)
        reading.report.changed.connect(self._write)
        reading.findings[Role.CURRENT].changed.connect(lambda before, after: self._count())
        reading.comparison.changed.connect(lambda before, after: self._count())

    def save_to(self, path: Path) -> None:
        """Write the report as text."""
        self._save.save(self._reading.report.value.text(), path)

    def _write(self, before: ReportOnScreen, after: ReportOnScreen) -> None:
        self.languages[after.language].setChecked(True)
        self.editor.show_lines(after.lines)
        self.editor.setEnabled(after.draft is not None)
        self.copy.setEnabled(after.draft is not None)
        self.save.setEnabled(after.draft is not None)
        left_behind = any(line.left_behind for line in after.lines)
        self.said.setText(after.sentence or (WAITS if after.draft is None else LEFT_BEHIND if left_behind else HOW))
        self._count()

    def _count(self) -> None:
        reading = self._reading
        words = unread_words(reading.findings[Role.CURRENT].value, reading.comparison.value)
        self.unread.setText(words)
        self.unread.setVisible(bool(words))

    def _go_to(self, key: str) -> None:
        sentence = sentences_of(self._reading.report.value.draft).get(key)
        if sentence is not None and sentence.place is not None:
            self._reading.look_at_place(sentence.place, sentence.sources)

    def _ask_where(self) -> None:
        dialog = QFileDialog(self, "Save the report as text")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("txt")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda names: self.save_to(Path(names[0])))
        dialog.open()

    def _language(self, language: Language) -> QToolButton:
        button = QToolButton()
        button.setText(NAMES[language])
        button.setObjectName("Segment")
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(lambda: self._reading.report.use_language(language))
        return button


def _button(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tip)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return button
