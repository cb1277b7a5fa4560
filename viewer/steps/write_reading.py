"""The reading as files in a folder: what the model said, what changed, and a report to read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QObject, Signal

from ai.change import Comparison, FindingChange, LesionChange
from ai.diffuse import DiffuseChange
from ai.findings import Analysis
from ai.progress import Part, Progress
from ai.series import FileWindow, Scan
from ai.session import JudgedChange, WrittenReport
from ai.timeline import Timeline
from viewer.mpr.window import Window
from viewer.state.change_key import ChangeKey, key_of
from viewer.state.notices_model import NoticesModel
from viewer.steps.sentence import sentence_of
from viewer.work import Lane

ABOUT = "export"

SavePictures = Callable[[Path], Sequence[Path]]
"""Writes the pictures of the panes into a folder and names them; called in the job's thread."""


class Form(Enum):
    """In which form a reading is written."""

    FILES = "JSON, heatmaps and HTML"
    DICOM = "DICOM"
    ANONYMOUS_DICOM = "DICOM without the patient"


@dataclass(frozen=True, eq=False)
class ReadingToWrite:
    """Everything an export holds.

    ``rejected`` names the abnormalities that the reader rejected in the current scan, ``accepted`` those that were
    accepted, ``rejected_changes`` the changes; ``window`` is how the current scan is looked at, HU; ``text`` is the
    report in the reader's words, empty where none was drafted; ``judged`` and ``written`` go into DICOM alone, for the
    next session.
    """

    scan: Scan
    analysis: Analysis
    rejected: frozenset[str]
    save_pictures: SavePictures
    prior: Scan | None = None
    prior_analysis: Analysis | None = None
    comparison: Comparison | None = None
    rejected_changes: frozenset[ChangeKey] = frozenset()
    accepted: frozenset[str] = frozenset()
    window: Window | None = None
    form: Form = Form.FILES
    timeline: Timeline | None = None
    text: str = ""
    judged: tuple[JudgedChange, ...] = ()
    written: WrittenReport | None = None

    def reported(self) -> Analysis:
        """Return the analysis without what was rejected."""
        kept = tuple(f for f in self.analysis.findings if f.abnormality.name not in self.rejected)
        return replace(self.analysis, findings=kept)

    def reported_changes(self) -> Comparison | None:
        """Return the comparison without what was rejected; a finding goes with the last of its lesions' changes."""
        if self.comparison is None:
            return None
        lesions = tuple(c for c in self.comparison.lesions if self._kept(c))
        left = {c.abnormality.name for c in lesions}
        told = {c.abnormality.name for c in self.comparison.lesions}
        findings = tuple(
            c
            for c in self.comparison.findings
            if self._kept(c) and (c.abnormality.name in left or c.abnormality.name not in told)
        )
        return replace(self.comparison, findings=findings, lesions=lesions, diffuse=self._reported_diffuse())

    def _reported_diffuse(self) -> DiffuseChange | None:
        diffuse = None if self.comparison is None else self.comparison.diffuse
        if diffuse is None:
            return None
        return replace(diffuse, regions=tuple(c for c in diffuse.regions if c.abnormality.name not in self.rejected))

    def reported_lines(self) -> Timeline | None:
        """Return the lines without those of abnormalities that the reader rejected."""
        if self.timeline is None:
            return None
        lines = tuple(line for line in self.timeline.lines if line.abnormality.name not in self.rejected)
        return replace(self.timeline, lines=lines)

    def _kept(self, change: LesionChange | FindingChange) -> bool:
        return change.abnormality.name not in self.rejected and key_of(change) not in self.rejected_changes


WriteFiles = Callable[[ReadingToWrite, Path, Progress], Path]


def write_files(reading: ReadingToWrite, folder: Path, progress: Progress) -> Path:
    """Write analysis.json, heatmaps, comparison.json and report.html; return the report.

    The JSON files hold all that the model said (the prior's lie in ``prior/``); the report leaves out what the reader
    rejected.
    """
    from ai import report  # noqa: PLC0415 (a job's thread; see engines)

    if reading.form is not Form.FILES:
        return _write_dicom(reading, folder, progress)
    report.write_analysis(reading.analysis, reading.scan, folder, Part(progress, 0.0, 0.4))
    if reading.prior is not None and reading.prior_analysis is not None:
        report.write_analysis(reading.prior_analysis, reading.prior, folder / "prior", Part(progress, 0.4, 0.6))
    if reading.comparison is not None and reading.prior is not None:
        report.write_comparison(reading.comparison, reading.prior, reading.scan, folder, reading.timeline)
    progress.report(0.7, "Writing pictures")
    pictures = reading.save_pictures(folder)
    progress.report(0.9, "Writing the report")
    return report.write_report(
        folder,
        reading.scan,
        reading.reported(),
        pictures,
        reading.prior,
        reading.reported_changes(),
        reading.reported_lines(),
    )


def _write_dicom(reading: ReadingToWrite, folder: Path, progress: Progress) -> Path:
    """Write the DICOM objects and FHIR; return the folder of the objects. Pictures are drawn elsewhere and not kept."""
    from ai import report  # noqa: PLC0415

    hand_on = report.HandOn(dicom=True, anonymous=reading.form is Form.ANONYMOUS_DICOM)
    hand_on.check(reading.scan)
    verdicts = dict.fromkeys(reading.accepted, "accepted") | dict.fromkeys(reading.rejected, "rejected")
    with TemporaryDirectory(prefix="interval-") as drawn:
        progress.report(0.0, "Drawing pictures")
        to_hand_on = report.DicomReading(
            hand_on.shown(reading.scan),
            reading.analysis,
            verdicts,
            None if reading.prior is None else hand_on.shown(reading.prior),
            reading.reported_changes(),
            reading.save_pictures(Path(drawn)),
            text="" if reading.form is Form.ANONYMOUS_DICOM else reading.text,  # it may name the patient
            changes=reading.judged,
            written=reading.written,
        )
        if reading.window is not None:
            seen = reading.window
            to_hand_on = replace(to_hand_on, window=FileWindow(seen.width_hu, seen.level_hu, seen.name))
        hand_on.write(to_hand_on, folder, Part(progress, 0.3, 1.0))
    return folder / "dicom"


class WriteReading(QObject):
    """Writes an export in the background and says where it lies."""

    written = Signal(object)
    """Path of the report, or of the folder with the DICOM objects."""

    def __init__(self, notices: NoticesModel, write: WriteFiles = write_files, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lane = Lane("Writing the reading", parent=self)
        self._notices = notices
        self._write = write

    def write(self, reading: ReadingToWrite, folder: Path) -> None:
        """Write into a folder, which is made if it is not there."""
        self._notices.forget(ABOUT)
        self.lane.run(
            lambda progress: self._write_into(reading, folder, progress),
            self._done,
            lambda error: self._notices.say(sentence_of(error, f"Writing to {folder}"), True, ABOUT),
        )

    def close(self) -> None:
        """End the thread."""
        self.lane.close()

    def _write_into(self, reading: ReadingToWrite, folder: Path, progress: Progress) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        return self._write(reading, folder, progress)

    def _done(self, path: Path) -> None:
        self._notices.say(f"The reading was written to {path}.", about=ABOUT)
        self.written.emit(path)
