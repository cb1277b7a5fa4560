"""comparison.json."""

from __future__ import annotations

from pathlib import Path

from ai.change import Comparison, FindingChange, LesionChange
from ai.report import plain
from ai.report.diffuse_part import diffuse_part
from ai.report.timeline_part import timeline_part
from ai.report.whole_file import write_whole
from ai.series import Scan
from ai.timeline import Timeline


def write_comparison(
    comparison: Comparison, prior: Scan, current: Scan, folder: Path, timeline: Timeline | None = None
) -> Path:
    """Write ``comparison.json``, with the lines of lesions where there are more studies than two, and return it.

    Raises:
        ReportError: the file cannot be written.
    """
    document = comparison_document(comparison, prior, current, timeline)
    return write_whole(folder / "comparison.json", plain.as_json(document))


def comparison_document(
    comparison: Comparison, prior: Scan, current: Scan, timeline: Timeline | None = None
) -> plain.Plain:
    """Return comparison.json, schema 1.

    ``changes`` holds every lesion's change (``"of": "lesion"``), and the change of each finding that no lesion tells
    (``"of": "finding"``: diffuse ones). Of lesions that merged or split ``priors`` and ``currents`` hold all, ``prior``
    and ``current`` the largest. ``diffuse`` holds how far those spread in each lobe, and every measure; ``timeline`` is
    null where two studies were compared.
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
        "diffuse": None if comparison.diffuse is None else diffuse_part(comparison.diffuse),
        "timeline": None if timeline is None else timeline_part(timeline),
        "advice": [plain.advice(said) for said in comparison.advice],
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
        "priors": [plain.lesion(lesion) for lesion in change.priors],
        "currents": [plain.lesion(lesion) for lesion in change.currents],
        "obscured": change.obscured,
        "diameter_change_mm": plain.number(change.diameter_change_mm),
        "volume_change": plain.number(change.volume_change),
        "doubling_days": plain.number(change.doubling_days),
        "mass_change": plain.number(change.mass_change),
        "mass_doubling_days": plain.number(change.mass_doubling_days),
        "advice": [plain.advice(said) for said in change.advice],
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
