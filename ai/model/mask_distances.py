"""Distances in and around a mask, worked out no farther than they are asked for: most of a block is neither."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Mask = NDArray[np.bool_]


def depth_mm(mask: Mask, step_mm: float) -> NDArray[np.float64]:
    """How far each place of a mask lies from what is outside it, millimetres: 0 outside."""
    depth = np.zeros(mask.shape)
    if mask.any():
        # All that is next to the mask is in its box and one cube around: nothing farther away is nearer.
        box = _box(mask, 1)
        depth[box] = ndimage.distance_transform_edt(mask[box], sampling=step_mm)
    return depth


def away_mm(mask: Mask, step_mm: float, reach_mm: float, around: Mask | None = None) -> NDArray[np.float64]:
    """How far each place lies from a mask, millimetres; infinite beyond so many mm around it, or around another."""
    away = np.full(mask.shape, np.inf)
    where = mask if around is None else around
    if mask.any() and where.any():
        box = _box(where, math.ceil(reach_mm / step_mm) + 1)
        if mask[box].any():
            away[box] = ndimage.distance_transform_edt(~mask[box], sampling=step_mm)
    return away


def _box(mask: Mask, more: int) -> tuple[slice, ...]:
    """The block that holds a mask, so many cubes larger on every side."""
    found = ndimage.find_objects(mask.astype(np.int8))[0]
    return tuple(slice(max(0, s.start - more), s.stop + more) for s in found)
