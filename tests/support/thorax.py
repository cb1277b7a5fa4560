"""Procedural thoraxes, small enough to be drawn in a second, and what tests want to know of them."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray

from ai.geometry import PointMm
from ai.phantom.body import Body
from ai.phantom.canvas import Canvas
from ai.phantom.thorax import build_thorax
from ai.volume import Volume, VoxelGrid, axis_aligned

SPACING_MM = 4.0


def healthy(seed: int = 3) -> Canvas:
    """Return a thorax without findings at 4 mm; a copy, to be drawn on."""
    return _built(seed).copy()


@cache
def _built(seed: int) -> Canvas:
    rng = np.random.default_rng(seed)
    with torch.no_grad():
        return build_thorax(Body.drawn(rng), rng, SPACING_MM)


def volume_of(canvas: Canvas) -> Volume:
    """Return the canvas as a scan without blur and noise."""
    return Volume(np.asarray(canvas.hu.round().clamp(-1024, 3071).to(torch.int16).numpy()), canvas.grid)


def water_box() -> Volume:
    """Return a block of water in air, as large as a chest."""
    grid = axis_aligned((60, 70, 80), (4.0, 4.0, 4.0), PointMm(-160, -140, -120))
    hu = np.full(grid.shape, -1000, dtype=np.int16)
    hu[5:-5, 8:-8, 8:-8] = 0
    return Volume(hu, grid)


def turned(volume: Volume, order: tuple[int, int, int], flips: tuple[bool, bool, bool]) -> Volume:
    """Store the same voxels with exchanged and reversed axes; none changes its place in the patient."""
    hu = volume.hu.transpose(order)
    affine = np.eye(4)
    affine[:3, :3] = volume.grid.affine[:3, list(order)]
    affine[:3, 3] = volume.grid.affine[:3, 3]
    for axis, flip in enumerate(flips):
        if flip:
            hu = np.flip(hu, axis)
            affine[:3, 3] += affine[:3, axis] * (hu.shape[axis] - 1)
            affine[:3, axis] *= -1
    return Volume(np.ascontiguousarray(hu), VoxelGrid((hu.shape[0], hu.shape[1], hu.shape[2]), affine))


def distances_mm(grid: VoxelGrid, centre: PointMm) -> NDArray[np.float64]:
    """Return how far each voxel lies from a place."""
    places = grid.points_mm(np.argwhere(np.ones(grid.shape, dtype=bool)).astype(np.float64))
    return np.asarray(np.linalg.norm(places - centre.array(), axis=1).reshape(grid.shape))


def overlap(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    """Return the Dice coefficient."""
    return float(2 * np.count_nonzero(a & b) / (np.count_nonzero(a) + np.count_nonzero(b)))
