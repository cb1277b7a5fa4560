"""Where the voxels of one grid lie in another scan: asked at few places, read linearly between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai.change import PointMap
from ai.geometry import Matrix
from ai.volume import VoxelGrid

APART_MM = 4.0
"""A registration is asked at places this far apart: its own cells are no finer."""

Number = TypeVar("Number", np.int16, np.float32)
Places = NDArray[np.float32]
"""(3, s, r, c): fractional indices of the other scan along its slice, row and column."""
Span = tuple[int, int]
"""First voxel, and the one after the last, along an axis of the grid."""


@dataclass(frozen=True, eq=False)
class Lattice:
    """A map from one grid's voxels into another scan, a few megabytes.

    Args:
        shape: of the grid, (slices, rows, columns).
        places: at evenly spread voxels of the grid, from its first to its last along each axis.
    """

    shape: tuple[int, int, int]
    places: Places

    def within(self, spans: Sequence[Span]) -> Places:
        """Return the places of the grid's voxels in a box, a span for each axis."""
        found = self.places
        for axis in sorted(range(3), key=lambda a: spans[a][1] - spans[a][0]):
            found = _read(found, axis + 1, self.shape[axis], spans[axis])
        return found


def lattice(source: VoxelGrid, grid: VoxelGrid, to_source: PointMap | None = None) -> Lattice:
    """Ask where the voxels of ``grid`` lie in ``source``.

    Args:
        source: of the scan that is to be sampled.
        grid: whose voxels are mapped.
        to_source: LPS mm of ``grid`` → LPS mm of ``source``; None where both lie in one frame.
    """
    counts = [
        max(2, int(np.ceil((n - 1) * mm / APART_MM)) + 1) for n, mm in zip(grid.shape, grid.spacing_mm, strict=True)
    ]
    rows, columns = (np.linspace(0.0, n - 1.0, count) for n, count in zip(grid.shape[1:], counts[1:], strict=True))
    places = np.empty((3, *counts), np.float32)
    for number, index in enumerate(np.linspace(0.0, grid.shape[0] - 1.0, counts[0])):
        marks = np.stack(np.meshgrid([index], rows, columns, indexing="ij"), axis=-1).reshape(-1, 3)
        points: Matrix = grid.points_mm(marks)
        there = source.indices(points if to_source is None else to_source(points))
        places[:, number] = there.T.reshape(3, *counts[1:])
    return Lattice(grid.shape, places)


def sampled(values: NDArray[Any], places: Places, outside: float, kind: type[Number]) -> NDArray[Number]:
    """Return values sampled linearly, from the array as it is: no copy in single precision is made of a scan.

    Args:
        values: [slice, row, column].
        places: where.
        outside: the value beyond the array, approached linearly within a voxel of its border.
        kind: of the result; whole numbers are rounded.
    """
    found: NDArray[Number] = ndimage.map_coordinates(
        values, places, output=kind, order=1, mode="grid-constant", cval=outside, prefilter=False
    )
    return found


def _read(places: Places, axis: int, count: int, span: Span) -> Places:
    """Return places read along one axis at the voxels of a span."""
    cells = places.shape[axis] - 1
    at = np.arange(*span, dtype=np.float64) * (cells / max(1, count - 1))
    low = np.minimum(at.astype(np.int64), cells - 1)
    share = (at - low).astype(np.float32).reshape([-1 if a == axis else 1 for a in range(4)])
    below = np.take(places, low, axis)
    step: Places = np.take(places, low + 1, axis)
    step -= below
    step *= share
    step += below
    return step
