"""The lung's vessels: a tree that reaches every part, thick at the hilum, thin under the pleura."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ai.phantom.canvas import Canvas, soft
from ai.phantom.shapes import capsule

_LEAF_MM = 0.7
"""Radius of the smallest vessel drawn."""
_EXPONENT = 2.6
"""Parent radius^n = Σ child radius^n; 2.6 gives the 0.79 per generation of the textbooks at even branching."""


def draw_vessels(
    canvas: Canvas, hilum: tuple[float, float, float], side_right: bool, leaves: int, rng: np.random.Generator
) -> None:
    """Grow a tree from the hilum to random places of one lung and paint it as blood.

    Args:
        canvas: drawn on.
        hilum: (up, back, left) millimetres in the canvas's frame.
        side_right: which lung.
        leaves: how many end branches.
        rng: source of chance.
    """
    inside = ((canvas.depth_mm > 3) & (canvas.right == side_right)).numpy()
    spots = np.argwhere(inside)
    if spots.shape[0] < leaves:
        return
    chosen = rng.choice(spots.shape[0], leaves, replace=False)
    targets = np.asarray(spots[chosen] * canvas.spacing_mm, dtype=np.float64)
    nodes, parents = _grow(np.array(hilum), targets)
    radii = _radii(parents)
    for child, parent in enumerate(parents):
        if parent >= 0:
            _rod(canvas, nodes[parent], nodes[child], radii[child], float(rng.uniform(25, 50)))


def _grow(root: NDArray[np.float64], targets: NDArray[np.float64]) -> tuple[NDArray[np.float64], list[int]]:
    """Attach targets, nearest to the root first, where the way back to the root stays short."""
    order = np.argsort(np.linalg.norm(targets - root, axis=1))
    nodes = np.empty((2 * len(targets) + 1, 3))
    path = np.empty(len(nodes))
    nodes[0], path[0] = root, 0.0
    parents, used = [-1], 1
    for target in targets[order]:
        step = np.linalg.norm(nodes[:used] - target, axis=1)
        parent = int(np.argmin(step + 0.35 * path[:used]))
        middle = (nodes[parent] + target) / 2 + (nodes[parent] - root) * 0.06
        for point in (middle, target):
            nodes[used] = point
            path[used] = path[parent] + float(np.linalg.norm(point - nodes[parent]))
            parents.append(parent)
            parent, used = used, used + 1
    return nodes[:used], parents


def _radii(parents: list[int]) -> NDArray[np.float64]:
    carried = np.zeros(len(parents))
    has_child = np.zeros(len(parents), dtype=bool)
    for parent in parents[1:]:
        has_child[parent] = True
    carried[~has_child] = _LEAF_MM**_EXPONENT
    for node in range(len(parents) - 1, 0, -1):
        carried[parents[node]] += carried[node]
    return np.asarray(carried ** (1 / _EXPONENT))


def _rod(canvas: Canvas, start: NDArray[np.float64], end: NDArray[np.float64], radius_mm: float, hu: float) -> None:
    radius = min(float(radius_mm), 7.0)
    middle = (start + end) / 2
    reach = float(np.abs(end - start).max()) / 2 + radius + 2 * canvas.spacing_mm
    region = canvas.region((float(middle[0]), float(middle[1]), float(middle[2])), reach)
    a, b = start - middle, end - middle
    distance = capsule(
        region.up, region.back, region.left,
        (float(a[0]), float(a[1]), float(a[2])), (float(b[0]), float(b[1]), float(b[2])),
        (radius, radius),
    )  # fmt: skip
    # A vessel thinner than a voxel is not sharper, only fainter.
    share = min(1.0, (2 * radius / canvas.spacing_mm) ** 2 * 0.8)
    canvas.paint(soft(distance, 0.35 * canvas.spacing_mm) * share, hu, region.block)
