"""A network of irregular cells that fills space, as lobules and cysts do: laid once, sampled anywhere at any size."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ai.phantom.spots import Spots

_CELLS, _STEPS = 8, 7
"""The tile repeats after that many cells; samples per cell."""


@lru_cache(maxsize=1)
def _tile() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Distance to the nearest face (in cells) and number of the cell, over one period."""
    rng = np.random.default_rng(11)
    n = _CELLS * _STEPS
    seeds = rng.uniform(0.05, 0.95, (_CELLS, _CELLS, _CELLS, 3)).astype(np.float32)
    lines = (np.arange(n, dtype=np.float32) + 0.5) / _STEPS
    places = np.stack(np.meshgrid(lines, lines, lines, indexing="ij"), -1).reshape(-1, 3)
    home = places.astype(np.int64)
    shifts = np.array([(a, b, c) for a in (-1, 0, 1) for b in (-1, 0, 1) for c in (-1, 0, 1)])
    around = [home + shift for shift in shifts]
    found = [seeds[tuple((cell % _CELLS).T)] + cell for cell in around]
    squared = np.stack([((places - seed) ** 2).sum(1) for seed in found])
    own = squared.argmin(0)
    rows = np.arange(len(places))
    nearest = np.stack(found)[own, rows]
    border = np.full(len(places), 9.0, dtype=np.float32)
    for number, seed in enumerate(found):
        apart = np.linalg.norm(seed - nearest, axis=1)
        face = (squared[number] - squared[own, rows]) / (2 * np.maximum(apart, 1e-3))
        border = np.where(own == number, border, np.minimum(border, face)).astype(np.float32)
    cell = np.stack(around)[own, rows] % _CELLS
    return border.reshape(n, n, n), (cell @ np.array([_CELLS**2, _CELLS, 1])).reshape(n, n, n)


def cells_at(spots: Spots, size_mm: float, rng: np.random.Generator, crooked_mm: float = 2.0) -> tuple[Tensor, Tensor]:
    """Return the distance to the nearest face between cells, millimetres, and a fixed chance (0…1) of each cell.

    Args:
        spots: where.
        size_mm: mean distance between cells.
        rng: turns and moves the network, and draws the cells' chances.
        crooked_mm: how far the faces wander.
    """
    border, cell = _tile()
    turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    places = spots.places + torch.stack(spots.noises(2.5 * size_mm, 3, rng), 1) * (0.5 * crooked_mm)
    turned = places @ torch.as_tensor(turn, dtype=torch.float32) / size_mm
    turned = turned + torch.as_tensor(rng.uniform(0, _CELLS, 3), dtype=torch.float32)
    n = _CELLS * _STEPS
    index = tuple((turned * _STEPS).floor().long().remainder(n).unbind(1))
    chances = torch.as_tensor(rng.uniform(size=_CELLS**3), dtype=torch.float32)
    return torch.as_tensor(border)[index] * size_mm, chances[torch.as_tensor(cell)[index]]


def slab_share(distance_mm: Tensor, thickness_mm: Tensor | float, spacing_mm: float) -> Tensor:
    """Return how much of a voxel a thin sheet fills whose middle passes at a distance: thinner is fainter."""
    thick = torch.as_tensor(thickness_mm, dtype=torch.float32)
    reach = (thick + spacing_mm) / 2 - distance_mm.abs()
    return (reach / spacing_mm).clamp(min=0.0).minimum((thick / spacing_mm).clamp(max=1.0))
