"""The report as text to write in: each line knows the draft's sentence it came from, whatever is done to it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QSyntaxHighlighter,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)
from PySide6.QtWidgets import QTextEdit, QWidget

from viewer.assets import colours
from viewer.state.report_lines import ReportLine

KEY = QTextFormat.Property.UserProperty.value + 1
"""Block property: the key of a line. Qt carries it along through typing, cutting and undoing."""
_OF_THE_EDITOR = (
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
)


class ReportEditor(QTextEdit):
    """Tells what was written, and which line was clicked. Esc gives the keys back to the pictures."""

    written = Signal(object)
    """[(key, text)] of all lines, after each stroke."""
    chosen = Signal(str)
    """Key of the line that was clicked; empty for one that the reader added."""
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self._colouring = _Colouring(self.document())
        self.textChanged.connect(lambda: self.written.emit(self.lines()))

    def lines(self) -> list[tuple[str, str]]:
        """Return key and text of each line."""
        return [(key_of(block), block.text()) for block in self._blocks()]

    def show_lines(self, lines: Sequence[ReportLine]) -> None:
        """Put lines into the editor where they differ from what stands there; the cursor stays in its line."""
        if [(line.key, line.text) for line in lines] != self.lines():
            self._replace(lines)
        self._colouring.colour(lines)

    def go_to(self, key: str) -> None:
        """Put the cursor at a line's beginning."""
        for block in self._blocks():
            if key_of(block) == key:
                cursor = QTextCursor(block)
                self.setTextCursor(cursor)
                return

    def event(self, event: QEvent) -> bool:
        """Keep the keys of a text from the window's shortcuts."""
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = not event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
            if plain and (event.key() in _OF_THE_EDITOR or event.key() == Qt.Key.Key_Escape):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Leave on Esc."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Tell which line was clicked, unless text was selected."""
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and not self.textCursor().hasSelection():
            self.chosen.emit(key_of(self.cursorForPosition(event.position().toPoint()).block()))

    def _replace(self, lines: Sequence[ReportLine]) -> None:
        here, column = key_of(self.textCursor().block()), self.textCursor().positionInBlock()
        scrolled = self.verticalScrollBar().value()
        self.blockSignals(True)
        self.document().clear()
        cursor = QTextCursor(self.document())
        for number, line in enumerate(lines):
            if number:
                cursor.insertBlock()
            cursor.setBlockFormat(_block_format(line))
            cursor.insertText(line.text)
        self.document().clearUndoRedoStacks()
        self.blockSignals(False)
        for block in self._blocks():
            if here and key_of(block) == here:
                cursor = QTextCursor(block)
                cursor.setPosition(block.position() + min(column, block.length() - 1))
                self.setTextCursor(cursor)
        self.verticalScrollBar().setValue(scrolled)

    def _blocks(self) -> list[QTextBlock]:
        blocks = []
        block = self.document().begin()
        while block.isValid():
            blocks.append(block)
            block = block.next()
        return blocks


def key_of(block: QTextBlock) -> str:
    """Return the key a line carries; empty where it has none."""
    return str(block.blockFormat().property(KEY) or "")


def _block_format(line: ReportLine) -> QTextBlockFormat:
    made = QTextBlockFormat()
    made.setProperty(KEY, line.key)
    made.setTopMargin(9 if line.heading else 2)
    made.setLeftMargin(0 if line.heading else 8)
    return made


class _Colouring(QSyntaxHighlighter):
    """Headings are quiet, the draft's words plain, the reader's in the accent's colour, what was left behind warns."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._lines: tuple[ReportLine, ...] = ()

    def colour(self, lines: Sequence[ReportLine]) -> None:
        """Colour the text as these lines ask; the text and its undoing stay as they are."""
        if tuple(lines) != self._lines:
            self._lines = tuple(lines)
            self.rehighlight()

    def highlightBlock(self, text: str) -> None:  # noqa: N802
        """Colour one line."""
        number = self.currentBlock().blockNumber()
        if number >= len(self._lines):
            return
        line, shown = self._lines[number], colours()
        colour = shown.quiet if line.heading else shown.text
        if line.by_reader:
            colour = shown.warning if line.left_behind else shown.accent
        look = QTextCharFormat()
        look.setForeground(QColor(colour))
        look.setFontWeight(QFont.Weight.DemiBold if line.heading else QFont.Weight.Normal)
        self.setFormat(0, len(text), look)
