"""The air inside a body in the lung: what a wall encloses belongs to it, and is measured with it.

Evidence often covers a part of a cavity's wall alone, and what is bounded near to it is then a piece of the wall. A
cavitary nodule's size is that of its outer border (MacMahon et al., Radiology 2017;284:228).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai.model.mask_distances import away_mm

Mask = NDArray[np.bool_]

_LEAST_MM3 = 65.0
"""A ball of 5 mm: smaller ones are a bronchus that is cut, or noise."""
_BESIDE_MM = 2.0
"""The body lies so near to its cavity."""
_WALL_MM = 9.0
"""No wall counts as thicker: what lies farther from the cavity is not searched for it."""
_ASIDE = 0.35
"""The middles of cavity and whole lie no farther apart, as a share of the radius: a cyst beside a nodule does."""


def cavity_beside(body: Mask, dense: Mask, step_mm: float) -> Mask | None:
    """Return the air that dense tissue encloses beside a body, the largest of several; None where there is none.

    Args:
        body: of dense tissue, perhaps a piece of a wall.
        dense: all tissue of the block, in cubes of ``step_mm``. What reaches the block's border is not enclosed.
    """
    labels, count = ndimage.label(~dense)
    if count == 0:
        return None
    open_ones = np.unique(np.concatenate([np.unique(face) for face in _faces(labels)]))
    beside = labels[(away_mm(body, step_mm, _BESIDE_MM) <= _BESIDE_MM) & ~dense]
    sizes = np.bincount(labels.ravel(), minlength=count + 1) * step_mm**3
    enclosed = [n for n in np.unique(beside) if n not in open_ones and sizes[n] >= _LEAST_MM3]
    if not enclosed:
        return None
    return np.asarray(labels == max(enclosed, key=lambda n: sizes[n]))


def wall_around(cavity: Mask, step_mm: float) -> Mask:
    """Return the cavity and where its wall may lie."""
    return np.asarray(away_mm(cavity, step_mm, _WALL_MM) <= _WALL_MM)


def in_the_middle(cavity: Mask, whole: Mask) -> bool:
    """Ask whether a cavity is that of a body which holds it, rather than a bubble at its side."""
    if not whole[cavity].all():
        return False
    middles = [np.argwhere(mask).mean(0) for mask in (cavity, whole)]
    radius = (3 * np.count_nonzero(whole) / (4 * np.pi)) ** (1 / 3)
    return bool(np.linalg.norm(middles[0] - middles[1]) <= _ASIDE * radius)


def _faces(block: NDArray[np.integer[Any]]) -> list[NDArray[np.integer[Any]]]:
    return [np.take(block, end, axis=axis) for axis in range(block.ndim) for end in (0, -1)]
