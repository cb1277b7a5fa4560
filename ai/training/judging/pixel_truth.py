"""Pointing, where masks exist: drawn cases know every voxel's truth."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ai.model import Bundle
from ai.model.network import EvidenceNet
from ai.progress import QUIET, Part, Progress
from ai.report import PageTable
from ai.training.evaluation import table
from ai.training.labels import LABELS
from ai.training.readings import drawn_paths, read_cases
from ai.training.reports.errors import ReportsError
from ai.vocabulary import abnormality

SPLIT = "evaluate"
_NOTE = (
    "On drawn cases that hold the truth of every voxel. Pointing: the strongest place lies within 10 mm of the "
    "abnormality. Energy: share of the heat in the cells that hold it."
)


def pointing_of(bundles: Sequence[Bundle], folder: Path, progress: Progress = QUIET) -> list[dict[str, Any]]:
    """Return the table of each bundle (see ``ai.training.evaluation``) on a folder's drawn cases to evaluate on.

    Raises:
        ReportsError: no such cases, or a bundle of other labels.
    """
    paths = list(drawn_paths(folder, SPLIT))
    if not paths:
        raise ReportsError(f"{folder} holds no drawn cases to measure on (evaluate-….safetensors); leave --drawn out.")
    found = []
    for number, bundle in enumerate(bundles):
        network, said = bundle.network, bundle.description
        if not isinstance(network, EvidenceNet) or said.labels != LABELS:
            raise ReportsError(f"{said.title} knows other labels than drawn cases have; leave --drawn out.")
        part = Part(progress, number / len(bundles), (number + 1) / len(bundles))
        readings = read_cases(network, paths, LABELS, part, confined=bundle.confined)
        found.append(table(network, readings, LABELS, said.thresholds))
    return found


def pointing_page(models: Sequence[str], tables: Sequence[dict[str, Any]]) -> PageTable:
    """Return pointing and energy of each model, a row a label."""
    head = ("", *(f"{kind}, {model}" for model in models for kind in ("pointing", "energy")))
    rows = [
        (abnormality(label).title, *(_cell(one["labels"][label][kind]) for one in tables for kind in _KINDS))
        for label in LABELS
    ]
    rows.append(("mean of labels", *(_cell(one["mean"][kind]) for one in tables for kind in _KINDS)))
    return PageTable("Pointing", _NOTE, head, tuple(rows), summed=True)


_KINDS = ("pointing", "energy")


def _cell(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
