"""From the network's view of organs to a label map at the resolution of its input, and to the names of places."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ai.anatomy import Lungs
from ai.geometry import PointMm
from ai.organs import LOBES, ORGANS, Organs, code_of

_REACH_MM = 12.0
"""A lesion's middle may lie so far outside every lobe (on the pleura) and still be named by the nearest."""
_SIDES = (tuple(lobe for lobe in LOBES if lobe.startswith("right")), tuple(o for o in LOBES if o.startswith("left")))


def named_organs(scores: NDArray[np.float32], lungs: Lungs) -> Organs:
    """Return which organ each voxel of the network's input belongs to.

    Args:
        scores: (1 + organs, s, r, c) before the softmax, on cells of two voxels.
        lungs: air-filled lungs on the input's grid. Where they are, the voxel belongs to a lobe of that side, whatever
            the cell says: density is exact to the voxel. Where they are not, the network's word counts: consolidated
            lung is lung.
    """
    s, r, c = lungs.grid.shape
    fine = functional.interpolate(
        torch.from_numpy(np.ascontiguousarray(scores))[None], scale_factor=2, mode="trilinear", align_corners=False
    )[0, :, :s, :r, :c]
    codes = _strongest(fine).astype(np.uint8)
    for side, lobes in enumerate(_SIDES, start=1):
        numbers = [code_of(lobe) for lobe in lobes]
        best = np.array(numbers, dtype=np.uint8)[_strongest(fine[numbers])]
        aerated = lungs.sides == side
        codes[aerated] = best[aerated]
    return Organs(codes, lungs.grid)


def _strongest(scores: Tensor) -> NDArray[np.int64]:
    """Return the place of the largest of each voxel's scores, (n, S, R, C) → (S, R, C).

    PyTorch's ``argmax`` over the first axis gives the same in five times the time.
    """
    places: NDArray[np.int64] = scores.max(0).indices.numpy()
    return places


def location_of(place: PointMm, lungs: Lungs, organs: Organs | None) -> str:
    """Name the lobe or organ of a place by the vocabulary; by thirds of the lung where organs are not known."""
    if organs is None:
        index = lungs.grid.index(place)
        return lungs.location((index.slice, index.row, index.column))
    index = organs.grid.index(place)
    spot = np.array([index.slice, index.row, index.column])
    reach = np.ceil(_REACH_MM / np.array(organs.grid.spacing_mm)).astype(int)
    low = np.clip(np.round(spot).astype(int) - reach, 0, np.array(organs.grid.shape) - 1)
    high = np.clip(np.round(spot).astype(int) + reach + 1, 1, np.array(organs.grid.shape))
    part = organs.codes[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
    there = np.argwhere(part > 0)
    if there.size == 0:
        return "chest_wall" if lungs.body.any() else "lung"
    distance = np.linalg.norm((there + low - spot) * np.array(organs.grid.spacing_mm), axis=1)
    return ORGANS[int(part[tuple(there[int(np.argmin(distance))])]) - 1]
