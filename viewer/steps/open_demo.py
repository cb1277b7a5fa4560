"""The demo study: a synthetic patient with a prior, written as DICOM once and opened like any other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject

from ai.progress import Progress
from viewer.state.notices_model import NoticesModel
from viewer.steps.open_paths import OpenPaths
from viewer.steps.sentence import sentence_of
from viewer.work import Lane

MakeDemo = Callable[[Progress], tuple[Path, Path]]
"""Writes the demo study where it is not there yet and returns the folders of (prior, current)."""


def make_demo(progress: Progress) -> tuple[Path, Path]:
    """Ask ``ai.phantom`` for the program's own synthetic patient; some seconds the first time."""
    progress.report(0.0, "Building the synthetic patient")
    from ai import phantom  # noqa: PLC0415 (a job's thread; see engines)
    from ai.phantom.demo_folders import demo_folders  # noqa: PLC0415

    return demo_folders(phantom.demo_study, progress=progress)


class OpenDemo(QObject):
    """Makes the demo study and opens it."""

    def __init__(
        self, paths: OpenPaths, notices: NoticesModel, make: MakeDemo = make_demo, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.lane = Lane("Preparing the demo study", parent=self)
        self._paths = paths
        self._notices = notices
        self._make = make

    def open(self) -> None:
        """Open the demo study."""
        self.lane.run(
            self._make,
            lambda folders: self._paths.open([folders[1]], prior=folders[0]),
            lambda error: self._notices.say(sentence_of(error, "Preparing the demo study"), True, "demo"),
        )

    def close(self) -> None:
        """End the thread."""
        self.lane.close()
