"""Long and short axis as a radiologist measures them: in the axial slice where the lesion is largest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ai.volume import VoxelGrid

_ANGLES = np.deg2rad(np.arange(0, 180, 3))


def axial_diameters_mm(mask: NDArray[np.bool_], grid: VoxelGrid) -> tuple[float, float]:
    """Return (long, short) in millimetres: longest extent, and the extent perpendicular to it (Fleischner 2017).

    Args:
        mask: [slice, row, column] with at least one voxel.
        grid: where it lies; the axis nearest to the patient's height counts as slices.
    """
    directions = np.abs(grid.affine[2, :3]) / np.array(grid.spacing_mm)
    axis = int(np.argmax(directions))
    others = [a for a in range(3) if a != axis]
    areas = mask.sum(axis=tuple(others))
    plane = np.take(mask, int(np.argmax(areas)), axis=axis)
    steps = [grid.spacing_mm[a] for a in others]
    points = np.argwhere(plane) * np.array(steps)
    ways = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)])
    along = points @ ways
    # A pixel has a width, one in every direction: with its corners a round body would be too wide by half a pixel.
    extents = along.max(0) - along.min(0) + np.hypot(ways[0] * steps[0], ways[1] * steps[1])
    longest = int(np.argmax(extents))
    return float(extents[longest]), float(extents[(longest + len(_ANGLES) // 2) % len(_ANGLES)])
