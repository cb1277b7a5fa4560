"""Parts of the chest as both lungs lay them out: known before any network has named an organ.

A report speaks of a lobe, the mediastinum, a side. Where these lie is told nearly enough by the lungs: the fissures by
planes that rise from the front of the base to the back, the middle by what lies between the lungs' own middles. Shares
of cells and not cells: a cell at the lung's edge is in part lung. The rim of the lungs, which only small vessels reach,
is told apart from their core, where large ones pass for much that is none.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai.organs import LOBES

PARTS = (
    *LOBES, "lungs_rim", "lungs_core", "chest",
    "middle_top_front", "middle_top_back", "middle_front", "middle_back", "middle_base_front", "middle_base_back",
    "wall_right_front", "wall_right_back", "wall_right_base", "wall_left_front", "wall_left_back", "wall_left_base",
)  # fmt: skip
"""Names by place, lobes first. They overlap: a lobe is of the lungs, all is of the chest, which is the whole crop."""
_FISSURE_FRONT, _FISSURE_RISE = 0.15, 0.6
"""Height, as a share of the lungs', of the plane that stands for the oblique fissure: in front, and how it rises."""
_MINOR_FISSURE = 0.5
_THIRDS = ((0.66, np.inf), (0.33, 0.66), (-np.inf, 0.33))
_BASE = 0.3
_HALF = 0.5
RIM_MM = 13.0
"""Cells of lung are of its rim whose middles lie no further from what is no lung."""
_OUTERMOST = (1.0, 99.0)
"""Percentiles of lung between which the lungs' height and depth are told: a stray cell moves neither."""

Shares = NDArray[np.float32]


def shares_of_sides(sides: NDArray[np.uint8], voxels: int) -> Shares:
    """Return which share of each cell is the right lung and which the left, (2, s, r, c).

    Args:
        sides: [slice, row, column] of voxels: 1 the patient's right lung, 2 the left, 0 elsewhere.
        voxels: of a cell along each axis; what is missing of the last ones is no lung.
    """
    full = np.pad(sides, [(0, -n % voxels) for n in sides.shape])
    s, r, c = (n // voxels for n in full.shape)
    cells = full.reshape(s, voxels, r, voxels, c, voxels)
    return np.stack([(cells == side).mean(axis=(1, 3, 5), dtype=np.float32) for side in (1, 2)])


def parts_of(lungs: Shares, patient: NDArray[np.bool_], cell_mm: float) -> Shares:
    """Return which share of each cell belongs to each of ``PARTS``, (parts, s, r, c); a part may be empty.

    Args:
        lungs: (2, s, r, c) shares of the right and the left lung, in standard axes (up, back, left).
        patient: (s, r, c): cells that count at all.
        cell_mm: side of a cell.
    """
    right, left = lungs * patient
    both = right + left
    up, back = _along(both, 0), _along(both, 1)
    column = np.arange(both.shape[2])
    ends = [_middle(side, column) for side in (right, left)]
    on_right = column < sum(ends) / 2
    lower = up < _FISSURE_FRONT + _FISSURE_RISE * back
    upper = ~lower & (up > _MINOR_FISSURE)
    outside = np.where(patient, 1 - both, 0)
    between = outside * ((column > ends[0]) & (column < ends[1]))
    beyond = outside - between
    front = back < _HALF
    parts = [right * upper, right * ~(upper | lower), right * lower, left * ~lower, left * lower]
    rim = ndimage.distance_transform_edt(both >= _HALF, cell_mm) <= RIM_MM
    parts += [both * rim, both * ~rim, patient]
    for low, high in _THIRDS:
        level = (up > low) & (up <= high)
        parts += [between * level * front, between * level * ~front]
    for side in (on_right, ~on_right):
        mine = beyond * side
        parts += [mine * front * (up > _BASE), mine * ~front * (up > _BASE), mine * (up <= _BASE)]
    return np.stack(parts).astype(np.float32)


def _along(lungs: Shares, axis: int) -> Shares:
    """Where each cell lies along an axis of the lungs, 0 at their lower, front, or right end and 1 at the other."""
    others = tuple(n for n in range(3) if n != axis)
    profile = lungs.sum(axis=others, dtype=np.float64)
    there = np.cumsum(profile)
    low, high = 0.0, max(1.0, len(profile) - 1.0)
    if there[-1] > 0:
        low, high = (float(np.searchsorted(there, there[-1] * share / 100)) for share in _OUTERMOST)
    where = (np.arange(len(profile)) - low) / max(high - low, 1.0)
    form = [1, 1, 1]
    form[axis] = -1
    return np.asarray(where.reshape(form), dtype=np.float32)


def _middle(lung: Shares, column: NDArray[np.int64]) -> float:
    """The middle column of a lung; of one that is not there, the crop's."""
    profile = lung.sum(axis=(0, 1), dtype=np.float64)
    return float(profile @ column / profile.sum()) if profile.any() else (len(column) - 1) / 2
