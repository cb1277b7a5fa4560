"""A scan cut down to its lungs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ai.anatomy import Lungs, find_lungs, resampled, standardised
from ai.volume import Volume, VoxelGrid

_LUNG_MM = 3.0


def lungs_of(volume: Volume) -> Lungs:
    """Find the lungs on a 3 mm grid.

    Raises:
        ValueError: there are none.
    """
    lungs = find_lungs(*resampled(*standardised(volume.hu, volume.grid), _LUNG_MM))
    if lungs is None:
        raise ValueError("no lungs in the scan")
    return lungs


def around_the_lungs(
    volume: Volume, lungs: Lungs, margin_mm: float, spacing_mm: float
) -> tuple[NDArray[np.float32], VoxelGrid]:
    """Return what lies within a margin of the lungs, in standard axes and isotropic, float32 HU."""
    voxels, grid = standardised(volume.hu, volume.grid)
    ends = np.array([[axis.start, axis.stop - 1] for axis in lungs.box(margin_mm)], dtype=np.float64).T
    low, high = np.round(grid.indices(lungs.grid.points_mm(ends))).astype(int)
    s, r, c = (int(n) for n in np.maximum(low, 0))
    part = voxels[s : high[0] + 1, r : high[1] + 1, c : high[2] + 1]
    return resampled(part, grid.crop((s, r, c), (part.shape[0], part.shape[1], part.shape[2])), spacing_mm)
