"""What a reading leaves for other systems, in one place for the command line and the window."""

from __future__ import annotations

from pathlib import Path

from ai.progress import QUIET, Progress
from ai.report.anonymising import anonymous, anonymous_timeline
from ai.report.dicom.reading import DicomReading, refuse_without_slices
from ai.report.fhir_report import write_fhir
from ai.report.uids import Uids
from ai.series import Scan
from ai.timeline import Timeline


class HandOn:
    """One export: which forms, and whether it names the patient.

    Args:
        dicom: write DICOM objects.
        anonymous: write no name, date or identifier of the patient into any file.
    """

    def __init__(self, dicom: bool = False, anonymous: bool = False) -> None:
        self.dicom = dicom
        self.uids = Uids(anonymous)

    def check(self, scan: Scan) -> None:
        """Refuse before the work what could not be written after it.

        Raises:
            ReportError: DICOM objects are asked for and the scan is no DICOM series.
        """
        if self.dicom:
            refuse_without_slices(scan)

    def shown(self, scan: Scan) -> Scan:
        """Return the scan as this export may show it."""
        return anonymous(scan, self.uids) if self.uids.anonymous else scan

    def lines(self, timeline: Timeline | None) -> Timeline | None:
        """Return the lines as this export may show them: an anonymous one tells days between studies, no dates."""
        return timeline if timeline is None or not self.uids.anonymous else anonymous_timeline(timeline, self.uids)

    def write(self, reading: DicomReading, folder: Path, progress: Progress = QUIET) -> list[Path]:
        """Write FHIR, and DICOM objects where they are asked for; return the files.

        Raises:
            ReportError: a file cannot be written.
        """
        told = {name: said for name, said in reading.verdicts.items() if said in ("accepted", "rejected")}
        written = [write_fhir(reading.analysis, reading.scan, folder, told, self.uids, reading.text)]
        if self.dicom:
            # highdicom and pydicom take 0.8 s to import: only who writes DICOM waits for them.
            from ai.report.dicom.writing import write_dicom  # noqa: PLC0415

            written += write_dicom(reading, folder, self.uids, progress)
        return written
