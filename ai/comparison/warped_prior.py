"""The prior as it would look had the patient lain and breathed as in the current scan."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ai.change import Registration
from ai.comparison.block import block_around
from ai.geometry import Matrix
from ai.progress import QUIET, Progress
from ai.volume import AIR_HU, Volume, VoxelGrid

_LATTICE_MM = 4.0
"""The registration is asked at places this far apart and read linearly between them: its own cells are no finer."""
_VOXELS_AT_ONCE = 4_000_000


def warped_prior(prior: Volume, grid: VoxelGrid, registration: Registration, progress: Progress = QUIET) -> Volume:
    """Return the prior on the current scan's own grid, so that each of its slices lies on the current one.

    Costs one int16 volume of the current scan's size and little beside it. Where the prior has no voxels, air.

    Args:
        prior: the earlier scan.
        grid: of the current scan.
        registration: between the two.
        progress: told how far it is; Cancelled passes through.
    """
    lattice = _lattice(prior.grid, grid, registration)
    hu = np.empty(grid.shape, np.int16)
    per_slice = grid.shape[1] * grid.shape[2]
    step = max(1, _VOXELS_AT_ONCE // per_slice)
    for start in range(0, grid.shape[0], step):
        progress.report(start / grid.shape[0], "Warping the prior onto the current scan")
        stop = min(start + step, grid.shape[0])
        hu[start:stop] = _sampled(prior, _planes(lattice, grid, np.arange(start, stop)), grid)
    progress.report(1.0, "Warped")
    return Volume(hu, grid)


def _lattice(prior: VoxelGrid, grid: VoxelGrid, registration: Registration) -> Tensor:
    """Return the prior's indices at evenly spread voxels of the grid, from its first to its last, (1, 3, s, r, c)."""
    counts = [
        max(2, int(np.ceil((n - 1) * mm / _LATTICE_MM)) + 1) for n, mm in zip(grid.shape, grid.spacing_mm, strict=True)
    ]
    marks = [np.linspace(0.0, n - 1.0, count) for n, count in zip(grid.shape, counts, strict=True)]
    indices = np.stack(np.meshgrid(*marks, indexing="ij"), axis=-1).reshape(-1, 3)
    there: Matrix = prior.indices(registration.to_prior(grid.points_mm(indices)))
    return torch.from_numpy(there.T.reshape(1, 3, *counts).astype(np.float32))


def _planes(lattice: Tensor, grid: VoxelGrid, slices: NDArray[np.int64]) -> Tensor:
    """Return the lattice read at some slices, in rows and columns as wide as it is, (1, 3, s, r, c)."""
    cells = lattice.shape[2] - 1
    at = torch.from_numpy(slices.astype(np.float64) * cells / max(1, grid.shape[0] - 1)).float()
    low = at.floor().long().clamp(0, cells - 1)
    share = (at - low)[None, None, :, None, None]
    return lattice[:, :, low] * (1 - share) + lattice[:, :, low + 1] * share


def _sampled(prior: Volume, planes: Tensor, grid: VoxelGrid) -> NDArray[np.int16]:
    """Sample the prior linearly at every voxel of some slices.

    What torch asks for (x, y, z from -1 to 1 over the block) is made of the few places of the lattice, before they
    become millions.
    """
    flat = planes[0].flatten(1)
    block, low = block_around(prior.hu, flat.amin(dim=1).numpy(), flat.amax(dim=1).numpy(), AIR_HU)
    size, begin = (
        torch.tensor(n, dtype=torch.float32)[None, :, None, None, None] for n in (block.shape[2:], low.tolist())
    )
    places = ((2 * (planes - begin) + 1) / size - 1).flip(1)[0].movedim(1, 0)
    # Places lie together in memory, and each slice is a member of a batch: torch spreads a batch, and nothing else,
    # over the cores.
    beside = places.contiguous(memory_format=torch.channels_last)
    where = functional.interpolate(beside, size=grid.shape[1:], mode="bilinear", align_corners=True)
    found = functional.grid_sample(
        block.expand(len(where), -1, -1, -1, -1),
        where.movedim(1, -1)[:, None],
        padding_mode="zeros",
        align_corners=False,
    )
    rounded: NDArray[np.int16] = found[:, 0, 0].add_(AIR_HU).round_().to(torch.int16).numpy()
    return rounded
