"""The report's text goes into a file, or comes from one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject

from ai.errors import IntervalError
from viewer.state.notices_model import NoticesModel
from viewer.steps.sentence import sentence_of
from viewer.work import Lane

ABOUT = "report text"
MOST_BYTES = 1_000_000
"""A report is a page; a larger file is something else."""


class SaveReport(QObject):
    """Writes and reads text in the background: a network's folder may be slow."""

    def __init__(self, notices: NoticesModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lane = Lane("Saving the report", parent=self)
        self._notices = notices

    def save(self, text: str, path: Path) -> None:
        """Write a report as UTF-8."""
        self._notices.forget(ABOUT)
        self.lane.run(
            lambda progress: _written(text, path),
            lambda there: self._notices.say(f"The report was saved to {there}.", about=ABOUT),
            lambda error: self._notices.say(sentence_of(error, f"Saving to {path}"), True, ABOUT),
        )

    def load(self, path: Path, then: Callable[[str], None]) -> None:
        """Read a report from a text file and hand it on."""
        self._notices.forget(ABOUT)
        self.lane.run(
            lambda progress: read_text(path),
            then,
            lambda error: self._notices.say(sentence_of(error, f"Reading {path}"), True, ABOUT),
        )

    def close(self) -> None:
        """End the thread."""
        self.lane.close()


def read_text(path: Path) -> str:
    """Return a text file's text: UTF-8, with or without its mark, else GB18030, the encoding of Chinese systems.

    Raises:
        IntervalError: it is too large for a report, or no text of either encoding.
        OSError: it cannot be read.
    """
    if path.stat().st_size > MOST_BYTES:
        raise IntervalError(f"{path} is larger than any report; choose a text file.")
    raw = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise IntervalError(f"{path} is no plain text; save the report as a text file (UTF-8) first.")


def _written(text: str, path: Path) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
