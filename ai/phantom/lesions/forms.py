"""Shapes of focal lesions: the same seed gives the same shape at every diameter, and the diameter is its volume's."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ai.phantom.canvas import Region
from ai.phantom.fields import radial_ripple
from ai.phantom.rods import vector_of
from ai.phantom.shapes import capsule, smooth_min

Distance = Callable[[Region], Tensor]
"""From coordinates in units of the radius to the distance in the same units, negative inside."""
_REACH, _GRID = 1.8, 19


class Margin(StrEnum):
    """How its edge looks."""

    ROUND = "round"
    LOBULATED = "lobulated"
    SPICULATED = "spiculated"
    IRREGULAR = "irregular"
    POLYGONAL = "polygonal"
    TRIANGULAR = "triangular"


REACH = {Margin.IRREGULAR: 2.3}
"""How many radii of the sphere of its volume a form may reach; 1.75 where it is not told."""


def distance_to(region: Region, radius_mm: float, margin: Margin, seed: int, notched: bool = False) -> Tensor:
    """Return the distance (mm) to a body around the region's centre whose volume is that of a sphere of the radius."""
    unit = _form(margin, np.random.default_rng([seed, 1]), notched)
    line = torch.linspace(-_REACH, _REACH, _GRID)
    whole = Region((slice(None),) * 3, line[:, None, None], line[None, :, None], line[None, None, :])
    step = 2 * _REACH / (_GRID - 1)
    volume = float((0.5 - unit(whole) / step).clamp(0, 1).sum()) * step**3
    scale = radius_mm / (volume * 3 / (4 * np.pi)) ** (1 / 3)
    distance: Tensor = unit(Region(region.block, region.up / scale, region.back / scale, region.left / scale)) * scale
    return distance


def _form(margin: Margin, rng: np.random.Generator, notched: bool) -> Distance:
    if margin is Margin.LOBULATED:
        form = _lobes(rng)
    elif margin is Margin.IRREGULAR:
        form = _straggling(rng)
    elif margin is Margin.POLYGONAL:
        form = _facets(rng, int(rng.integers(6, 10)), flat=float(rng.uniform(0.7, 1.0)))
    elif margin is Margin.TRIANGULAR:
        form = _facets(rng, 3, flat=float(rng.uniform(0.4, 0.7)))
    else:
        form = _egg(rng, (0.03, 0.07) if margin is Margin.ROUND else (0.07, 0.14))
    return _notched(form, rng) if notched else form


def _egg(rng: np.random.Generator, uneven: tuple[float, float]) -> Distance:
    stretch = 1 + rng.uniform(-0.14, 0.14, size=3)
    amplitude, seed = float(rng.uniform(*uneven)), int(rng.integers(2**31))

    def distance(r: Region) -> Tensor:
        return r.stretched(stretch) - radial_ripple(r.directions, amplitude, np.random.default_rng(seed))

    return distance


def _lobes(rng: np.random.Generator) -> Distance:
    bumps = []
    for _ in range(int(rng.integers(3, 7))):
        away = rng.normal(size=3)
        away *= rng.uniform(0.4, 0.7) / np.linalg.norm(away)
        bumps.append((away, float(rng.uniform(0.35, 0.6))))

    def distance(r: Region) -> Tensor:
        found = r.radius - 0.7
        for (up, back, left), size in bumps:
            bump = torch.sqrt((r.up - up) ** 2 + (r.back - back) ** 2 + (r.left - left) ** 2) - size
            found = smooth_min(found, bump, 0.2)
        return found

    return distance


def _straggling(rng: np.random.Generator) -> Distance:
    """Unequal bodies grown into each other, with blunt horns, as a tumour that spreads along what it meets."""
    balls = [(np.zeros(3), float(rng.uniform(0.55, 0.8)))]
    for _ in range(int(rng.integers(2, 6))):
        size = float(rng.uniform(0.22, 0.55))
        at = balls[int(rng.integers(len(balls)))][0] + _way(rng) * rng.uniform(0.5, 0.95)
        balls.append((at * min(1.0, (1.5 - size) / float(np.linalg.norm(at))), size))
    horns = []
    for _ in range(int(rng.integers(5, 18))):
        at, size = balls[int(rng.integers(len(balls)))]
        end = at + _way(rng) * (size + rng.uniform(0.15, 0.7))
        end *= min(1.0, 1.6 / float(np.linalg.norm(end)))
        horns.append((vector_of(at), vector_of(end), (float(rng.uniform(0.1, 0.3)), float(rng.uniform(0.01, 0.08)))))
    rough = _rough(rng, float(rng.uniform(0.03, 0.09)))

    def distance(r: Region) -> Tensor:
        found: Tensor | None = None
        for (up, back, left), size in balls:
            ball = torch.sqrt((r.up - up) ** 2 + (r.back - back) ** 2 + (r.left - left) ** 2) - size
            found = ball if found is None else smooth_min(found, ball, 0.12)
        for start, end, radii in horns:
            horn = capsule(r.up, r.back, r.left, start, end, radii)
            found = horn if found is None else smooth_min(found, horn, 0.08)
        return r.radius - 1 if found is None else found + rough(r)

    return distance


def _rough(rng: np.random.Generator, amplitude: float) -> Distance:
    """A surface uneven to all sides: waves of a third to one radius through space."""
    waves = []
    for _ in range(14):
        up, back, left = (_way(rng) * 2 * np.pi / rng.uniform(0.3, 1.0)).tolist()
        waves.append((up, back, left, float(rng.uniform(0, 2 * np.pi))))

    def distance(r: Region) -> Tensor:
        found = torch.zeros(())
        for up, back, left, phase in waves:
            found = found + torch.sin(r.up * up + r.back * back + r.left * left + phase)
        rough: Tensor = found * (amplitude * (2 / len(waves)) ** 0.5)
        return rough

    return distance


def _way(rng: np.random.Generator) -> NDArray[np.float64]:
    way = rng.normal(size=3)
    return np.asarray(way / np.linalg.norm(way))


def _facets(rng: np.random.Generator, sides: int, flat: float) -> Distance:
    """A rounded body between planes; with three sides and flat it is the lymph node beside a fissure."""
    axis = rng.normal(size=3)
    axis /= np.linalg.norm(axis)
    first = np.cross(axis, rng.normal(size=3))
    first /= np.linalg.norm(first)
    second = np.cross(axis, first)
    planes = [(axis, flat * 0.8), (-axis, flat * 0.8)]
    for k in range(sides):
        turn = 2 * np.pi * (k + rng.uniform(-0.18, 0.18)) / sides
        tilt = 0.0 if sides == 3 else rng.uniform(-0.6, 0.6)
        normal = np.cos(turn) * first + np.sin(turn) * second + tilt * axis
        planes.append((normal / np.linalg.norm(normal), float(rng.uniform(0.75, 1.1)) * (0.7 if sides == 3 else 1)))

    def distance(r: Region) -> Tensor:
        found: Tensor | None = None
        for (up, back, left), offset in planes:
            plane = r.up * up + r.back * back + r.left * left - offset
            found = plane if found is None else -smooth_min(-found, -plane, 0.35)
        blunt = r.radius - 1.5
        return blunt if found is None else -smooth_min(-found, -blunt, 0.2)

    return distance


def _notched(form: Distance, rng: np.random.Generator) -> Distance:
    """A dent as where a vessel enters: Rigler's notch."""
    way = rng.normal(size=3)
    up, back, left = way / np.linalg.norm(way) * rng.uniform(1.05, 1.25)
    size = float(rng.uniform(0.3, 0.5))

    def distance(r: Region) -> Tensor:
        dent = torch.sqrt((r.up - up) ** 2 + (r.back - back) ** 2 + (r.left - left) ** 2) - size
        return -smooth_min(-form(r), dent, 0.15)

    return distance
