"""What is handed on: one reading, with what its reader said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ai.change import Comparison
from ai.findings import Analysis
from ai.report.errors import ReportError
from ai.series import FileWindow, Scan
from ai.session import JudgedChange, WrittenReport

LUNG = FileWindow(1500.0, -600.0, "LUNG")


def refuse_without_slices(scan: Scan) -> None:
    """Refuse a scan whose slices nothing can refer to.

    Raises:
        ReportError: the scan is no DICOM series.
    """
    series = scan.series
    if not series.slices or not all(one.instance_uid for one in series.slices):
        raise ReportError(
            f"{series.source} is no DICOM series, so DICOM objects that refer to its slices cannot be written. "
            "Open the series itself, or save the reading as HTML and JSON."
        )


@dataclass(frozen=True, eq=False)
class DicomReading:
    """One reading.

    Args:
        scan: the scan that was read.
        analysis: what the model said of it.
        verdicts: what the reader said, by abnormality: ``accepted`` or ``rejected``; open where there is no entry.
        prior: the scan it was compared with.
        comparison: what changed.
        pictures: PNG files of what was shown.
        window: how the slices were looked at, HU.
        text: the report in words, for the document; empty lines part paragraphs. Empty: lists of what was found.
        changes: what the reader said of changes; kept for this program, stated to nobody.
        written: the report as the reader left it in the window; kept likewise. None where he wrote nothing in it.
    """

    scan: Scan
    analysis: Analysis
    verdicts: Mapping[str, str] = field(default_factory=dict)
    prior: Scan | None = None
    comparison: Comparison | None = None
    pictures: Sequence[Path] = ()
    window: FileWindow = LUNG
    text: str = ""
    changes: Sequence[JudgedChange] = ()
    written: WrittenReport | None = None

    def verdict(self, name: str) -> str:
        """Return what the reader said of an abnormality."""
        return self.verdicts.get(name, "open")

    def told(self) -> Analysis:
        """Return the analysis with what is handed on: present or accepted, and not rejected; nothing if withheld."""
        findings = () if self.analysis.withheld else self.analysis.findings
        kept = tuple(
            finding
            for finding in findings
            if self.verdict(finding.abnormality.name) != "rejected"
            and (finding.present or self.verdict(finding.abnormality.name) == "accepted")
        )
        return replace(self.analysis, findings=kept)
