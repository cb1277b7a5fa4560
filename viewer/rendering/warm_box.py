"""The part of a picture in which heat can show."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ai.geometry import Matrix
from ai.volume import VoxelGrid
from viewer.mpr.slice_axis import slice_axis
from viewer.mpr.slice_look import SliceLook

Rectangle = tuple[int, int, int, int]
"""First and last column, first and last row, pixels, all included."""


def warm_corners_mm(warm: NDArray[np.bool_], grid: VoxelGrid) -> Matrix | None:
    """Return the corners, (8, 3) LPS mm, of the box around all voxels that are warm; None if there is none.

    One voxel wider on each side: that far linear interpolation carries.
    """
    if not warm.any():
        return None
    ends = []
    for axis in range(3):
        along = np.flatnonzero(np.any(warm, axis=tuple(other for other in range(3) if other != axis)))
        ends.append((along[0] - 1.0, along[-1] + 1.0))
    return grid.points_mm(np.array([[s, r, c] for s in ends[0] for r in ends[1] for c in ends[2]]))


def warm_rectangle(corners_mm: Matrix, grid: VoxelGrid, look: SliceLook) -> Rectangle | None:
    """Return the part of a picture that the box covers, None where the slice or slab misses it or it is off-screen."""
    pose = look.pose
    offsets = corners_mm - pose.origin.array()
    reach_mm = look.slab_mm / 2 + slice_axis(grid, look.plane).step_mm
    depths = offsets @ look.plane.normal
    if depths.min() > reach_mm or depths.max() < -reach_mm:
        return None
    square = pose.mm_per_px**2
    across, downwards = offsets @ pose.right / square, offsets @ pose.down / square
    width, height = pose.size_px
    left, right = max(0, int(np.floor(across.min()))), min(width - 1, int(np.ceil(across.max())))
    top, bottom = max(0, int(np.floor(downwards.min()))), min(height - 1, int(np.ceil(downwards.max())))
    return (left, right, top, bottom) if left <= right and top <= bottom else None
