"""What a bundle says of a cohort's scans, beside what their reports say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from ai.model import Bundle
from ai.model.device import chosen_device
from ai.model.seeing import Seen, see
from ai.progress import QUIET, Progress
from ai.training.cohort import Cohort, CohortScan
from ai.training.reports.crops import prepared, regions_of_scan
from ai.training.reports.places import allowed
from ai.training.statistics import Numbers
from ai.vocabulary import abnormality

_NAN = float("nan")


@dataclass(frozen=True, eq=False)
class Judged:
    """One row a scan, one column a label.

    Args:
        labels: of the bundle.
        keys: of the scans.
        patients: whose they are.
        logits: what the bundle says.
        evidence: Σ relu(W·A): the logit without bias and gain; NaN where a network from elsewhere has none.
        present: 1, 0, or NaN where the report decides nothing.
        inside: share of the heat where report or vocabulary let the label lie; NaN where it is absent, has no heat, or
            may lie anywhere.
        room: share of the scan where it may lie: what heat spread evenly would score; NaN as above.
    """

    labels: tuple[str, ...]
    keys: tuple[str, ...]
    patients: tuple[str, ...]
    logits: Numbers
    evidence: Numbers
    present: Numbers
    inside: Numbers
    room: Numbers

    @property
    def probabilities(self) -> Numbers:
        """The logits as probabilities."""
        return np.asarray(expit(self.logits), dtype=np.float64)

    def only(self, labels: Sequence[str]) -> Judged:
        """Return some of the labels, in the order asked for."""
        columns = [self.labels.index(label) for label in labels]
        parts = (self.logits, self.evidence, self.present, self.inside, self.room)
        return Judged(tuple(labels), self.keys, self.patients, *(part[:, columns] for part in parts))


def judge(
    bundles: Sequence[Bundle],
    guide: Bundle | None,
    cohort: Cohort,
    scans: Sequence[CohortScan],
    device: str = "cpu",
    progress: Progress = QUIET,
) -> list[Judged]:
    """Let bundles read the same scans.

    Args:
        bundles: to be judged.
        guide: names the organs heat is measured by, the same for all; None measures no places.
        cohort: that holds the scans.
        scans: which; bundles must not have learned from these patients.
        device: ``auto``, ``cpu`` or ``cuda``.
        progress: told after each scan.
    """
    where = chosen_device(device)
    rows: list[list[tuple[Numbers, ...]]] = [[] for _ in bundles]
    for number, scan in enumerate(scans):
        spacings = [bundle.description.spacing_mm for bundle in bundles]
        ready = {spacing_mm: prepared(cohort, scan, spacing_mm) for spacing_mm in set(spacings)}
        seen = [
            see(ready[mm], bundle.network, where, confined=bundle.confined)
            for mm, bundle in zip(spacings, bundles, strict=True)
        ]
        regions = {} if guide is None else _regions(bundles, seen, guide, cohort, scan)
        for mine, bundle, one in zip(rows, bundles, seen, strict=True):
            mine.append(_row(one, scan, bundle.description.labels, regions.get(bundle.description.spacing_mm)))
        progress.report((number + 1) / len(scans), f"reading scans ({number + 1} of {len(scans)})")
    keys, patients = tuple(scan.key for scan in scans), tuple(scan.patient for scan in scans)
    return [
        Judged(bundle.description.labels, keys, patients, *(np.array(part) for part in zip(*mine, strict=True)))
        for bundle, mine in zip(bundles, rows, strict=True)
    ]


def present_of(scans: Sequence[CohortScan], labels: Sequence[str]) -> Numbers:
    """Return what reports say, (scans, L): 1, 0, or NaN where they decide nothing."""
    return np.array([[scan.label(label).value for label in labels] for scan in scans], dtype=np.float64)


def _regions(
    bundles: Sequence[Bundle], seen: Sequence[Seen], guide: Bundle, cohort: Cohort, scan: CohortScan
) -> dict[float, NDArray[np.uint16]]:
    """Return the regions at each bundle's spacing; a guide that has just read the scan is not asked again."""
    own = (one.organs for one, bundle in zip(seen, bundles, strict=True) if bundle.card.sha256 == guide.card.sha256)
    scores, spacings = next(own, None), {bundle.description.spacing_mm for bundle in bundles}
    return {mm: regions_of_scan(cohort, scan, mm, guide, scores) for mm in spacings}


def _row(
    seen: Seen, scan: CohortScan, labels: Sequence[str], regions: NDArray[np.uint16] | None
) -> tuple[Numbers, Numbers, Numbers, Numbers, Numbers]:
    heat = seen.heat.sum(axis=(1, 2, 3), dtype=np.float64)
    (present,) = present_of([scan], labels)
    inside, room = np.full(len(labels), _NAN), np.full(len(labels), _NAN)
    for number in np.flatnonzero(present == 1).tolist():
        where = allowed(abnormality(labels[number]), scan.places.get(labels[number]))
        if regions is None or where.anywhere:
            continue
        cells = where.cells(regions)
        positive = np.maximum(seen.heat[number], 0)
        whole = float(positive.sum(dtype=np.float64))
        if cells.any() and whole > 0:
            inside[number] = float(positive[cells].sum(dtype=np.float64)) / whole
            room[number] = float(cells.mean())
    return seen.bias + heat, heat / seen.gain, present, inside, room
