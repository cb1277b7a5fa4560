"""The airways of one territory: those the landmarks know there, and new branches that carry them on to the pleura."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from ai.organs import code_of
from ai.phantom.canvas import Canvas, Vector
from ai.phantom.landmarks import Airway
from ai.phantom.sprouting import ends_in_territory, grown
from ai.phantom.territories import Lung
from ai.phantom.tubes import Tube

_TRIES = 2000
_CENTRAL = 2
"""Generations below it (trachea, main bronchi) belong to no territory."""


@dataclass(frozen=True, eq=False)
class Territory:
    """One part of a lung with its airways.

    Args:
        known: those of the landmarks; their radius is the lumen's.
        grown: branches that go on where the known ones end, or all there are where none is known.
        centre: its middle.
        radius_mm: how far it reaches.
    """

    known: tuple[Airway, ...]
    grown: tuple[Tube, ...]
    centre: Vector
    radius_mm: float


def territory(
    canvas: Canvas, lung: Lung, radius_mm: float, count: int, leaf_mm: float, rng: np.random.Generator,
    low: float = 0.5, depth_mm: tuple[float, float] = (4.0, 30.0),
) -> Territory | None:  # fmt: skip
    """Choose a territory and grow up to ``count`` branches into it.

    Args:
        canvas: whose airways.
        lung: where.
        radius_mm: how far the territory reaches.
        count: how many ends.
        leaf_mm: lumen radius of a normal end there.
        rng: source of chance.
        low: how likely the lower half of the lung is.
        depth_mm: least and greatest depth of the ends.
    """
    centre = place_at_depth(canvas, lung, (10.0, 30.0), rng, bool(rng.random() < low))
    if centre is None:
        return None
    ends = ends_in_territory(canvas, lung, centre, radius_mm, count, rng, depth_mm)
    if not len(ends):
        return None
    known = _known(canvas, centre, radius_mm)
    root = _root(known, lung, centre)
    return Territory(known, tuple(grown(root, ends, leaf_mm, rng)), centre, radius_mm)


def place_at_depth(
    canvas: Canvas, lung: Lung, depth_mm: tuple[float, float], rng: np.random.Generator, lower: bool | None = None
) -> Vector | None:
    """Choose a place of a lung by its depth, in its lower or upper half where that is asked for; None where rare."""
    starts, stops = [part.start for part in lung.block], [part.stop for part in lung.block]
    voxels = rng.integers(starts, stops, size=(_TRIES, 3))
    s, r, c = (torch.as_tensor(column) for column in voxels.T)
    depth = canvas.depth_mm[s, r, c]
    fits = (depth > depth_mm[0]) & (depth < depth_mm[1]) & (canvas.right[s, r, c] == lung.right)
    if lower is not None:
        fits &= (s < (starts[0] + stops[0]) / 2) == lower
    found = torch.nonzero(fits)
    if not len(found):
        return None
    up, back, left = (voxels[int(found[0])] * canvas.spacing_mm).tolist()
    return up, back, left


def _known(canvas: Canvas, centre: Vector, radius_mm: float) -> tuple[Airway, ...]:
    lobe = _lobe_code(canvas, centre)
    return tuple(
        airway
        for airway in canvas.landmarks.airways
        if airway.generation >= _CENTRAL
        and (not airway.lobe or not lobe or code_of(airway.lobe) == lobe)
        and np.linalg.norm(np.array(airway.course.at(0.7)[0]) - np.array(centre)) < radius_mm * 1.2
    )


def _lobe_code(canvas: Canvas, centre: Vector) -> int:
    if canvas.organs is None:
        return 0
    s, r, c = (int(v / canvas.spacing_mm) for v in centre)
    return int(canvas.organs[s, r, c])


def _root(known: tuple[Airway, ...], lung: Lung, centre: Vector) -> Vector:
    """The end of the nearest known branch, else a place a third of the way from the hilum."""
    if known:
        ends = [airway.course.points[0] for airway in sorted(known, key=lambda a: a.generation)]
        return ends[0]
    start, goal = np.array(lung.hilum), np.array(centre)
    up, back, left = start + 0.22 * (goal - start)
    return float(up), float(back), float(left)
