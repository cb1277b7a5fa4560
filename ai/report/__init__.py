"""A reading as files: JSON and FHIR for programs, HTML and PDF for people, DICOM objects; reports read as labels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ai.change import Comparison
from ai.findings import Analysis
from ai.progress import QUIET, Progress
from ai.report.analysis_file import write_analysis
from ai.report.anonymising import anonymous
from ai.report.comparison_file import write_comparison
from ai.report.dicom.reading import DicomReading
from ai.report.draft_file import draft_text, write_draft
from ai.report.drafting import draft
from ai.report.errors import ReportError
from ai.report.evaluation_page import Curves, EvaluationPage, PageTable, Shown, write_evaluation
from ai.report.fhir_report import write_fhir
from ai.report.field_file import write_field
from ai.report.handing_on import HandOn
from ai.report.html_report import write_report
from ai.report.label_file import Uncertain, label_file
from ai.report.label_rows import Vocabulary, row_of
from ai.report.labelling import label
from ai.report.mention import Mention, Side, Status
from ai.report.second_reader import check_report
from ai.report.uids import Uids
from ai.series import Scan

if TYPE_CHECKING:
    from ai.report.dicom.restoring import Restored

__all__ = [
    "Curves",
    "DicomReading",
    "EvaluationPage",
    "HandOn",
    "Mention",
    "PageTable",
    "ReportError",
    "Shown",
    "Side",
    "Status",
    "Uids",
    "Uncertain",
    "Vocabulary",
    "anonymous",
    "check_report",
    "draft",
    "draft_text",
    "label",
    "label_file",
    "report_text",
    "restore",
    "row_of",
    "write_analysis",
    "write_comparison",
    "write_draft",
    "write_evaluation",
    "write_fhir",
    "write_field",
    "write_pdf",
    "write_report",
]


def restore(scan: Scan, progress: Progress = QUIET) -> Restored:
    """Read back what an earlier reading wrote beside a scan; see ``ai.report.dicom.restoring``."""
    from ai.report.dicom import restoring  # noqa: PLC0415

    return restoring.restore(scan, progress)


def report_text(path: Path) -> str:
    """Return the words of a report's file; see ``ai.report.text_file``."""
    # pydicom and pypdf take 0.3 s to import: only who reads a report waits for them.
    from ai.report.text_file import text_of_file  # noqa: PLC0415

    return text_of_file(path)


def write_pdf(
    path: Path,
    scan: Scan,
    analysis: Analysis,
    text: str = "",
    pictures: Sequence[Path] = (),
    comparison: Comparison | None = None,
) -> Path:
    """Write a reading on paper; see ``ai.report.pdf_report``."""
    # reportlab takes 0.2 s to import: only who writes a PDF waits for it.
    from ai.report import pdf_report  # noqa: PLC0415

    return pdf_report.write_pdf(path, scan, analysis, text, pictures, comparison)
