"""The same thorax in the same axes: slices up, rows to the back, columns to the patient's left.

No voxel is rotated: axes are only exchanged and reversed so that each lies nearest its patient direction; what
obliqueness is left stays in the affine. Resampling is separable and area-weighted, so a thin scan made coarse is
averaged and does not alias.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from ai.geometry import Matrix
from ai.volume import VoxelGrid

_STANDARD = np.array([[0, 0, 1], [0, 1, 0], [1, 0, 0]], dtype=np.float64)
"""Rows: LPS directions of (slice, row, column) in the standard pose."""


def standardised(array: NDArray[np.generic], grid: VoxelGrid) -> tuple[NDArray[np.generic], VoxelGrid]:
    """Exchange and reverse axes so that they run (up, back, left) as nearly as they can.

    Args:
        array: [slice, row, column], any type; the result is a view of it.
        grid: where the voxels lie.

    Returns:
        The view and its grid; every voxel keeps its place in the patient.
    """
    directions = grid.affine[:3, :3] / np.array(grid.spacing_mm)
    order = max(
        itertools.permutations(range(3)),
        key=lambda axes: sum(abs(float(directions[:, axis] @ _STANDARD[i])) for i, axis in enumerate(axes)),
    )
    view = array.transpose(order)
    columns = [grid.affine[:3, axis] for axis in order]
    origin = grid.affine[:3, 3].copy()
    for i in range(3):
        if float(columns[i] @ _STANDARD[i]) < 0:
            view = np.flip(view, i)
            origin = origin + columns[i] * (view.shape[i] - 1)
            columns[i] = -columns[i]
    affine = np.eye(4)
    affine[:3, :3] = np.stack(columns, axis=1)
    affine[:3, 3] = origin
    return view, VoxelGrid((view.shape[0], view.shape[1], view.shape[2]), affine)


def resampled(array: NDArray[np.generic], grid: VoxelGrid, spacing_mm: float) -> tuple[NDArray[np.float32], VoxelGrid]:
    """Bring voxels to one spacing along every axis.

    Args:
        array: [slice, row, column].
        grid: where the voxels lie.
        spacing_mm: wanted distance between voxels along all three axes.

    Returns:
        float32 voxels and their grid, which covers the same field of view to within half a voxel.
    """
    ratios = [spacing_mm / s for s in grid.spacing_mm]
    shape = tuple(max(1, round(n / r)) for n, r in zip(grid.shape, ratios, strict=True))
    weights = [_weights(n, m, r) for n, m, r in zip(grid.shape, shape, ratios, strict=True)]
    rows, columns = weights[1], weights[2].T.copy()
    planes = np.stack([rows @ plane.astype(np.float32) @ columns for plane in array])
    result = np.tensordot(weights[0], planes, axes=(1, 0)).astype(np.float32)
    return result, VoxelGrid((shape[0], shape[1], shape[2]), _coarser(grid.affine, ratios))


def _coarser(affine: Matrix, ratios: list[float]) -> Matrix:
    result = affine.copy()
    result[:3, :3] = affine[:3, :3] * np.array(ratios)
    # New voxel 0 begins where old voxel 0 begins: centres lie half a voxel inside the common edge.
    result[:3, 3] = affine[:3, 3] + affine[:3, :3] @ (0.5 * (np.array(ratios) - 1.0))
    return result


def _weights(old: int, new: int, ratio: float) -> NDArray[np.float32]:
    """Rows: how much each old voxel gives to a new one; a triangle as wide as the larger of both voxels."""
    centres = (np.arange(new) + 0.5) * ratio - 0.5
    reach = max(ratio, 1.0)
    distance = np.abs(centres[:, None] - np.arange(old)[None, :])
    weight = np.clip(1.0 - distance / reach, 0.0, None)
    weight[weight.sum(1) == 0, -1] = 1.0
    shares: NDArray[np.float32] = (weight / weight.sum(1, keepdims=True)).astype(np.float32)
    return shares
