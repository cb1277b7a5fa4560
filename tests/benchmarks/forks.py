"""Where vessels fork in the lungs: places a radiologist would point at in both scans."""

from __future__ import annotations

from importlib import import_module

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai.geometry import Matrix
from ai.volume import Volume, VoxelGrid
from tests.benchmarks.lung_box import around_the_lungs, lungs_of

_FINE_MM = 1.0
_VESSEL_HU = -550.0
"""Halfway between lung and a thin vessel, which a voxel holds in part."""
_INSIDE_MM = 6.0
"""This far from the wall of the lung its folds and the ribs are no vessels."""
_THICKEST_MM = 7.0
"""Radius beyond which a dense body is a lesion or a hilum, whose middle line forks by chance."""
_BRANCH_MM = 6.0
_APART_MM = 7.0
_EVERYWHERE = np.ones((3, 3, 3))
Mask = NDArray[np.bool_]


def vessel_forks(volume: Volume, most: int = 250) -> Matrix:
    """Return up to ``most`` places where three branches of at least 6 mm meet, (n, 3) LPS mm, in an even mixture.

    Raises:
        ValueError: no lungs are found in the scan.
    """
    lungs = lungs_of(volume)
    fine, grid = around_the_lungs(volume, lungs, 0.0, _FINE_MM)
    inside = _on_grid(ndimage.distance_transform_edt(lungs.mask, sampling=lungs.grid.spacing_mm), lungs.grid, grid)
    dense = (ndimage.gaussian_filter(fine, 0.7) > _VESSEL_HU) & (inside > _INSIDE_MM)
    thick = ndimage.distance_transform_edt(dense, sampling=grid.spacing_mm)
    lines = import_module("skimage.morphology").skeletonize(dense).astype(bool) & (thick < _THICKEST_MM)
    places = np.array([p for p in _meetings(lines) if _branches(lines, p) >= 3])
    order = np.random.default_rng(0).permutation(len(places))
    kept: list[NDArray[np.float64]] = []
    for place in places[order]:
        if all(np.linalg.norm(place - other) >= _APART_MM / _FINE_MM for other in kept):
            kept.append(place)
    return grid.points_mm(np.array(kept[:most]))


def _on_grid(values: NDArray[np.float64], own: VoxelGrid, grid: VoxelGrid) -> NDArray[np.float32]:
    index_map = own.inverse @ grid.affine
    found: NDArray[np.float32] = ndimage.affine_transform(
        values.astype(np.float32), index_map[:3, :3], index_map[:3, 3], output_shape=grid.shape, order=1
    )
    return found


def _meetings(lines: Mask) -> NDArray[np.float64]:
    """Return the middles of all places of a middle line with three neighbours or more."""
    neighbours = ndimage.convolve(lines.astype(np.uint8), _EVERYWHERE.astype(np.uint8), mode="constant")
    labels, count = ndimage.label(lines & (neighbours >= 4), _EVERYWHERE)
    return np.array(ndimage.center_of_mass(lines, labels, range(1, count + 1)))


def _branches(lines: Mask, place: NDArray[np.float64]) -> int:
    """Count the branches that leave a meeting and reach a sphere around it."""
    reach = int(np.ceil(_BRANCH_MM / _FINE_MM)) + 1
    low = np.maximum(np.round(place).astype(int) - reach, 0)
    block = lines[tuple(slice(a, a + 2 * reach + 1) for a in low)]
    away = np.linalg.norm(np.argwhere(np.ones(block.shape, dtype=bool)) + low - place, axis=1).reshape(block.shape)
    ball, shell = away <= _BRANCH_MM / _FINE_MM + 1, away >= _BRANCH_MM / _FINE_MM - 0.5
    labels, _ = ndimage.label(block & ball, _EVERYWHERE)
    near = np.where(labels > 0, away, np.inf)
    own = labels == labels[np.unravel_index(np.argmin(near), near.shape)]
    return int(ndimage.label(own & shell, _EVERYWHERE)[1])
