"""How good a bundle is by a cohort's reports: per label and as a mean, with intervals; and two bundles side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ai.training.judging import weighted
from ai.training.judging.bootstrap import DRAWS, Figure, counts, figure
from ai.training.judging.delong import Difference, difference
from ai.training.judging.readings import Judged
from ai.training.statistics import Numbers

KINDS = ("auroc", "average precision", "calibration error", "inside")
HIGHER_IS_BETTER = {"auroc": True, "average precision": True, "calibration error": False, "inside": True}
FEWEST = 2
"""A label is judged from so many scans with it and without it."""


@dataclass(frozen=True)
class LabelFigures:
    """One label.

    Args:
        label: of the vocabulary.
        positive, negative: scans that have it, and that do not, by their reports.
        figures: by kind.
        room: mean share of the scan where it may lie: what heat spread evenly would score; NaN where not known.
    """

    label: str
    positive: int
    negative: int
    figures: Mapping[str, Figure]
    room: float


@dataclass(frozen=True)
class Judgement:
    """What was measured of one bundle.

    Args:
        scans, patients: how many.
        labels: those that could be judged.
        mean: by kind, the mean of the labels.
        unjudged: labels with too few scans that have it, or lack it.
    """

    scans: int
    patients: int
    labels: tuple[LabelFigures, ...]
    mean: Mapping[str, Figure]
    unjudged: tuple[str, ...]


@dataclass(frozen=True)
class LabelDifference:
    """First bundle minus second, of one label: by kind, and DeLong's test of the AUROCs (None without an answer)."""

    label: str
    figures: Mapping[str, Figure]
    delong: Difference | None


@dataclass(frozen=True)
class Contest:
    """First bundle minus second, on the same scans: by label, and the mean of the labels."""

    labels: tuple[LabelDifference, ...]
    mean: Mapping[str, Figure]

    @property
    def verdict(self) -> str:
        """Say whether the first is better, by the mean AUROC and by nothing else."""
        gap = self.mean["auroc"]
        told = f"mean AUROC {gap.value:+.3f}, 95 % interval {gap.low:+.3f} to {gap.high:+.3f}"
        if gap.above_zero:
            return f"Better ({told})."
        if gap.below_zero:
            return f"Not better but worse ({told})."
        return f"Not better: the difference may be chance ({told})."


def judgement(judged: Judged, draws: int = DRAWS) -> Judgement:
    """Return the figures of one bundle, with intervals over patients."""
    good = _judgeable(judged)
    every = counts(judged.patients, draws)
    drawn = {n: _drawn(judged, n, every) for n in good}
    labels = tuple(_label(judged, n, drawn[n]) for n in good)
    unjudged = tuple(label for n, label in enumerate(judged.labels) if n not in good)
    mean = _means(list(drawn.values()))
    return Judgement(len(judged.keys), len(set(judged.patients)), labels, mean, unjudged)


def contest(first: Judged, second: Judged, draws: int = DRAWS) -> Contest:
    """Compare two bundles on the labels that both know; the same patients are drawn for both."""
    shared = [label for label in first.labels if label in second.labels]
    first, second = first.only(shared), second.only(shared)
    good = _judgeable(first)
    every = counts(first.patients, draws)
    rows, gaps = [], []
    for n in good:
        a, b = _drawn(first, n, every), _drawn(second, n, every)
        gap = {kind: a[kind] - b[kind] for kind in KINDS}
        test = difference(first.logits[:, n], second.logits[:, n], first.present[:, n], first.patients)
        rows.append(LabelDifference(shared[n], {kind: figure(gap[kind]) for kind in KINDS}, test))
        gaps.append(gap)
    return Contest(tuple(rows), _means(gaps))


def _judgeable(judged: Judged) -> list[int]:
    enough = [(judged.present == value).sum(axis=0) >= FEWEST for value in (1, 0)]
    return [int(n) for n in np.flatnonzero(enough[0] & enough[1])]


def _label(judged: Judged, number: int, drawn: Mapping[str, Numbers]) -> LabelFigures:
    present, room = judged.present[:, number], judged.room[:, number]
    known = room[~np.isnan(room)]
    return LabelFigures(
        judged.labels[number],
        int((present == 1).sum()),
        int((present == 0).sum()),
        {kind: figure(drawn[kind]) for kind in KINDS},
        float(known.mean()) if known.size else float("nan"),
    )


_OF_SCORES: Mapping[str, Callable[[Numbers, Numbers, Numbers], Numbers]] = {
    "auroc": weighted.auroc,
    "average precision": weighted.average_precision,
    "calibration error": weighted.calibration_error,
}


def _drawn(judged: Judged, number: int, every: Numbers) -> dict[str, Numbers]:
    """Each figure of a label for every draw of patients."""
    present = judged.present[:, number]
    known = ~np.isnan(present)
    scores = {"auroc": judged.logits, "average precision": judged.logits, "calibration error": judged.probabilities}
    found = {kind: of(scores[kind][known, number], present[known], every[:, known]) for kind, of in _OF_SCORES.items()}
    inside = judged.inside[:, number]
    placed = ~np.isnan(inside)
    found["inside"] = weighted.mean(inside[placed], every[:, placed])
    return found


def _means(rows: list[dict[str, Numbers]]) -> dict[str, Figure]:
    """The mean of the labels draw by draw; a draw counts the labels it can judge."""
    found = {}
    for kind in KINDS:
        table = np.array([row[kind] for row in rows]) if rows else np.full((1, 2), np.nan)
        known = ~np.isnan(table)
        total = np.where(known, table, 0.0).sum(0)
        found[kind] = figure(np.divide(total, known.sum(0), out=np.full(total.shape, np.nan), where=known.any(0)))
    return found
