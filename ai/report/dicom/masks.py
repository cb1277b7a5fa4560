"""Masks from the grid they were made on to the slices of the source series, and back. Places decide, never order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ai.geometry import Matrix
from ai.series import SliceHeader
from ai.volume import VoxelGrid

Codes = NDArray[np.uint8]
_EXACT = 1e-3
"""Voxels nearer than this to a pixel's place are that pixel."""


def pixel_matrix(header: SliceHeader) -> Matrix:
    """Return 3×3: (row, column, 1) of a slice → LPS mm (PS3.3 C.7.6.2.1.1)."""
    down = np.multiply(header.column_direction, header.pixel_spacing_mm[0])
    right = np.multiply(header.row_direction, header.pixel_spacing_mm[1])
    return np.stack([down, right, header.position_mm], axis=1).astype(np.float64)


def on_slice(codes: Codes, grid: VoxelGrid, header: SliceHeader) -> Codes | None:
    """Return what lies under each pixel of a slice, by the nearest voxel; None where there is nothing.

    Args:
        codes: uint8 [slice, row, column]; 0 is nothing, and so is all beyond the grid.
        grid: where they lie.
        header: the slice.

    Returns:
        uint8 [row, column].
    """
    index = _index_matrix(grid, header)
    taken = _straight(codes, index, header) if _is_straight(index) else _slanted(codes, index, header)
    return taken if taken is not None and taken.any() else None


def _index_matrix(grid: VoxelGrid, header: SliceHeader) -> Matrix:
    """Return 3×3: (row, column, 1) of a slice → (slice, row, column) of the grid."""
    inverse = grid.inverse
    matrix = inverse[:3, :3] @ pixel_matrix(header)
    matrix[:, 2] += inverse[:3, 3]
    return np.asarray(matrix)


def _is_straight(index: Matrix) -> bool:
    """Tell whether a slice is a layer of the grid whose rows are the grid's rows."""
    beside = np.abs([index[0, 0], index[0, 1], index[1, 1], index[2, 0]])
    return bool(beside.max() < 1e-6)


def _straight(codes: Codes, index: Matrix, header: SliceHeader) -> Codes | None:
    layer = _nearest(np.array([index[0, 2]]))[0]
    if not 0 <= layer < codes.shape[0]:
        return None
    rows = _nearest(index[1, 0] * np.arange(header.rows) + index[1, 2])
    columns = _nearest(index[2, 1] * np.arange(header.columns) + index[2, 2])
    rows_in, columns_in = (rows >= 0) & (rows < codes.shape[1]), (columns >= 0) & (columns < codes.shape[2])
    taken = np.zeros((header.rows, header.columns), np.uint8)
    taken[np.ix_(rows_in, columns_in)] = codes[layer][np.ix_(rows[rows_in], columns[columns_in])]
    return taken


def _slanted(codes: Codes, index: Matrix, header: SliceHeader) -> Codes:
    row, column = np.mgrid[: header.rows, : header.columns].reshape(2, -1)
    places = _nearest(index @ np.stack([row, column, np.ones_like(row)]))
    inside = np.all((places >= 0) & (places < np.array(codes.shape)[:, None]), axis=0)
    taken = np.zeros(header.rows * header.columns, np.uint8)
    taken[inside] = codes[tuple(places[:, inside])]
    return taken.reshape(header.rows, header.columns)


def _nearest(values: Matrix) -> NDArray[np.int64]:
    """Round to voxels; a value that rounding in headers put a trace below the middle goes up like the others."""
    return np.floor(values + 0.5 + _EXACT).astype(np.int64)


def from_slices(pictures: Sequence[Codes], headers: Sequence[SliceHeader], grid: VoxelGrid) -> Codes:
    """Return what lies at each voxel of a grid, by the nearest pixel of the nearest slice.

    Args:
        pictures: uint8 [row, column], one a slice that shows something.
        headers: every slice of the series, those of ``pictures`` first; what the others hold is nothing.
        grid: where to look.

    Returns:
        uint8 [slice, row, column].
    """
    normal = np.cross(headers[0].row_direction, headers[0].column_direction)
    heights = np.array([header.position_mm for header in headers]) @ normal
    order = np.argsort(heights)
    reach = _reach_mm(heights[order])
    found = np.zeros(grid.shape, np.uint8)
    row, column = np.mgrid[: grid.shape[1], : grid.shape[2]].reshape(2, -1)
    for layer in range(grid.shape[0]):
        points = grid.points_mm(np.stack([np.full_like(row, layer), row, column], axis=1).astype(np.float64))
        along = points @ normal
        nearest = order[_place_in(heights[order], along)]
        near = np.abs(along - heights[nearest]) <= reach
        flat = found[layer].reshape(-1)
        for number in np.unique(nearest[near]):
            if number < len(pictures):
                mine = np.flatnonzero(near & (nearest == number))
                flat[mine] = _under(points[mine], pictures[number], headers[number])
    return found


def _place_in(rising: Matrix, values: Matrix) -> NDArray[np.int64]:
    """Return the nearest of rising numbers to each value."""
    above = np.searchsorted(rising, values).clip(1, max(len(rising) - 1, 1))
    if len(rising) == 1:
        return np.zeros(len(values), np.int64)
    return np.where(values - rising[above - 1] <= rising[above] - values, above - 1, above).astype(np.int64)


def _reach_mm(rising: Matrix) -> float:
    """Return how far from a slice a place may lie to be told by it: half the usual distance."""
    gaps = np.diff(rising)
    return float(np.median(gaps)) / 2 * (1 + 1e-3) if len(gaps) else 0.5


def _under(points: Matrix, picture: Codes, header: SliceHeader) -> Codes:
    """Return the pixels nearest to places (n, 3)."""
    away = points - np.array(header.position_mm)
    spacing = header.pixel_spacing_mm
    row = np.rint(away @ np.array(header.column_direction) / spacing[0]).astype(np.int64)
    column = np.rint(away @ np.array(header.row_direction) / spacing[1]).astype(np.int64)
    inside = (row >= 0) & (row < picture.shape[0]) & (column >= 0) & (column < picture.shape[1])
    taken = np.zeros(len(points), np.uint8)
    taken[inside] = picture[row[inside], column[inside]]
    return taken
