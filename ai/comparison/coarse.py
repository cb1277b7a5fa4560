"""A scan made small for alignment: isotropic, along the patient's axes, whatever the scan's own grid is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from torch.nn import functional

from ai.comparison.body import body_mask
from ai.geometry import Matrix
from ai.progress import QUIET, Progress
from ai.volume import AIR_HU, Volume, VoxelGrid

SOFTEST_HU = -1000
DENSEST_HU = 200
"""Alignment sees air to dense soft tissue; bone, contrast agent and metal would outweigh everything else."""

_NOTHING_HU = AIR_HU + 1
"""Means at or below this are padding, not measured air, whose noise lifts it."""

_SLICES_AT_ONCE = 32

_STRAIGHT = 1e-9
"""Voxels by which a step along one axis may go along another and yet count as along its own alone."""


@dataclass(frozen=True, eq=False)
class Coarse:
    """A small copy of a scan.

    Args:
        hu: float32, [up, back, left], clipped to ``SOFTEST_HU``…``DENSEST_HU``; air outside the body: no table.
        grid: isotropic, axes along LPS, shared by all three arrays.
        known: where the scan measured something: inside its field of view and not padding.
        body: the patient, filled (lungs and bowel belong to it).
    """

    hu: NDArray[np.float32]
    grid: VoxelGrid
    known: NDArray[np.bool_]
    body: NDArray[np.bool_]

    @property
    def body_mm3(self) -> float:
        """How much of the patient the scan holds."""
        return float(self.body.sum()) * self.grid.voxel_mm3

    def smaller(self, factor: int) -> Coarse:
        """Average blocks of ``factor``³ voxels; what does not fill a block at the upper ends is left out."""
        count = tuple(max(1, n // factor) for n in self.grid.shape)
        factors = [min(factor, n) for n in self.grid.shape]
        hu, known, body = (
            _summed(layer[tuple(slice(0, n * f) for n, f in zip(count, factors, strict=True))], factors)
            / float(np.prod(factors))
            for layer in (self.hu, self.known, self.body)
        )
        return Coarse(hu, _blocks_grid(self.grid, factors, hu.shape), known > 0.5, body > 0.5)

    def of_body(self, margin_mm: float) -> Coarse:
        """Return the box that holds the patient and a margin; all of it where there is none."""
        if not self.body.any():
            return self
        margin = round(margin_mm / self.grid.spacing_mm[0])
        box = []
        for axis in range(3):
            used = np.flatnonzero(self.body.any(axis=tuple({0, 1, 2} - {axis})))
            box.append(slice(max(0, int(used[0]) - margin), min(self.body.shape[axis], int(used[-1]) + margin + 1)))
        s, r, c = box
        hu = self.hu[s, r, c].copy()
        grid = self.grid.crop((s.start, r.start, c.start), (hu.shape[0], hu.shape[1], hu.shape[2]))
        return Coarse(hu, grid, self.known[s, r, c].copy(), self.body[s, r, c].copy())


def coarse(volume: Volume, spacing_mm: float, progress: Progress = QUIET) -> Coarse:
    """Average blocks of voxels, then resample linearly onto an upright grid of ``spacing_mm``."""
    hu, upright, inside = _upright(volume, spacing_mm, progress)
    return _without_table(hu, upright, inside, body_mask(hu, spacing_mm))


def finer(volume: Volume, rough: Coarse, spacing_mm: float, progress: Progress = QUIET) -> Coarse:
    """Do the same at a finer spacing, with the patient found before: finding it costs more the finer the grid."""
    hu, upright, inside = _upright(volume, spacing_mm, progress)
    body = _resampled(rough.body.astype(np.float32), rough.grid.inverse @ upright.affine, upright.shape, 0.0) > 0.5
    return _without_table(hu, upright, inside, body)


def _upright(
    volume: Volume, spacing_mm: float, progress: Progress
) -> tuple[NDArray[np.float32], VoxelGrid, NDArray[np.bool_]]:
    """Return HU on an upright grid, the grid, and which of its voxels lie inside the scan."""
    blocks, grid = _block_means(volume, spacing_mm, progress)
    upright = _upright_grid(grid, spacing_mm)
    to_blocks = grid.inverse @ upright.affine
    hu = _resampled(blocks, to_blocks, upright.shape, AIR_HU)
    return hu, upright, _index_reach(to_blocks, upright.shape, blocks.shape)


def _without_table(
    hu: NDArray[np.float32], upright: VoxelGrid, inside: NDArray[np.bool_], body: NDArray[np.bool_]
) -> Coarse:
    known = inside & ((hu > _NOTHING_HU) | body)
    hu = np.where(body, np.clip(hu, SOFTEST_HU, DENSEST_HU), np.float32(SOFTEST_HU)).astype(np.float32)
    return Coarse(hu, upright, known, body & inside)


def _block_means(volume: Volume, spacing_mm: float, progress: Progress) -> tuple[NDArray[np.float32], VoxelGrid]:
    factors = [max(1, int(spacing_mm / s + 0.25)) for s in volume.grid.spacing_mm]
    factors = [min(f, n) for f, n in zip(factors, volume.grid.shape, strict=True)]
    count = [n // f for n, f in zip(volume.grid.shape, factors, strict=True)]
    means = np.empty(count, dtype=np.float32)
    step = max(1, _SLICES_AT_ONCE // factors[0])
    for start in range(0, count[0], step):
        progress.report(start / count[0], "Making the scan small for alignment")
        stop = min(start + step, count[0])
        part = volume.hu[start * factors[0] : stop * factors[0]]
        hu = torch.from_numpy(np.clip(part, AIR_HU, 2000).astype(np.float32))
        means[start:stop] = functional.avg_pool3d(hu[None, None], factors)[0, 0].numpy()
    return means, _blocks_grid(volume.grid, factors, means.shape)


def _blocks_grid(grid: VoxelGrid, factors: list[int], shape: tuple[int, ...]) -> VoxelGrid:
    affine = grid.affine.copy()
    affine[:3, 3] += affine[:3, :3] @ [(f - 1) / 2 for f in factors]
    affine[:3, :3] *= factors
    return VoxelGrid((shape[0], shape[1], shape[2]), affine)


def _summed(part: NDArray[np.generic], factors: list[int]) -> NDArray[np.float32]:
    total = part.astype(np.float32)
    for axis, factor in reversed(list(enumerate(factors))):
        whole = total.shape[axis] // factor * factor
        rows = np.moveaxis(total, axis, 0)[:whole]
        total = np.moveaxis(sum((rows[i::factor] for i in range(1, factor)), rows[0::factor].copy()), 0, axis)
    return total


def _upright_grid(grid: VoxelGrid, spacing_mm: float) -> VoxelGrid:
    corners = grid.corners_mm()
    low, high = corners.min(axis=0), corners.max(axis=0)
    left, back, up = (max(1, int(np.ceil((b - a) / spacing_mm))) for a, b in zip(low, high, strict=True))
    affine = np.eye(4)
    affine[:3, :3] = spacing_mm * np.eye(3)[:, ::-1]
    affine[:3, 3] = (low + high) / 2 - np.array([left - 1, back - 1, up - 1]) * spacing_mm / 2
    return VoxelGrid((up, back, left), affine)


def _resampled(
    values: NDArray[np.float32], index_map: Matrix, shape: tuple[int, int, int], outside: float
) -> NDArray[np.float32]:
    """Sample linearly; half a voxel past the outer centres still counts as inside."""
    turn = index_map[:3, :3]
    straight = np.abs(turn - np.diag(np.diag(turn))).max() < _STRAIGHT
    found: NDArray[np.float32] = ndimage.affine_transform(
        np.pad(values, 1, mode="edge"),
        np.diag(turn) if straight else turn,  # in half the time where no axis is turned
        index_map[:3, 3] + 1,
        output_shape=shape,
        order=1,
        mode="constant",
        cval=outside,
        output=np.float32,
    )
    found[~_index_reach(index_map, shape, values.shape)] = outside
    return found


def _index_reach(index_map: Matrix, shape: tuple[int, int, int], source: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return which of a grid's voxels lie in the source's, half a voxel past its outer centres included."""
    axes = np.ogrid[: shape[0], : shape[1], : shape[2]]
    inside = np.ones(shape, dtype=bool)
    for row, offset, count in zip(index_map[:3, :3], index_map[:3, 3], source, strict=True):
        index = sum((a * axis for a, axis in zip(row, axes, strict=True) if abs(a) > _STRAIGHT), np.full(1, offset))
        inside &= (index >= -0.5 - 1e-6) & (index <= count - 0.5 + 1e-6)
    return inside
