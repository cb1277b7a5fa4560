"""The report's text goes into a file, or comes from one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject

from viewer.state.notices_model import NoticesModel
from viewer.steps.sentence import sentence_of
from viewer.work import Lane

ABOUT = "report text"


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
        """Read a report from a file and hand its words on."""
        self._notices.forget(ABOUT)
        self.lane.run(
            lambda progress: read_report(path),
            then,
            lambda error: self._notices.say(sentence_of(error, f"Reading {path}"), True, ABOUT),
        )

    def close(self) -> None:
        """End the thread."""
        self.lane.close()


def read_report(path: Path) -> str:
    """Ask ``ai.report`` for the words of a file: text, PDF, HTML, CDA, or a DICOM report."""
    from ai import report  # noqa: PLC0415

    return report.report_text(path)


def _written(text: str, path: Path) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
