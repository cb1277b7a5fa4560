"""What each scan of a cohort comes to, however its places are pooled: read once, kept."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ai.model import Bundle
from ai.model.confining import confine
from ai.model.layers import folded
from ai.model.network import EvidenceNet
from ai.model.preparation import Prepared
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
            features = features_of(self._network, ready)
            places = places_of(self._network, features, ready, self._confined, self._spacing_mm)
            totals = [[pooling.total(layer) for pooling in self.poolings] for layer in places]
        return {"totals": torch.tensor(totals, dtype=torch.float64)}


def places_of(
    network: EvidenceNet, features: Tensor, ready: Prepared, confined: Sequence[int], spacing_mm: float
) -> Tensor:
    """Return a scan's places (L, s, r, c), −∞ where evidence does not count.

    Args:
        network: of ours.
        features: as ``features_of`` gives them.
        ready: the scan, out of a cohort: what lies outside the patient is cut off already.
        confined: numbers of the labels whose places count near lung alone.
        spacing_mm: of the network's voxels.
    """
    seen = network.judge(features)
    places = seen.places[0].contiguous()
    scores = None if seen.organs is None else seen.organs[0].numpy()
    confine(places, confined, scores, ready.lungs.mask[::STRIDE, ::STRIDE, ::STRIDE], STRIDE * spacing_mm)
    return places
