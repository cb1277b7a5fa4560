"""Voxels tied to the patient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ai.errors import IntervalError
from ai.geometry import Index, Matrix, PointMm

AIR_HU = -1024
"""What lies outside a scan's voxels: nothing was measured there, air is drawn."""
MOST_HU = 32767
"""The densest voxel an array can hold."""


class GridError(IntervalError):
    """A grid that cannot carry voxels."""


@dataclass(frozen=True, eq=False)
class VoxelGrid:
    """Where voxels lie in the patient.

    Args:
        shape: (slices, rows, columns).
        affine: 4×4 float64, numpy index (slice, row, column, 1) → LPS millimetres. Copied and made read-only.

    Raises:
        GridError: a shape without voxels, or an affine that is singular, not finite or not 4×4.
    """

    shape: tuple[int, int, int]
    affine: Matrix

    def __post_init__(self) -> None:
        affine = np.array(self.affine, dtype=np.float64)
        if len(self.shape) != 3 or min(self.shape) < 1:
            raise GridError(f"A grid needs three positive sizes, not {self.shape}.")
        if affine.shape != (4, 4) or not np.isfinite(affine).all() or abs(np.linalg.det(affine)) < 1e-9:
            raise GridError("A grid needs an affine of 4×4 finite numbers with three independent axes.")
        affine.setflags(write=False)
        object.__setattr__(self, "affine", affine)
        object.__setattr__(self, "shape", tuple(int(n) for n in self.shape))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, VoxelGrid)
            and self.shape == other.shape
            and np.allclose(self.affine, other.affine, atol=1e-6)
        )

    def __hash__(self) -> int:
        return hash(self.shape)

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Distance between voxel centres along (slice, row, column), millimetres."""
        a, b, c = np.linalg.norm(self.affine[:3, :3], axis=0)
        return float(a), float(b), float(c)

    @property
    def voxel_mm3(self) -> float:
        """Volume of one voxel, cubic millimetres."""
        return float(abs(np.linalg.det(self.affine[:3, :3])))

    @property
    def inverse(self) -> Matrix:
        """4×4: LPS millimetres → numpy index."""
        return np.asarray(np.linalg.inv(self.affine))

    @property
    def centre(self) -> PointMm:
        """The middle of the grid in the patient."""
        return self.point(Index(*((n - 1) / 2 for n in self.shape)))

    def point(self, index: Index) -> PointMm:
        """Return where an index lies in the patient."""
        return PointMm.of(self.affine[:3, :3] @ index.array() + self.affine[:3, 3])

    def index(self, point: PointMm) -> Index:
        """Return where a point lies in the array, fractional, perhaps outside."""
        s, r, c = self.inverse[:3, :3] @ point.array() + self.inverse[:3, 3]
        return Index(float(s), float(r), float(c))

    def points_mm(self, indices: NDArray[np.floating]) -> Matrix:
        """Map (n, 3) indices to (n, 3) LPS millimetres."""
        return np.asarray(indices, dtype=np.float64) @ self.affine[:3, :3].T + self.affine[:3, 3]

    def indices(self, points_mm: NDArray[np.floating]) -> Matrix:
        """Map (n, 3) LPS millimetres to (n, 3) fractional indices."""
        inverse = self.inverse
        return np.asarray(points_mm, dtype=np.float64) @ inverse[:3, :3].T + inverse[:3, 3]

    def nearest(self, point: PointMm) -> tuple[int, int, int] | None:
        """Return the voxel that holds a point, or None outside the grid."""
        s, r, c = (round(v) for v in self.index(point).array())
        inside = 0 <= s < self.shape[0] and 0 <= r < self.shape[1] and 0 <= c < self.shape[2]
        return (s, r, c) if inside else None

    def corners_mm(self) -> Matrix:
        """Return the outer corners (voxel edges, not centres), (8, 3) LPS millimetres."""
        ends = [(-0.5, n - 0.5) for n in self.shape]
        return self.points_mm(np.array([[s, r, c] for s in ends[0] for r in ends[1] for c in ends[2]]))

    def crop(self, start: tuple[int, int, int], shape: tuple[int, int, int]) -> VoxelGrid:
        """Return the grid of the block of ``shape`` voxels that begins at voxel ``start``."""
        affine = self.affine.copy()
        affine[:3, 3] = self.point(Index(*start)).array()
        return VoxelGrid(shape, affine)

    def divided(self, shape: tuple[int, int, int]) -> VoxelGrid:
        """Return the grid that divides the same field of view, along the same axes, into ``shape`` voxels."""
        factor = np.array(self.shape) / shape
        affine = self.affine.copy()
        affine[:3, 3] += affine[:3, :3] @ ((factor - 1) / 2)
        affine[:3, :3] *= factor
        return VoxelGrid(shape, affine)

    def coarser(self, spacing_mm: float) -> VoxelGrid:
        """Return a grid over the same field of view with voxels of about ``spacing_mm``, or larger where they were."""
        steps = np.maximum(spacing_mm, self.spacing_mm)
        s, r, c = np.maximum(1, np.round(np.array(self.spacing_mm) * self.shape / steps)).astype(int)
        return self.divided((int(s), int(r), int(c)))


def axis_aligned(shape: tuple[int, int, int], spacing_mm: tuple[float, float, float], first: PointMm) -> VoxelGrid:
    """Make the usual axial grid: slices go up, rows to the back, columns to the patient's left.

    Args:
        shape: (slices, rows, columns).
        spacing_mm: along (slice, row, column).
        first: patient position of voxel (0, 0, 0).
    """
    affine = np.eye(4)
    affine[:3, :3] = [[0, 0, spacing_mm[2]], [0, spacing_mm[1], 0], [spacing_mm[0], 0, 0]]
    affine[:3, 3] = first.array()
    return VoxelGrid(shape, affine)


class Layered(Protocol):
    """Voxels that are looked at by whole layers: a volume's, or made only when they are asked for."""

    @property
    def grid(self) -> VoxelGrid:
        """Where the voxels lie."""

    def layers(self, axis: int, first: int, stop: int) -> NDArray[np.int16]:
        """Return Hounsfield units of the layers ``first`` to before ``stop`` along an axis, [slice, row, column]."""

    def hu_at(self, point: PointMm) -> int | None:
        """Return the Hounsfield units of the voxel that holds a point, None outside."""


@dataclass(frozen=True, eq=False)
class Volume:
    """Hounsfield units on a grid.

    Args:
        hu: int16, [slice, row, column]; kept as a read-only view, never copied. While a scan loads, the loader
            still fills the array behind the view: slices not yet read hold ``AIR_HU``.
        grid: where the voxels lie.

    Raises:
        GridError: the array is not int16 or its shape is not the grid's.
    """

    hu: NDArray[np.int16]
    grid: VoxelGrid

    def __post_init__(self) -> None:
        if self.hu.dtype != np.int16 or self.hu.shape != self.grid.shape:
            raise GridError(
                f"A volume of {self.hu.shape} {self.hu.dtype} voxels does not fit a grid of {self.grid.shape} int16."
            )
        view = self.hu.view()
        view.setflags(write=False)
        object.__setattr__(self, "hu", view)

    def layers(self, axis: int, first: int, stop: int) -> NDArray[np.int16]:
        """Return whole layers, a view: see ``Layered``."""
        return self.hu[tuple(slice(first, stop) if a == axis else slice(None) for a in range(3))]

    def hu_at(self, point: PointMm) -> int | None:
        """Return the Hounsfield units of the voxel that holds a point, None outside."""
        voxel = self.grid.nearest(point)
        return None if voxel is None else int(self.hu[voxel])
