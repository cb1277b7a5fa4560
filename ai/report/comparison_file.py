"""comparison.json."""

from __future__ import annotations

from pathlib import Path

from ai.change import Comparison, FindingChange, LesionChange
from ai.report import plain
from ai.report.whole_file import write_whole
from ai.series import Scan


def write_comparison(comparison: Comparison, prior: Scan, current: Scan, folder: Path) -> Path:
    """Write ``comparison.json`` and return it.

    Raises:
        ReportError: the file cannot be written.
    """
    document = comparison_document(comparison, prior, current)
    return write_whole(folder / "comparison.json", plain.as_json(document))


def comparison_document(comparison: Comparison, prior: Scan, current: Scan) -> plain.Plain:
    """Return comparison.json, schema 1.

    ``changes`` holds every lesion's change (``"of": "lesion"``), and the change of each finding that no lesion tells
    (``"of": "finding"``: diffuse ones).
    """
    found = comparison.registration
    return {
        "schema": plain.SCHEMA,
        "prior": plain.scan(prior),
        "current": plain.scan(current),
        "days_between": comparison.days_between,
        "registration": {
            "prior_to_current": [[float(v) for v in row] for row in found.prior_to_current],
            "deformable": found.deformable,
            "quality": plain.number(found.quality),
            "folds": plain.number(found.folds),
            "seconds": plain.number(found.seconds),
        },
        "changes": [_lesion_change(c) for c in comparison.lesions]
        + [_finding_change(c) for c in untold_by_lesions(comparison)],
        "notices": plain.notices(comparison.notices),
        "disclaimer": plain.RESEARCH_ONLY,
    }


def untold_by_lesions(comparison: Comparison) -> list[FindingChange]:
    """Return the changes of findings of which no lesion changed its state: diffuse ones, mostly."""
    told = {lesion.abnormality.name for change in comparison.lesions for lesion in change.lesions}
    return [change for change in comparison.findings if change.abnormality.name not in told]


def _lesion_change(change: LesionChange) -> plain.Plain:
    return {
        "of": "lesion",
        "abnormality": change.abnormality.name,
        "kind": change.kind.value,
        "prior": None if change.prior is None else plain.lesion(change.prior),
        "current": None if change.current is None else plain.lesion(change.current),
        "volume_change": plain.number(change.volume_change),
        "doubling_days": plain.number(change.doubling_days),
    }


def _finding_change(change: FindingChange) -> plain.Plain:
    return {
        "of": "finding",
        "abnormality": change.abnormality.name,
        "kind": change.kind.value,
        "prior": None if change.prior is None else plain.finding_summary(change.prior),
        "current": None if change.current is None else plain.finding_summary(change.current),
        "volume_change": None,
        "doubling_days": None,
    }
