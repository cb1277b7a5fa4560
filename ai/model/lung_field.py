"""The surroundings of some evidence, cut from the scan and laid on fine cubes along the scan's own axes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai.volume import Volume, VoxelGrid

Mask = NDArray[np.bool_]
Values = NDArray[np.float32]

_MARGIN_MM = 12.0
_FINEST_MM, _FINE_MM, _ACROSS = 0.7, 1.0, 64
"""Cubes are so small; of a body so large that it would be more than 64 cubes wide, larger."""


@dataclass(frozen=True, eq=False)
class Field:
    """The surroundings of some evidence on fine cubes.

    Args:
        hu, soft: HU, and the same with noise smoothed away.
        core: where the evidence is.
        near: there, and one cell of evidence around.
        lung: where lung is, aerated or not.
        grid: where it lies.
        step_mm: the cubes' size.
    """

    hu: Values
    soft: Values
    core: Mask
    near: Mask
    lung: Mask
    grid: VoxelGrid
    step_mm: float


def field_around(cells: Mask, evidence: VoxelGrid, volume: Volume, lung: tuple[Mask, VoxelGrid] | None) -> Field | None:
    """Cut and resample; None where the evidence lies outside the scan."""
    places = evidence.points_mm(np.argwhere(cells).astype(np.float64))
    spots = volume.grid.indices(places)
    spacing = np.array(volume.grid.spacing_mm)
    margin = _MARGIN_MM / spacing
    low = np.maximum(0, np.floor(spots.min(0) - margin)).astype(int)
    high = np.minimum(np.array(volume.grid.shape), np.ceil(spots.max(0) + margin).astype(int) + 1)
    if (high <= low).any():
        return None
    size = high - low
    extent = float((np.ptp(spots, axis=0) * spacing).max()) + 2 * _MARGIN_MM
    step = max(float(np.clip(spacing.min(), _FINEST_MM, _FINE_MM)), extent / _ACROSS)
    crop = volume.grid.crop((int(low[0]), int(low[1]), int(low[2])), (int(size[0]), int(size[1]), int(size[2])))
    grid = _finer(crop, step)
    block = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    hu = _looked_up(volume.hu[block].astype(np.float32), crop, grid)
    core = _cell_of(cells, evidence, grid)
    near = _cell_of(np.asarray(ndimage.binary_dilation(cells, np.ones((3, 3, 3), dtype=bool))), evidence, grid)
    if not core.any():
        return None
    inside = np.ones(grid.shape, dtype=bool)
    if lung is not None:
        # A body the lungs' borders leave out is measured without them.
        known = _looked_up(lung[0].astype(np.float32), lung[1], grid) > 0.5
        inside = known if (known & core).any() else inside
    return Field(hu, ndimage.gaussian_filter(hu, 0.8 / step), core, near, inside, grid, step)


def _finer(crop: VoxelGrid, step_mm: float) -> VoxelGrid:
    """Cubes that fill the crop, the first at its first voxel."""
    spacing = np.array(crop.spacing_mm)
    shape = [int((n - 1) * s / step_mm) + 1 for n, s in zip(crop.shape, spacing, strict=True)]
    affine = np.array(crop.affine)
    affine[:3, :3] *= step_mm / spacing
    return VoxelGrid((shape[0], shape[1], shape[2]), affine)


def _looked_up(values: Values, grid: VoxelGrid, onto: VoxelGrid) -> Values:
    """Interpolate; what lies beyond the values is as its nearest edge."""
    matrix = grid.inverse @ onto.affine
    found = ndimage.affine_transform(
        values, matrix[:3, :3], matrix[:3, 3], output_shape=onto.shape, output=np.float32, order=1, mode="nearest"
    )
    return np.asarray(found)


def _cell_of(cells: Mask, grid: VoxelGrid, onto: VoxelGrid) -> Mask:
    """Look up which cell each place lies in; none beyond the cells."""
    matrix = grid.inverse @ onto.affine
    found = ndimage.affine_transform(
        cells.astype(np.uint8), matrix[:3, :3], matrix[:3, 3], output_shape=onto.shape, output=np.uint8, order=0
    )
    return np.asarray(found > 0)
