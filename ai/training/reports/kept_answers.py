"""What fixed filters answer at each place of a cohort's scans, kept once: a network on filters then learns in minutes.

In half precision, some 10 MB a scan at 3 mm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ai.model import Bundle
from ai.model.filter_network import FINER, FilterNet
from ai.model.filters import ANSWERS, VOXELS, filtered
from ai.progress import QUIET, Progress
from ai.training.cohort import Cohort, CohortScan
from ai.training.reports.crops import made_for, prepared, regions_of_scan
from ai.training.reports.regions import Bits
from ai.training.reports.shelf import Shelf, Tensors

_SETTLED_BY, _EVERY = 64, 101
"""Scans, and places of each, by which the filters' means and deviations are told."""


@dataclass(frozen=True, eq=False)
class Answers:
    """One scan as the layers above the filters see it.

    Args:
        values: float16 (ANSWERS, s, r, c), by places, without those of padding alone.
        regions: int16 (s, r, c): bits of ``Region`` of each place.
    """

    values: Tensor
    regions: Tensor


class KeptAnswers:
    """A folder of the filters' answers, for one spacing and one guide.

    Args:
        folder: where they are kept; made if missing.
        cohort: where the scans come from.
        spacing_mm: of the network's voxels.
        guide: names the organs.
    """

    def __init__(self, folder: Path, cohort: Cohort, spacing_mm: float, guide: Bundle) -> None:
        self.shelf = Shelf(folder / f"{made_for(spacing_mm, guide)}-filters")
        self._cohort, self._spacing_mm, self._guide = cohort, spacing_mm, guide

    def make(self, scans: Sequence[CohortScan], progress: Progress = QUIET) -> None:
        """Make those that are missing."""
        self.shelf.fill(scans, self._made, progress)

    def load(self, key: str) -> Answers:
        """Read a scan's answers.

        Raises:
            ReportsError: they cannot be read.
        """
        tensors = self.shelf.take(key)
        return Answers(tensors["values"].movedim(-1, 0), tensors["regions"])

    def settle(self, network: FilterNet, scans: Sequence[CohortScan]) -> None:
        """Tell a new network how the filters answer in such scans; the same scans, the same network."""
        keys = sorted(scan.key for scan in scans)[:_SETTLED_BY]
        rows = [self.load(key).values.reshape(ANSWERS, -1)[:, ::_EVERY].T.float() for key in keys]
        network.settle(torch.cat(rows))

    def _made(self, scan: CohortScan) -> Tensors:
        ready = prepared(self._cohort, scan, self._spacing_mm)
        s, r, c = (-(-n // VOXELS) for n in ready.grid.shape)
        with torch.inference_mode():
            values = filtered(ready.hu)[0, :, :s, :r, :c]
        bits = _by_places(regions_of_scan(self._cohort, scan, self._spacing_mm, self._guide))
        half = values.to(torch.float16).movedim(0, -1).clone()  # channels last: layers then read without a copy
        return {"values": half, "regions": torch.from_numpy(bits.view(np.int16))}


def _by_places(bits: Bits) -> Bits:
    """Return the regions of places: each has those of all its cells."""
    full = np.pad(bits, [(0, -n % FINER) for n in bits.shape])
    s, r, c = (n // FINER for n in full.shape)
    cells = full.reshape(s, FINER, r, FINER, c, FINER)
    return np.asarray(np.bitwise_or.reduce(np.bitwise_or.reduce(np.bitwise_or.reduce(cells, 5), 3), 1))
