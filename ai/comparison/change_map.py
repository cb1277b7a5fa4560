"""Where the current scan is denser or thinner than the prior, place by place, once breath is taken out."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ai.change import ChangeMap, Registration
from ai.comparison.lattice import Lattice, lattice, sampled
from ai.comparison.smoothing import smoothed
from ai.findings import Heatmap
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
_BESIDE = 8
"""Slices on either side that smoothing, and the neighbours' extremes after it, reach; without them a slab would end
where it is cut."""
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
    ours, known = _on_grid(
        current, grid, lattice(current.grid, grid), Part(progress, 0.0, 0.3), "Sampling the current scan"
    )
    theirs, there = _on_grid(
        prior,
        grid,
        lattice(prior.grid, grid, registration.to_prior),
        Part(progress, 0.3, 0.8),
        "Laying the prior onto the current scan",
    )
    both = known & there
    expansion = _expansion(grid, registration)
    change = np.empty(grid.shape, np.float32)
    for start in range(0, grid.shape[0], _SLICES_AT_ONCE):
        progress.report(0.8 + 0.2 * start / grid.shape[0], "Taking the difference")
        stop = min(start + _SLICES_AT_ONCE, grid.shape[0])
        first, end = max(0, start - _BESIDE), min(stop + _BESIDE, grid.shape[0])
        layers = (_tensor(one[first:end]) for one in (ours, theirs, expansion, both))
        change[start:stop] = _difference(*layers)[0, 0, start - first : stop - first].numpy()
    return ChangeMap(change, grid)


def heat_change(prior: Heatmap, current: Heatmap, registration: Registration) -> ChangeMap:
    """Return the current evidence minus the prior's at the corresponding place, logit points, on the current grid."""
    where = lattice(prior.grid, current.grid, registration.to_prior)
    theirs = sampled(prior.values, where.within([(0, n) for n in current.grid.shape]), 0.0, np.float32)
    return ChangeMap(np.asarray(current.values - theirs, dtype=np.float32), current.grid)


def _tensor(values: NDArray[np.generic]) -> Tensor:
    return torch.from_numpy(values.astype(np.float32))[None, None]


def _difference(ours: Tensor, theirs: Tensor, expansion: Tensor, both: Tensor) -> Tensor:
    """Return by how much each place of a slab lies outside what the prior holds around it."""
    lung = ((smoothed(ours, 2.0) < _LUNG_HU) & (smoothed(theirs, 2.0) < _LUNG_HU)).float()
    expected = (theirs + 1000) * expansion - 1000
    theirs = theirs + (expected - theirs) * smoothed(lung, 1.0)
    most = theirs + _FORGIVEN * (functional.max_pool3d(theirs, 3, 1, 1) - theirs)
    least = theirs - _FORGIVEN * (theirs + functional.max_pool3d(-theirs, 3, 1, 1))
    change = (ours - most).clamp_min(0) + (ours - least).clamp_max(0)
    return change * -functional.max_pool3d(-both, 3, 1, 1)


def _on_grid(
    volume: Volume, grid: VoxelGrid, where: Lattice, progress: Progress, doing: str
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return HU, and where they were measured, on a grid of the current scan."""
    hu = np.empty(grid.shape, np.float32)
    known = np.empty(grid.shape, np.bool_)
    most = np.array(volume.grid.shape, dtype=np.float32)[:, None, None, None] - 0.5
    for start in range(0, grid.shape[0], _SLICES_AT_ONCE):
        progress.report(start / grid.shape[0], doing)
        stop = min(start + _SLICES_AT_ONCE, grid.shape[0])
        places = where.within([(start, stop), (0, grid.shape[1]), (0, grid.shape[2])])
        hu[start:stop] = sampled(volume.hu, places, AIR_HU, np.float32)
        known[start:stop] = ((places >= -0.5) & (places <= most)).all(axis=0)
    blurred = smoothed(torch.from_numpy(np.clip(hu, AIR_HU, _DENSEST_HU, out=hu))[None, None], _BLUR_MM / SPACING_MM)
    return blurred[0, 0].numpy(), known


def _expansion(grid: VoxelGrid, registration: Registration) -> NDArray[np.float32]:
    """Return how much denser breath makes the prior's lung: the Jacobian of the map into the prior."""
    if not registration.deformable:
        return np.broadcast_to(np.float32(1), grid.shape)
    step = 3
    s, r, c = (max(2, -(-n // step)) for n in grid.shape)
    coarse = grid.divided((s, r, c))
    marks = np.stack(np.meshgrid(*(np.arange(float(n)) for n in coarse.shape), indexing="ij"), axis=-1)
    places = registration.to_prior(coarse.points_mm(marks.reshape(-1, 3))).reshape(*coarse.shape, 3)
    rows = np.stack([np.gradient(places, axis=axis) for axis in range(3)], axis=-1)
    jacobian = np.linalg.det(rows) / np.linalg.det(coarse.affine[:3, :3])
    found = torch.from_numpy(np.clip(jacobian, 1 / _MOST_BREATH, _MOST_BREATH).astype(np.float32))[None, None]
    fine = functional.interpolate(smoothed(found, 1.0), size=list(grid.shape), mode="trilinear", align_corners=False)
    return np.asarray(fine[0, 0].numpy(), dtype=np.float32)
