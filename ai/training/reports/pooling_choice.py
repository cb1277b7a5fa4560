"""How an archive's reports want places pooled: one power and one bar for all labels, the likeliest of a few.

Only two numbers are chosen by all that the reports say, so that a few hundred scans suffice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from ai.model import Bundle
from ai.model.layers import folded
from ai.model.network import EvidenceNet
from ai.model.pooling import Pooling
from ai.progress import QUIET, Progress
from ai.training.calibration import logistic_fit
from ai.training.cohort import Cohort, CohortScan
from ai.training.reports.crops import prepared
from ai.training.reports.fitting import FEWEST
from ai.training.reports.kept_features import features_of
from ai.training.reports.shelf import Shelf, Tensors
from ai.training.statistics import Numbers

POOLINGS = tuple(Pooling(power, lowered) for power in (1.0, 2.0, 3.0) for lowered in (0.0, 1.0, 2.0))
"""Higher powers tell scans apart a little better still, but leave a second, fainter instance without heat: at 3 a place
half as sure has an eighth of it, at 6 a sixty-fourth."""
CLEARLY = 3.0
"""Nats over all labels and scans by which another pooling must explain the reports better than the one there is."""


class KeptTotals:
    """What each scan's evidence comes to by each of ``POOLINGS`` and the network's own, kept once read.

    Args:
        folder: where it is kept; made if missing.
        cohort: where the scans come from.
        bundle: whose network reads.
        network: of the bundle; only read.
    """

    def __init__(self, folder: Path, cohort: Cohort, bundle: Bundle, network: EvidenceNet) -> None:
        self.poolings = (network.pooling, *(one for one in POOLINGS if one != network.pooling))
        self._cohort, self._spacing_mm, self._network = cohort, bundle.description.spacing_mm, folded(network)
        told = hashlib.sha256(repr(self.poolings).encode()).hexdigest()
        self._shelf = Shelf(folder / f"totals-{bundle.card.sha256[:12]}-{told[:8]}")

    def make(self, scans: Sequence[CohortScan], progress: Progress = QUIET) -> None:
        """Read those that are missing."""
        self._shelf.fill(scans, self._made, progress)

    def of(self, scans: Sequence[CohortScan]) -> Numbers:
        """Return totals (scans, L, poolings).

        Raises:
            ReportsError: they cannot be read.
        """
        return np.stack([self._shelf.take(scan.key)["totals"].numpy() for scan in scans])

    def _made(self, scan: CohortScan) -> Tensors:
        ready = prepared(self._cohort, scan, self._spacing_mm)
        with torch.inference_mode():
            places = self._network.judge(features_of(self._network, ready)).places[0].contiguous()
            totals = [[pooling.total(layer) for pooling in self.poolings] for layer in places]
        return {"totals": torch.tensor(totals, dtype=torch.float64)}


def rescaled(network: EvidenceNet, before: Numbers, after: Numbers) -> None:
    """Set gains so that totals by another pooling give the logits of before as nearly as a factor can.

    What reports say too little of to be fitted then means what it meant; a label without evidence stays as it is.

    Args:
        network: changed in place.
        before, after: (scans, L) totals by the pooling there was, and by the one there is.
    """
    shared, whole = (before * after).sum(0), (after**2).sum(0)
    factor = np.where((shared > 0) & (whole > 0), shared / np.maximum(whole, np.finfo(np.float64).tiny), 1.0)
    with torch.no_grad():
        network.log_gain.add_(torch.from_numpy(np.log(factor)).to(network.log_gain))


def chosen(totals: Numbers, present: Numbers) -> int:
    """Return which pooling explains the reports best; the first unless another does so clearly.

    Args:
        totals: (scans, L, poolings).
        present: (scans, L) 1, 0, or NaN where the report decides nothing.
    """
    cost = np.zeros(totals.shape[2])
    for label in range(totals.shape[1]):
        known = ~np.isnan(present[:, label])
        there = present[known, label]
        if min((there == 1).sum(), (there == 0).sum()) >= FEWEST:
            cost += [len(there) * logistic_fit(column, there).loss for column in totals[known, label].T]
    best = int(np.argmin(cost))
    return best if cost[0] - cost[best] > CLEARLY else 0
