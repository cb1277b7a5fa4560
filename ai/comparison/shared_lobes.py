"""The current scan's lobes in both scans, so that a lobe is the same piece of lung then and now."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai.anatomy import find_lungs, resampled, standardised
from ai.change import Registration
from ai.geometry import Matrix
from ai.organs import LOBES, Organs, code_of
from ai.volume import Volume, VoxelGrid

_LOBE_CODES = tuple(code_of(lobe) for lobe in LOBES)
_SLICES_AT_ONCE = 16
_LUNGS_MM = 3.0

Codes = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class SharedLobes:
    """Lobes of one scan, cut where the current scan's are, as far as both scans show them.

    Args:
        lobes: the current scan's, bent into this one: the same places of the body, whatever fills them.
        lung: what this scan itself holds for lung, parted by those lobes: its outline is this scan's own.
    """

    lobes: Organs
    lung: Organs


def shared_lobes(
    prior: tuple[Organs, VoxelGrid], current: tuple[Organs, VoxelGrid], registration: Registration
) -> tuple[SharedLobes, SharedLobes]:
    """Return the lobes of prior and current scan.

    Args:
        prior, current: organs as the model drew them in either scan, and the grid of the whole scan.
        registration: between the two.
    """
    (then, prior_grid), (now, current_grid) = prior, current
    carried, shown = _carried(then.grid, _only_lobes(now), current_grid, registration)
    own = _only_lobes(then)
    lung = np.where((own.codes > 0) & shown, _nearest(carried), 0).astype(np.uint8)
    here = _shown_in(prior_grid, _only_lobes(now), registration)
    return SharedLobes(Organs(carried, then.grid), Organs(lung, then.grid)), SharedLobes(here, here)


def whole_lungs(volume: Volume) -> Organs | None:
    """Return both lungs as one piece, for scans whose lobes no model drew: air-filled lung, found by its density.

    All of it has the code of one lobe, so that only what is told of both lungs means anything. None without lungs.
    """
    hu, grid = resampled(*standardised(volume.hu, volume.grid), _LUNGS_MM)
    lungs = find_lungs(hu, grid)
    return None if lungs is None else Organs(lungs.mask.astype(np.uint8) * np.uint8(_LOBE_CODES[0]), lungs.grid)


def _only_lobes(organs: Organs) -> Organs:
    return Organs(np.where(np.isin(organs.codes, _LOBE_CODES), organs.codes, 0).astype(np.uint8), organs.grid)


def _carried(
    grid: VoxelGrid, lobes: Organs, current: VoxelGrid, registration: Registration
) -> tuple[Codes, NDArray[np.bool_]]:
    """Return the current lobe at each of the prior's cells, and where the current scan shows the cell's place."""
    codes, shown = np.zeros(grid.shape, np.uint8), np.zeros(grid.shape, bool)
    for block in _blocks(grid):
        there = registration.to_current(_points(grid, block))
        shape = codes[block].shape
        shown[block] = _within(current, there).reshape(shape)
        codes[block] = _code_at(lobes, there).reshape(shape)
    return codes, shown


def _shown_in(prior: VoxelGrid, lobes: Organs, registration: Registration) -> Organs:
    """Leave of the current scan's lobes what the prior shows, too."""
    codes = lobes.codes.copy()
    for block in _blocks(lobes.grid):
        places = np.argwhere(codes[block] > 0)
        places[:, 0] += block.start
        there = registration.to_prior(lobes.grid.points_mm(places.astype(np.float64)))
        missing = places[~_within(prior, there)]
        codes[tuple(missing.T)] = 0
    return Organs(codes, lobes.grid)


def _nearest(codes: Codes) -> Codes:
    """Fill every cell with the code of the nearest one that has any."""
    if not codes.any():
        return codes
    places = ndimage.distance_transform_edt(codes == 0, return_distances=False, return_indices=True)
    return np.asarray(codes[tuple(places)], dtype=np.uint8)


def _blocks(grid: VoxelGrid) -> list[slice]:
    """Part a grid by slices: all its places at once would be hundreds of megabytes."""
    return [slice(n, min(n + _SLICES_AT_ONCE, grid.shape[0])) for n in range(0, grid.shape[0], _SLICES_AT_ONCE)]


def _points(grid: VoxelGrid, block: slice) -> Matrix:
    axes = (np.arange(block.start, block.stop), *(np.arange(n) for n in grid.shape[1:]))
    indices = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    return grid.points_mm(indices.astype(np.float64))


def _within(grid: VoxelGrid, points_mm: Matrix) -> NDArray[np.bool_]:
    indices = grid.indices(points_mm)
    return np.asarray(((indices >= -0.5) & (indices <= np.array(grid.shape) - 0.5)).all(axis=1))


def _code_at(organs: Organs, points_mm: Matrix) -> Codes:
    indices = np.floor(organs.grid.indices(points_mm) + 0.5).astype(np.int64)
    inside = ((indices >= 0) & (indices < np.array(organs.grid.shape))).all(axis=1)
    found = np.zeros(len(points_mm), np.uint8)
    found[inside] = organs.codes[tuple(indices[inside].T)]
    return found
