"""Where a focal lesion may begin: anywhere in aerated lung, under the pleura, on a vessel, at the hilum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ai.organs import LOBES, code_of
from ai.phantom.canvas import Canvas, Vector
from ai.phantom.territories import Lung, lungs

_DRAWS = 10000
_AERATED_HU = -560.0
_TRIES = 10


@dataclass(frozen=True, eq=False)
class Spots:
    """Voxels drawn by chance, one a row: index, depth under the lung's surface (mm) and HU."""

    index: NDArray[np.int64]
    depth_mm: NDArray[np.float64]
    hu: NDArray[np.float64]


def spots(canvas: Canvas, rng: np.random.Generator) -> Spots:
    """Draw voxels of the whole canvas; one in three or four lies in a lung."""
    index = np.stack([rng.integers(0, n, _DRAWS) for n in canvas.shape], 1)
    a, b, c = (torch.as_tensor(index[:, axis]) for axis in range(3))
    depth = canvas.depth_mm[a, b, c].cpu().numpy().astype(np.float64)
    hu = canvas.hu[a, b, c].cpu().numpy().astype(np.float64)
    return Spots(index, depth, hu)


def lung_place(
    canvas: Canvas,
    rng: np.random.Generator,
    radius_mm: float,
    depths_mm: tuple[float, float],
    low_zone: float = 0.0,
    on_vessel: bool = False,
) -> Vector | None:
    """Choose a place in air-filled lung.

    Args:
        canvas: looked at.
        rng: source of chance.
        radius_mm: within which most must be air.
        depths_mm: least and most depth under the surface.
        low_zone: 0: anywhere; 1: near the diaphragm; −1: near the apex.
        on_vessel: on something dense inside the lung.
    """
    found = spots(canvas, rng)
    good = (found.depth_mm > depths_mm[0]) & (found.depth_mm < depths_mm[1])
    if on_vessel:
        good &= (found.hu > -450) & (found.hu < 500) & (found.depth_mm > 5)
    chosen = np.flatnonzero(good)
    if chosen.size == 0:
        return None
    height = found.index[chosen, 0] / canvas.shape[0]
    weight = np.exp(-4.0 * low_zone * (height - 0.5))
    for pick in rng.choice(chosen, _TRIES, p=weight / weight.sum()):
        place = _place(canvas, found.index[pick])
        if aerated(canvas, place, radius_mm, depths_mm[0]):
            return place
    return None


def lung_places(canvas: Canvas, rng: np.random.Generator, count: int, depth_mm: float) -> list[Vector]:
    """Choose up to ``count`` places in air-filled lung, that deep at least, for a scatter of small things."""
    found = spots(canvas, rng)
    chosen = np.flatnonzero((found.depth_mm > depth_mm) & (found.hu < _AERATED_HU))
    picks = rng.choice(chosen, min(count, chosen.size), replace=False)
    return [_place(canvas, found.index[k]) for k in picks]


def _place(canvas: Canvas, index: NDArray[np.int64]) -> Vector:
    a, b, c = (index * canvas.spacing_mm).tolist()
    return float(a), float(b), float(c)


def aerated(canvas: Canvas, centre: Vector, radius_mm: float, depth_mm: float = 5.0) -> bool:
    """Return whether the lung around a place is mostly air, so that what is drawn there can be seen."""
    block = canvas.region(centre, max(radius_mm * 1.3, 3.0)).block
    hu, inside = canvas.hu[block], canvas.depth_mm[block] > min(2.0, depth_mm)
    if int(inside.sum()) < 4:
        return False
    return float(hu[inside].mean()) < _AERATED_HU


def pleural_place(canvas: Canvas, rng: np.random.Generator, radius_mm: float, low_zone: float = 0.0) -> Vector | None:
    """Choose a place whose ball has a broad base on the pleura."""
    return lung_place(canvas, rng, radius_mm, (0.15 * radius_mm, 0.8 * radius_mm + 0.5), low_zone)


def fissure_place(canvas: Canvas, rng: np.random.Generator) -> Vector | None:
    """Choose a place where two lobes of one lung meet; None where lobes are not known."""
    if canvas.organs is None:
        return None
    found = spots(canvas, rng)
    lobes = [code_of(name) for name in LOBES]
    organs = canvas.organs.cpu().numpy()
    step = max(1, round(3 / canvas.spacing_mm))
    for k in np.flatnonzero((found.depth_mm > 6) & (found.hu < -600)):
        s, r, c = found.index[k]
        above = min(s + step, canvas.shape[0] - 1)
        one, other = int(organs[s, r, c]), int(organs[above, r, c])
        if one != other and one in lobes and other in lobes:
            return _place(canvas, found.index[k])
    return None


def hilar_place(canvas: Canvas, rng: np.random.Generator, away_mm: float) -> tuple[Lung, Vector] | None:
    """Choose a place in the lung beside one hilum, that far away outwards."""
    sides = lungs(canvas)
    if not sides:
        return None
    lung = sides[int(rng.integers(len(sides)))]
    up, back, left = lung.hilum
    way = np.array([rng.normal() * 0.7, rng.normal() * 0.5, lung.outward * rng.uniform(0.5, 1.2)])
    way *= away_mm / np.linalg.norm(way)
    return lung, (up + float(way[0]), back + float(way[1]), left + float(way[2]))
