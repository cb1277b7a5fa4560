"""Measures a bundle on a cohort's patients that it has not seen, alone or against another, and writes it down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ai.model import Bundle, load_bundle
from ai.progress import QUIET, Part, Progress
from ai.report import PageTable, write_evaluation
from ai.report.plain import as_json
from ai.report.whole_file import write_whole
from ai.training.cohort import Cohort, CohortScan
from ai.training.judging.figures import contest, judgement
from ai.training.judging.misses import pictures, worst
from ai.training.judging.page import page_of
from ai.training.judging.pixel_truth import pointing_of, pointing_page
from ai.training.judging.readings import judge
from ai.training.judging.table import contest_table, judgement_table
from ai.training.reports.errors import ReportsError
from ai.training.reports.guide import guide_of
from ai.training.reports.known_patients import read_known, unseen

_SCHEMA = 1


@dataclass(frozen=True)
class EvaluationPlan:
    """What to measure.

    Args:
        cohort: folder that ``cohort build`` made.
        out: folder for ``evaluation.html`` and ``evaluation.json``.
        bundle: the model asked about; None for the shipped one.
        against: another to compare it with; None for none.
        organs: bundle that names the organs heat is measured by; None takes one that comes with the program.
        drawn: folder of drawn cases with pixel truth, to measure pointing on; None for none.
        device: ``auto``, ``cpu`` or ``cuda``.
    """

    cohort: Path
    out: Path
    bundle: Path | None = None
    against: Path | None = None
    organs: Path | None = None
    drawn: Path | None = None
    device: str = "cpu"


@dataclass(frozen=True)
class Evaluated:
    """What came of it.

    Args:
        page: what to read.
        sentence: the outcome in one sentence.
    """

    page: Path
    sentence: str


def evaluate(plan: EvaluationPlan, progress: Progress = QUIET) -> Evaluated:
    """Follow the plan.

    Raises:
        CohortError: the cohort cannot be read.
        ModelError: a bundle cannot be read.
        ReportsError: no patient is left that the models have not seen; nobody names organs.
    """
    cohort = Cohort.open(plan.cohort)
    folders = [plan.bundle, plan.against] if plan.against is not None else [plan.bundle]
    bundles = [load_bundle(folder) for folder in folders]
    guide = guide_of(plan.organs)
    scans = _held_out(cohort, folders)
    judged = judge(bundles, guide, cohort, scans, plan.device, Part(progress, 0.0, 0.8))
    measured = [judgement(one) for one in judged]
    against = contest(judged[0], judged[1]) if len(judged) > 1 else None
    found = worst(judged[0], bundles[0])
    drawn = pictures(found, bundles[0], guide, cohort, plan.device, Part(progress, 0.8, 0.9))
    pointing = [] if plan.drawn is None else pointing_of(bundles, plan.drawn, Part(progress, 0.9, 1.0))
    models = [_name(bundle) for bundle in bundles]
    told = _told(cohort, scans, guide)
    more: Sequence[PageTable] = [pointing_page(models, pointing)] if pointing else []
    document: dict[str, Any] = {
        "schema": _SCHEMA,
        "told": told,
        "models": [
            {"name": name, "sha256": bundle.card.sha256, **judgement_table(one)}
            for name, bundle, one in zip(models, bundles, measured, strict=True)
        ],
        "first minus second": None if against is None else contest_table(against),
        "pointing": pointing,
    }
    write_whole(plan.out / "evaluation.json", as_json(document))
    page = write_evaluation(plan.out, page_of(models, told, measured, judged, against, drawn, more))
    mean = measured[0].mean["auroc"]
    alone = f"Mean AUROC {mean.value:.3f}, 95 % interval {mean.low:.3f} to {mean.high:.3f}."
    return Evaluated(page, alone if against is None else against.verdict)


def _held_out(cohort: Cohort, folders: Sequence[Path | None]) -> list[CohortScan]:
    """The scans of patients that none of the bundles has seen."""
    known = frozenset[str]().union(*(read_known(folder) for folder in folders))
    scans = unseen(cohort.scans, known)
    if not scans:
        raise ReportsError(
            f"The models have learned from every patient of {cohort.folder}; measured on them they would only repeat "
            "what they were told. Evaluate on other patients."
        )
    return scans


def _told(cohort: Cohort, scans: Sequence[CohortScan], guide: Bundle) -> list[str]:
    patients, everyone = len({scan.patient for scan in scans}), len(cohort.patients)
    left_out = everyone - patients
    sentences = [f"Measured on {len(scans)} scans of {patients} patients."]
    if left_out:
        sentences.append(
            f"{left_out} of the archive’s {everyone} patients were left out: a model has learned from them."
        )
    sentences.append(f"Organs, for where heat lies, are those that {_name(guide)} names.")
    return sentences


def _name(bundle: Bundle) -> str:
    return f"{bundle.card.title or bundle.card.identifier} {bundle.card.version} ({bundle.card.sha256[:8]})"
