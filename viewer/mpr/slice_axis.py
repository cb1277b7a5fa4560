"""The row of slices a plane can show of a grid."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ai.geometry import PointMm
from ai.volume import VoxelGrid
from viewer.mpr.plane import Plane


@dataclass(frozen=True)
class SliceAxis:
    """Evenly spaced slices along a plane's normal.

    Args:
        plane: whose normal counts the slices.
        first_mm: position of slice 1 along the normal, LPS mm.
        step_mm: distance between neighbours.
        count: how many there are.
        grid_axis: the grid's index axis (0 slice, 1 row, 2 column) that runs most along the normal.
        aligned: true where every slice is exactly one layer of voxels of ``grid_axis``.
    """

    plane: Plane
    first_mm: float
    step_mm: float
    count: int
    grid_axis: int
    aligned: bool

    def position_mm(self, number: int) -> float:
        """Return where slice ``number`` (from 1) lies along the normal, LPS mm."""
        return self.first_mm + (number - 1) * self.step_mm

    def number(self, point: PointMm) -> int:
        """Return the slice (from 1) nearest to a point, the first or last one for a point outside."""
        along_mm = float(self.plane.normal @ point.array())
        return min(max(round((along_mm - self.first_mm) / self.step_mm) + 1, 1), self.count)

    def on_slice(self, point: PointMm, number: int) -> PointMm:
        """Return the point moved along the normal onto slice ``number``."""
        normal = self.plane.normal
        lps = point.array()
        return PointMm.of(lps + (self.position_mm(number) - float(normal @ lps)) * normal)


@lru_cache(maxsize=32)
def slice_axis(grid: VoxelGrid, plane: Plane) -> SliceAxis:
    """Return the slices of a grid in a plane.

    The step is what one index step of the grid's best aligned axis advances along the normal: the voxel spacing in
    a straight grid, less in an oblique one. The first slice goes through the outermost voxel centre.
    """
    advances_mm = plane.normal @ grid.affine[:3, :3]
    grid_axis = int(np.argmax(np.abs(advances_mm) / np.array(grid.spacing_mm)))
    step_mm = abs(float(advances_mm[grid_axis]))
    reach_mm = advances_mm * (np.array(grid.shape) - 1)
    first_mm = float(plane.normal @ grid.affine[:3, 3] + np.minimum(reach_mm, 0).sum())
    others_mm = np.delete(np.abs(reach_mm), grid_axis)
    return SliceAxis(
        plane=plane,
        first_mm=first_mm,
        step_mm=step_mm,
        count=int(np.floor(np.abs(reach_mm).sum() / step_mm + 1e-6)) + 1,
        grid_axis=grid_axis,
        aligned=bool(others_mm.max() < 0.01 * step_mm),
    )
