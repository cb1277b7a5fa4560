"""Where a heatmap is strongest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai.findings import Peak
from ai.geometry import Index
from ai.volume import VoxelGrid

_APART_MM = 14.0
"""Two maxima nearer than this are one place to look at."""


def peaks_of(heat: NDArray[np.float32], grid: VoxelGrid, most: int = 8) -> tuple[Peak, ...]:
    """Return local maxima, strongest neighbourhood first, none nearer than 14 mm to a stronger one.

    Args:
        heat: [slice, row, column].
        grid: where it lies.
        most: how many at the most.
    """
    size = [max(3, 2 * round(_APART_MM / s / 2) + 1) for s in grid.spacing_mm]
    # A cell's own maximum is noisy; its neighbourhood's mean says where the evidence gathers.
    gathered = ndimage.uniform_filter(heat, 3, mode="constant")
    top = (gathered == ndimage.maximum_filter(gathered, size=size, mode="constant")) & (heat > 0)
    spots = np.argwhere(top)
    peaks: list[Peak] = []
    for i in np.argsort([-gathered[tuple(s)] for s in spots], kind="stable"):
        place = grid.point(Index(*(float(v) for v in spots[i])))
        if all(place.distance_mm(peak.position) >= _APART_MM for peak in peaks):
            peaks.append(Peak(place, float(heat[tuple(spots[i])])))
        if len(peaks) == most:
            break
    return tuple(peaks)
