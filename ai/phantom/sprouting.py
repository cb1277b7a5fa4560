"""Grows plausible branches from the hilum's side into a part of the lung, where nobody has said how they run."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ai.phantom.canvas import Canvas, Vector
from ai.phantom.territories import Lung
from ai.phantom.tubes import Tube

Places = NDArray[np.float64]


def grown(root: Vector, targets: Places, leaf_mm: float, rng: np.random.Generator) -> list[Tube]:
    """Return a tree from a root to all targets as bent branches, parents first.

    Args:
        root: where it starts.
        targets: (n, 3) where it ends.
        leaf_mm: radius of the ends; a parent is wider than its children, at most 1.5 times a leaf.
        rng: source of chance for the bends.
    """
    nodes, parents = [np.array(root)], [-1]
    path = [0.0]
    for target in targets[np.argsort(np.linalg.norm(targets - nodes[0], axis=1))]:
        way = np.linalg.norm(np.array(nodes) - target, axis=1) + 0.45 * np.array(path)
        parent = int(np.argmin(way))
        straight = target - nodes[parent]
        fork = nodes[parent] + straight * rng.uniform(0.35, 0.6) + rng.normal(size=3) * np.linalg.norm(straight) * 0.08
        for place in (fork, target):
            path.append(path[parent] + float(np.linalg.norm(place - nodes[parent])))
            nodes.append(place)
            parents.append(parent)
            parent = len(nodes) - 1
    carried = np.zeros(len(nodes))
    for node in range(len(nodes) - 1, 0, -1):
        carried[node] = max(carried[node], 1.0)
        carried[parents[node]] += carried[node]
    radii = leaf_mm * np.minimum(carried**0.3, 1.5)
    return [
        bent(nodes[parents[node]], nodes[node], float(radii[node]), float(radii[node]), rng)
        for node in range(1, len(nodes))
    ]


def bent(
    start: Places, end: Places, first_mm: float, last_mm: float, rng: np.random.Generator, bend: float = 0.08
) -> Tube:  # fmt: skip
    """Return one slightly bowed branch with a radius that changes from end to end."""
    middle = (start + end) / 2 + rng.normal(size=3) * float(np.linalg.norm(end - start)) * bend
    t = np.linspace(0, 1, 5)[:, None]
    points = (1 - t) ** 2 * start + 2 * t * (1 - t) * middle + t**2 * end
    return Tube(points, np.linspace(first_mm, last_mm, 5))


def ends_in_territory(
    canvas: Canvas, lung: Lung, centre: Vector, radius_mm: float, count: int, rng: np.random.Generator,
    depth_mm: tuple[float, float] = (4.0, 30.0),
) -> Places:  # fmt: skip
    """Return up to ``count`` places of one lung around a centre, at given depths, no two too near; (n, 3)."""
    region = canvas.region(centre, radius_mm)
    depth = canvas.depth_mm[region.block]
    mask = (depth > depth_mm[0]) & (depth < depth_mm[1]) & (region.radius < radius_mm)
    mask &= canvas.right[region.block] == lung.right
    spots = np.argwhere(mask.cpu().numpy())
    if not len(spots):
        return np.zeros((0, 3))
    start = np.array([part.start for part in region.block])
    chosen: list[Places] = []
    apart = radius_mm / max(1, count) ** (1 / 3) * 0.6
    for spot in spots[rng.integers(len(spots), size=4 * count)]:
        place = (spot + start) * canvas.spacing_mm
        if all(np.linalg.norm(place - other) > apart for other in chosen):
            chosen.append(place)
    return np.array(chosen[:count]).reshape(-1, 3)
