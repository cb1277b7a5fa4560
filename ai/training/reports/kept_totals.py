"""What each scan of a cohort comes to, however its places are pooled: read once, kept."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from ai.model import Bundle
from ai.model.confining import confine
from ai.model.layers import folded
from ai.model.network import EvidenceNet
from ai.model.seeing import STRIDE, features_of
from ai.progress import QUIET, Progress
from ai.training.cohort import Cohort, CohortScan
from ai.training.pooling_choice import POOLINGS
from ai.training.reports.crops import prepared
from ai.training.reports.shelf import Shelf, Tensors
from ai.training.statistics import Numbers


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
        self._confined = bundle.confined
        told = hashlib.sha256(repr((self.poolings, self._confined)).encode()).hexdigest()
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
            seen = self._network.judge(features_of(self._network, ready))
            places = seen.places[0].contiguous()
            scores = None if seen.organs is None else seen.organs[0].numpy()
            aerated = ready.lungs.mask[::STRIDE, ::STRIDE, ::STRIDE]
            confine(places, self._confined, scores, aerated, STRIDE * self._spacing_mm)
            totals = [[pooling.total(layer) for pooling in self.poolings] for layer in places]
        return {"totals": torch.tensor(totals, dtype=torch.float64)}
