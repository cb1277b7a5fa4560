"""analysis.json and the heatmaps beside it."""

from __future__ import annotations

from pathlib import Path

from ai.findings import Analysis, Finding
from ai.progress import QUIET, Progress
from ai.report import plain
from ai.report.whole_file import whole_file, write_whole
from ai.scan import write_volume
from ai.series import Scan

HEATMAPS = "heatmaps"


def write_analysis(analysis: Analysis, scan: Scan, folder: Path, progress: Progress = QUIET) -> Path:
    """Write ``heatmaps/NAME.nii.gz`` (float32, patient space) for every finding, then ``analysis.json``; return that.

    Raises:
        ReportError, ScanError: a file cannot be written.
    """
    for count, finding in enumerate(_told(analysis)):
        progress.report(count / len(analysis.findings), f"Writing the heatmap of {finding.abnormality.title.lower()}")
        with whole_file(folder / _heatmap(finding)) as partial:
            write_volume(partial, finding.heatmap.values, finding.heatmap.grid)
    progress.report(1.0, "Writing analysis.json")
    return write_whole(folder / "analysis.json", plain.as_json(analysis_document(analysis, scan)))


def analysis_document(analysis: Analysis, scan: Scan) -> plain.Plain:
    """Return analysis.json, schema 1."""
    return {
        "schema": plain.SCHEMA,
        "scan": plain.scan(scan),
        "model": plain.card(analysis.card),
        "device": analysis.device,
        "seconds": plain.number(analysis.seconds),
        "findings": [_finding(finding) for finding in _told(analysis)],
        "quantities": [plain.quantity(quantity) for quantity in analysis.quantities],
        "withheld": analysis.withheld,
        "doubts": plain.doubts(analysis.doubts),
        "notices": plain.notices(analysis.notices),
        "disclaimer": plain.RESEARCH_ONLY,
    }


def _told(analysis: Analysis) -> tuple[Finding, ...]:
    """Return the findings; none where they are withheld, whatever the analysis holds."""
    return () if analysis.withheld else analysis.findings


def _heatmap(finding: Finding) -> str:
    return f"{HEATMAPS}/{finding.abnormality.name}.nii.gz"


def _finding(finding: Finding) -> plain.Plain:
    return {
        **plain.finding_summary(finding),
        "logit": plain.number(finding.logit),
        "bias": plain.number(finding.heatmap.bias),
        "heatmap": _heatmap(finding),
        "heatmap_adds_up": finding.heatmap.additive,
        "peaks": [
            {"position_mm": plain.point(peak.position), "evidence": plain.number(peak.evidence)}
            for peak in finding.peaks
        ],
        "extent": {name: plain.number(round(share, 4)) for name, share in finding.extent},
        "lesions": [plain.lesion(lesion) for lesion in finding.lesions],
    }
