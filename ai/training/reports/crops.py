"""A cohort's scans as a network takes them, made once and kept: voxels at its spacing, and the regions of its cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ai.anatomy import Lungs, resampled
from ai.geometry import PointMm
from ai.model import Bundle
from ai.model.preparation import Prepared, padding
from ai.model.seeing import STRIDE
from ai.progress import QUIET, Progress
from ai.training.cohort import Cohort, CohortScan
from ai.training.reports.kept_organs import kept_organs
from ai.training.reports.regions import regions_of
from ai.training.reports.shelf import Shelf, Tensors
from ai.volume import AIR_HU, axis_aligned

Shape = tuple[int, int, int]
_CORNER = PointMm(0.0, 0.0, 0.0)
"""A cohort does not keep where a patient lay: crops begin here."""


@dataclass(frozen=True, eq=False)
class Crop:
    """One scan ready for the network.

    Args:
        hu: int16 (S, R, C), padded with air to multiples of 16.
        regions: int16 (s, r, c): bits of ``Region`` of each cell of two voxels, without those of padding alone.
    """

    hu: Tensor
    regions: Tensor


def prepared(cohort: Cohort, scan: CohortScan, spacing_mm: float) -> Prepared:
    """Return a cohort's scan as ``ai.model.preparation.prepare`` would: it was cut to the lungs when it was stored."""
    stored = axis_aligned(scan.shape, (scan.spacing_mm,) * 3, _CORNER)
    hu, grid = resampled(cohort.read(scan.key), stored, spacing_mm)
    sides = _nearest(cohort.lungs(scan.key), scan.spacing_mm, grid.shape, spacing_mm)
    lungs = Lungs(sides, np.ones(grid.shape, dtype=bool), grid)
    tensor = torch.from_numpy(np.ascontiguousarray(hu))[None, None]
    return Prepared(functional.pad(tensor, padding(grid.shape), value=float(AIR_HU)), grid, lungs)


def crop_of(cohort: Cohort, scan: CohortScan, spacing_mm: float, guide: Bundle) -> Crop:
    """Make a scan ready.

    Args:
        cohort: that holds it.
        scan: which.
        spacing_mm: of the network's voxels.
        guide: a bundle that names organs; it is only asked, never taught.

    Raises:
        ReportsError: the guide knows no organs.
    """
    ready = prepared(cohort, scan, spacing_mm)
    bits = regions_of_scan(cohort, scan, spacing_mm, guide)
    return Crop(ready.hu[0, 0].round().to(torch.int16), torch.from_numpy(bits.view(np.int16)))


def regions_of_scan(
    cohort: Cohort, scan: CohortScan, spacing_mm: float, guide: Bundle, scores: NDArray[np.float32] | None = None
) -> NDArray[np.uint16]:
    """Return the regions of each cell of a network's unpadded output, by the guide's organs and the stored lungs.

    Args:
        cohort: that holds the scan.
        scan: which.
        spacing_mm: of the network's voxels.
        guide: a bundle that names organs.
        scores: (1 + organs, s, r, c) of the guide, where it has read this scan already; None asks it.
    """
    theirs = guide.description.spacing_mm
    asked = prepared(cohort, scan, theirs)
    organs = kept_organs(cohort, scan.key, asked, guide, scores)
    shape = tuple(-(-round(n * scan.spacing_mm / spacing_mm) // STRIDE) for n in scan.shape)
    cells, cell_mm = (shape[0], shape[1], shape[2]), spacing_mm * STRIDE
    lungs = _nearest(asked.lungs.sides, theirs, cells, cell_mm)
    return regions_of(_nearest(organs, theirs, cells, cell_mm), lungs, cell_mm)


def made_for(spacing_mm: float, guide: Bundle) -> str:
    """Return a folder's name for what was made for one spacing by one guide."""
    return f"{spacing_mm:g}mm-{guide.card.sha256[:12]}"


def _nearest(values: NDArray[np.uint8], spacing_mm: float, shape: Shape, wanted_mm: float) -> NDArray[np.uint8]:
    """Take values onto another spacing over the same field of view."""
    places = [
        np.minimum(((np.arange(m) + 0.5) * wanted_mm / spacing_mm).astype(int), n - 1)
        for m, n in zip(shape, values.shape, strict=True)
    ]
    return np.ascontiguousarray(values[np.ix_(*places)])


class Crops:
    """A folder of crops: of one spacing and one guide.

    Args:
        folder: where they are kept; made if missing.
        cohort: where they come from.
        spacing_mm: of the network's voxels.
        guide: names the organs.
    """

    def __init__(self, folder: Path, cohort: Cohort, spacing_mm: float, guide: Bundle) -> None:
        self.shelf = Shelf(folder / made_for(spacing_mm, guide))
        self.cohort, self.spacing_mm, self.guide = cohort, spacing_mm, guide

    def make(self, scans: Sequence[CohortScan], progress: Progress = QUIET) -> None:
        """Make those that are missing."""

        def made(scan: CohortScan) -> Tensors:
            crop = crop_of(self.cohort, scan, self.spacing_mm, self.guide)
            return {"hu": crop.hu, "regions": crop.regions}

        self.shelf.fill(scans, made, progress)

    def load(self, key: str) -> Crop:
        """Read a crop.

        Raises:
            ReportsError: it cannot be read.
        """
        tensors = self.shelf.take(key)
        return Crop(tensors["hu"], tensors["regions"])
