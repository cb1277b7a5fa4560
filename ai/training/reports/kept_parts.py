"""What a head of parts is told of a cohort's scans, kept once: a few numbers a part, so that learning takes seconds."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from ai.model.layers import folded
from ai.model.network import EvidenceNet
from ai.model.part_head import PartHead, told_of
from ai.model.seeing import features_of, parts_of_scan
from ai.progress import QUIET, Progress
from ai.training.cohort import Cohort, CohortScan
from ai.training.reports.crops import prepared
from ai.training.reports.kept_totals import places_of
from ai.training.reports.shelf import Shelf, Tensors


@dataclass(frozen=True, eq=False)
class Told:
    """Scans as a head of parts sees them.

    Args:
        parts: float32 (scans, parts, powers, 2 · channels), see ``told_of``.
        totals: float64 (scans, L): evidence of places, by the network's own pooling.
    """

    parts: Tensor
    totals: Tensor

    def evidence(self, head: PartHead) -> Tensor:
        """Return what places and parts come to, (scans, L)."""
        return self.totals + head.evidence(self.parts)


class KeptParts:
    """A folder of what is told of scans, by one network.

    Args:
        folder: where it is kept; made if missing.
        name: of the network's weights: others are kept apart.
        cohort: where the scans come from.
        spacing_mm: of the network's voxels.
        network: only read.
        confined: numbers of the labels whose places count near lung alone; None where places tell nothing yet.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        cohort: Cohort,
        spacing_mm: float,
        network: EvidenceNet,
        confined: Sequence[int] | None,
    ) -> None:
        told = hashlib.sha256(repr((network.pooling, confined)).encode()).hexdigest()
        self._shelf = Shelf(folder / f"parts-{spacing_mm:g}mm-{name}-{told[:8]}")
        self._cohort, self._spacing_mm, self._network, self._confined = cohort, spacing_mm, folded(network), confined

    def make(self, scans: Sequence[CohortScan], progress: Progress = QUIET) -> None:
        """Read those that are missing."""
        self._shelf.fill(scans, self._made, progress)

    def of(self, scans: Sequence[CohortScan]) -> Told:
        """Return what is told of scans, in their order.

        Raises:
            ReportsError: it cannot be read.
        """
        rows = [self._shelf.take(scan.key) for scan in scans]
        return Told(torch.stack([row["parts"].float() for row in rows]), torch.stack([row["totals"] for row in rows]))

    def _made(self, scan: CohortScan) -> Tensors:
        ready, network = prepared(self._cohort, scan, self._spacing_mm), self._network
        with torch.inference_mode():
            features = features_of(network, ready)
            told = told_of(features[0], parts_of_scan(ready))
            totals = torch.zeros(len(network.bias), dtype=torch.float64)
            if self._confined is not None:
                places = places_of(network, features, ready, self._confined, self._spacing_mm)
                totals = network.pooling.total(places)
        return {"parts": told.half(), "totals": totals}
