"""The demo study: a synthetic patient with a prior, written as DICOM once and opened like any other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths

from ai.progress import Part, Progress
from viewer.state.notices_model import NoticesModel
from viewer.steps.open_paths import OpenPaths
from viewer.steps.sentence import sentence_of
from viewer.work import Lane

MakeDemo = Callable[[Path, Progress], tuple[Path, Path]]
"""Writes the demo study under a folder and returns the folders of (prior, current)."""

DONE = "complete"


def make_demo(folder: Path, progress: Progress) -> tuple[Path, Path]:
    """Write the program's own synthetic patient; what an earlier run has written whole is used again."""
    prior, current = folder / "prior", folder / "current"
    if (folder / DONE).exists():
        return prior, current
    progress.report(0.0, "Building the synthetic patient")
    from ai import phantom, scan  # noqa: PLC0415 (a job's thread; see engines)

    then, now = phantom.demo_study()
    for one, place, part in ((then, prior, Part(progress, 0.7, 0.85)), (now, current, Part(progress, 0.85, 1.0))):
        part.report(0.0, "Writing it as DICOM")
        place.mkdir(parents=True, exist_ok=True)
        scan.write_dicom(one, place)
    (folder / DONE).touch()
    return prior, current


class OpenDemo(QObject):
    """Makes the demo study where the program keeps what it can make again, and opens it."""

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
        cache = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericCacheLocation)
        folder = Path(cache) / "interval" / "demo"
        self.lane.run(
            lambda progress: self._make(folder, progress),
            lambda folders: self._paths.open([folders[1]], prior=folders[0]),
            lambda error: self._notices.say(sentence_of(error, "Preparing the demo study"), True, "demo"),
        )

    def close(self) -> None:
        """End the thread."""
        self.lane.close()
