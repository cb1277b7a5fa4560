"""From a scan to a cohort's voxels: is it a chest, standard axes, the store's spacing, cut to the lungs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai.anatomy import resampled, standardised
from ai.model.preparation import prepare
from ai.training.cohort.errors import CohortError
from ai.volume import AIR_HU, Volume, VoxelGrid

SPACINGS_MM = (1.5, 2.0)
_SEEN_AT_MM = 2.0
"""Lungs are found, and doubts raised, at the spacing that these rules were made at."""
MOST_HU = 3071
"""Denser is metal; scanners of 12 bits end here."""


@dataclass(frozen=True, eq=False)
class Shaped:
    """Voxels as the store keeps them.

    Args:
        hu: int16 [slice, row, column], −1024…3071.
        lungs: uint8, same shape: 1 the patient's right lung, 2 the left, 0 elsewhere.
        grid: where they lie.
    """

    hu: NDArray[np.int16]
    lungs: NDArray[np.uint8]
    grid: VoxelGrid


def shaped(volume: Volume, spacing_mm: float) -> Shaped:
    """Shape a scan as ``ai.model.preparation`` does for the network, unpadded.

    Raises:
        CohortError: the spacing is none of ``SPACINGS_MM``.
        ScanDoubted: it is no chest CT that can be read.
    """
    if spacing_mm not in SPACINGS_MM:
        known = " or ".join(f"{s:g}" for s in SPACINGS_MM)
        raise CohortError(f"A cohort's voxels are {known} mm wide, not {spacing_mm:g} mm.")
    seen = prepare(volume, _SEEN_AT_MM)
    if spacing_mm == _SEEN_AT_MM:
        s, r, c = seen.grid.shape
        return Shaped(_whole_hu(seen.hu[0, 0, :s, :r, :c].numpy()), np.ascontiguousarray(seen.lungs.sides), seen.grid)
    hu, grid = _finer(volume, seen.grid, spacing_mm)
    return Shaped(_whole_hu(hu), _nearest(seen.lungs.sides, seen.grid, grid), grid)


def _finer(volume: Volume, crop: VoxelGrid, spacing_mm: float) -> tuple[NDArray[np.float32], VoxelGrid]:
    """Resample only what the crop needs."""
    array, grid = standardised(volume.hu, volume.grid)
    corners = grid.indices(crop.corners_mm())
    low = np.floor(corners.min(0)).astype(int).clip(0)
    high = np.minimum(np.ceil(corners.max(0)).astype(int) + 1, grid.shape)
    start = (int(low[0]), int(low[1]), int(low[2]))
    part = array[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
    return resampled(part, grid.crop(start, (part.shape[0], part.shape[1], part.shape[2])), spacing_mm)


def _nearest(sides: NDArray[np.uint8], coarse: VoxelGrid, fine: VoxelGrid) -> NDArray[np.uint8]:
    """Bring labels to a finer grid along the same axes."""
    axes = []
    for axis, count in enumerate(fine.shape):
        line = np.zeros((count, 3))
        line[:, axis] = np.arange(count)
        places = coarse.indices(fine.points_mm(line))[:, axis]
        axes.append(np.round(places).astype(int).clip(0, coarse.shape[axis] - 1))
    return np.ascontiguousarray(sides[np.ix_(*axes)])


def _whole_hu(hu: NDArray[np.float32]) -> NDArray[np.int16]:
    return np.round(hu).clip(AIR_HU, MOST_HU).astype(np.int16)
