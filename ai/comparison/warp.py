"""A map of points made of displacements on a grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai.geometry import Matrix
from ai.volume import VoxelGrid


@dataclass(frozen=True, eq=False)
class Warp:
    """Adds to each point what the field says there; beyond the grid, what its nearest cell says.

    Args:
        grid: where the cells lie, LPS mm.
        shift_mm: float32 (3, s, r, c): along left, posterior, superior.
    """

    grid: VoxelGrid
    shift_mm: NDArray[np.float32]

    def __call__(self, points_mm: Matrix) -> Matrix:
        """Map (n, 3) LPS millimetres."""
        points = np.array(points_mm, dtype=np.float64)
        indices = self.grid.indices(points).T
        for axis in range(3):
            points[:, axis] += ndimage.map_coordinates(self.shift_mm[axis], indices, order=1, mode="nearest")
        return points


def warp_on(grid: VoxelGrid, displacement: NDArray[np.float32]) -> Warp:
    """Turn displacements in voxels of a grid, on cells that divide it evenly, into a warp.

    Args:
        grid: of the voxels.
        displacement: (3, s, r, c) along slice, row and column.
    """
    shape = (displacement.shape[1], displacement.shape[2], displacement.shape[3])
    shift = np.tensordot(grid.affine[:3, :3], displacement, axes=1).astype(np.float32)
    return Warp(grid.divided(shape), shift)
