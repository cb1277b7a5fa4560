"""Where the current scan is denser or thinner than the prior, place by place, once breath is taken out."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ai.change import ChangeMap, Registration
from ai.comparison.block import block_around
from ai.comparison.smoothing import smoothed
from ai.findings import Heatmap
from ai.geometry import Matrix
from ai.progress import QUIET, Part, Progress
from ai.volume import AIR_HU, Volume, VoxelGrid

SPACING_MM = 2.0
_BLUR_MM = 1.0
"""Both scans are blurred by so much: noise of single voxels is no change."""
_FORGIVEN = 0.7
"""How much of the way to its neighbours' extremes a place may differ: an edge half a millimetre off, which is the map's
usual error, is no change, and the rim of a lesion that grew still is one."""
_LUNG_HU = -500.0
_DENSEST_HU = 600.0
"""Bone and metal beyond this are not told apart: their edges would outshine everything."""
_SLICES_AT_ONCE = 24
_MOST_BREATH = 2.0
"""Air cannot thin or thicken lung by more than this between two breaths; beyond it the map is wrong, not the lung."""


def change_map(prior: Volume, current: Volume, registration: Registration, progress: Progress = QUIET) -> ChangeMap:
    """Return current minus prior, HU, on a 2 mm grid of the current scan.

    The prior is brought into the current scan's shape. In lung its density is corrected for how much the lung expanded
    (mass is kept). A place counts as changed by how far it lies outside what the prior holds about half a
    millimetre around the corresponding place: an edge that is so little off is no change.

    Args:
        prior, current: the scans.
        registration: between them.
        progress: told how far it is; Cancelled passes through.
    """
    grid = current.grid.coarser(SPACING_MM)
    ours, known = _on_grid(current, grid, None, Part(progress, 0.0, 0.3), "Sampling the current scan")
    theirs, there = _on_grid(
        prior, grid, registration, Part(progress, 0.3, 0.9), "Laying the prior onto the current scan"
    )
    lung = ((smoothed(ours, 2.0) < _LUNG_HU) & (smoothed(theirs, 2.0) < _LUNG_HU)).float()
    expected = (theirs + 1000) * _expansion(grid, registration) - 1000
    theirs = theirs + (expected - theirs) * smoothed(lung, 1.0)
    most = theirs + _FORGIVEN * (functional.max_pool3d(theirs, 3, 1, 1) - theirs)
    least = theirs - _FORGIVEN * (theirs + functional.max_pool3d(-theirs, 3, 1, 1))
    change = (ours - most).clamp_min(0) + (ours - least).clamp_max(0)
    both = -functional.max_pool3d(-(known * there), 3, 1, 1)
    return ChangeMap((change * both)[0, 0].numpy(), grid)


def heat_change(prior: Heatmap, current: Heatmap, registration: Registration) -> ChangeMap:
    """Return the current evidence minus the prior's at the corresponding place, logit points, on the current grid."""
    points = _points(current.grid, slice(0, current.grid.shape[0]))
    theirs = _sampled(prior.values, prior.grid, registration.to_prior(points), 0.0)
    return ChangeMap(current.values - theirs.reshape(current.values.shape), current.grid)


def _on_grid(
    volume: Volume, grid: VoxelGrid, registration: Registration | None, progress: Progress, doing: str
) -> tuple[Tensor, Tensor]:
    """Return (HU, 1 where measured) on a grid of the current scan, (1, 1, s, r, c) both."""
    hu = np.empty(grid.shape, np.float32)
    known = np.empty(grid.shape, np.float32)
    for start in range(0, grid.shape[0], _SLICES_AT_ONCE):
        progress.report(start / grid.shape[0], doing)
        block = slice(start, min(start + _SLICES_AT_ONCE, grid.shape[0]))
        points = _points(grid, block)
        places = points if registration is None else registration.to_prior(points)
        shape = hu[block].shape
        hu[block] = _sampled(volume.hu, volume.grid, places, AIR_HU).reshape(shape)
        inside = volume.grid.indices(places)
        within = ((inside >= -0.5) & (inside <= np.array(volume.grid.shape) - 0.5)).all(axis=1)
        known[block] = within.reshape(shape)
    blurred = smoothed(torch.from_numpy(hu).clamp(AIR_HU, _DENSEST_HU)[None, None], _BLUR_MM / SPACING_MM)
    return blurred, torch.from_numpy(known)[None, None]


def _points(grid: VoxelGrid, block: slice) -> Matrix:
    indices = np.stack(
        np.meshgrid(np.arange(block.start, block.stop), *(np.arange(n) for n in grid.shape[1:]), indexing="ij"), axis=-1
    )
    return grid.points_mm(indices.reshape(-1, 3).astype(np.float64))


def _sampled(values: NDArray[np.generic], grid: VoxelGrid, points_mm: Matrix, outside: float) -> NDArray[np.float32]:
    """Sample linearly at points."""
    indices = grid.indices(points_mm)
    block, low = block_around(values, indices.min(axis=0), indices.max(axis=0), outside)
    size = np.array(block.shape[2:], dtype=np.float64)
    places = (2 * (indices - low) + 1) / size - 1
    where = torch.from_numpy(places[:, ::-1].astype(np.float32).copy())[None, :, None, None]
    found = functional.grid_sample(block, where, mode="bilinear", padding_mode="zeros", align_corners=False)
    return (found.flatten() + outside).numpy()


def _expansion(grid: VoxelGrid, registration: Registration) -> Tensor:
    """Return how much denser breath makes the prior's lung: the Jacobian of the map into the prior, (1, 1, s, r, c)."""
    if not registration.deformable:
        return torch.ones((1, 1, *grid.shape))
    step = 3
    s, r, c = (max(2, -(-n // step)) for n in grid.shape)
    coarse = grid.divided((s, r, c))
    places = registration.to_prior(_points(coarse, slice(0, coarse.shape[0]))).reshape(*coarse.shape, 3)
    rows = np.stack([np.gradient(places, axis=axis) for axis in range(3)], axis=-1)
    jacobian = np.linalg.det(rows) / np.linalg.det(coarse.affine[:3, :3])
    found = torch.from_numpy(np.clip(jacobian, 1 / _MOST_BREATH, _MOST_BREATH).astype(np.float32))[None, None]
    return functional.interpolate(smoothed(found, 1.0), size=list(grid.shape), mode="trilinear", align_corners=False)
