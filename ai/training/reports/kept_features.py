"""What the layers below the heads see of a cohort's scans, kept once: teaching the heads alone then takes minutes.

In half precision, 40 to 70 MB a scan at 2 mm; a finished model reads in single precision as ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from ai.model import Bundle
from ai.model.layers import folded
from ai.model.network import EvidenceNet
from ai.model.seeing import features_of
from ai.progress import QUIET, Progress
from ai.training.cohort import Cohort, CohortScan
from ai.training.reports.crops import made_for, prepared, regions_of_scan
from ai.training.reports.shelf import Shelf, Tensors


@dataclass(frozen=True, eq=False)
class Features:
    """One scan as the heads see it.

    Args:
        values: float16 (K, s, r, c): the last feature map, constant channel included, without padding.
        regions: int16 (s, r, c): bits of ``Region`` of each cell.
    """

    values: Tensor
    regions: Tensor


class KeptFeatures:
    """A folder of features: of one network and one guide.

    Args:
        folder: where they are kept; made if missing.
        cohort: where they come from.
        bundle: whose card and spacing these are; also the guide, if it is the same as ``guide``.
        network: of the bundle; only read.
        guide: names the organs.
    """

    def __init__(self, folder: Path, cohort: Cohort, bundle: Bundle, network: EvidenceNet, guide: Bundle) -> None:
        spacing_mm = bundle.description.spacing_mm
        self.shelf = Shelf(folder / f"{made_for(spacing_mm, guide)}-{bundle.card.sha256[:12]}")
        self._cohort, self._guide, self._spacing_mm = cohort, guide, spacing_mm
        self._network = folded(network)
        self._guides_itself = bundle.card.sha256 == guide.card.sha256 and bundle.description.organs

    def make(self, scans: Sequence[CohortScan], progress: Progress = QUIET) -> None:
        """Make those that are missing."""
        self.shelf.fill(scans, self._made, progress)

    def load(self, key: str) -> Features:
        """Read a scan's features.

        Raises:
            ReportsError: they cannot be read.
        """
        tensors = self.shelf.take(key)
        return Features(tensors["values"].movedim(-1, 0), tensors["regions"])

    def _made(self, scan: CohortScan) -> Tensors:
        ready = prepared(self._cohort, scan, self._spacing_mm)
        with torch.inference_mode():
            features = features_of(self._network, ready)
            organs = self._network.judge(features).organs if self._guides_itself else None
        scores = None if organs is None else organs[0].numpy()
        regions = regions_of_scan(self._cohort, scan, self._spacing_mm, self._guide, scores)
        values = features[0].to(torch.float16).movedim(0, -1).clone()  # channels last: heads then read without a copy
        return {"values": values, "regions": torch.from_numpy(regions.view("int16"))}
