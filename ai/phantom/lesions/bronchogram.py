"""Air bronchograms: airways that stay open, black in lung that has lost its air."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from ai.phantom.canvas import Canvas, Vector, soft
from ai.phantom.lesions.airspace import Patch
from ai.phantom.shapes import capsule

_AIR_HU = -960.0
_DEEP = 5
"""Trees found in real scans end before this generation; what lies beyond is guessed there."""


def open_airways(
    canvas: Canvas, patch: Patch, hilum: Vector, rng: np.random.Generator, crowded: float = 1.0, open_share: float = 1.0
) -> None:
    """Draw the airways that run through a dense patch: the known ones, else a small tree that comes from the hilum.

    Args:
        canvas: painted; the truth stays (a mask of the disease holds its airways).
        patch: dense lung; only there are airways painted.
        hilum: where an unknown tree starts.
        crowded: number of branches relative to the ordinary.
        open_share: share of the branches that still hold air.
        rng: source of chance.
    """
    dense = patch.share > 0.3
    start = np.array([part.start for part in patch.block]) * canvas.spacing_mm
    stop = np.array([part.stop for part in patch.block]) * canvas.spacing_mm
    pieces = _known(canvas, start, stop)
    deepest = max((airway.generation for airway in canvas.landmarks.airways), default=0)
    if not pieces or deepest < _DEEP:
        pieces = pieces + _guessed(canvas, patch, dense, hilum, crowded, rng)
    mask = torch.zeros(canvas.shape, dtype=torch.bool)
    mask[patch.block] = dense
    for a, b, radius_mm in pieces:
        if rng.random() < open_share:
            _tube(canvas, mask, a, b, radius_mm)


Piece = tuple[NDArray[np.float64], NDArray[np.float64], float]


def _known(canvas: Canvas, start: NDArray[np.float64], stop: NDArray[np.float64]) -> list[Piece]:
    inner = [airway.course for airway in canvas.landmarks.airways if airway.lobe]
    if not inner:
        return []
    begins = np.concatenate([np.array(course.points[:-1]) for course in inner])
    ends = np.concatenate([np.array(course.points[1:]) for course in inner])
    radii = np.concatenate([np.array(course.radii_mm[1:]) for course in inner])
    near = ((np.maximum(begins, ends) >= start) & (np.minimum(begins, ends) <= stop)).all(1)
    return [(begins[i], ends[i], float(radii[i])) for i in np.flatnonzero(near)]


def _guessed(
    canvas: Canvas, patch: Patch, dense: torch.Tensor, hilum: Vector, crowded: float, rng: np.random.Generator
) -> list[Piece]:
    spots = torch.nonzero(dense)
    if spots.shape[0] < 8:
        return []
    volume_ml = spots.shape[0] * canvas.spacing_mm**3 / 1000
    number = round(min(22.0, 3 + 1.5 * volume_ml**0.5) * crowded)
    chosen = spots[torch.as_tensor(rng.integers(spots.shape[0], size=max(2, number)))].cpu().numpy()
    targets = (chosen + np.array([part.start for part in patch.block])) * canvas.spacing_mm
    root = np.array(hilum)
    targets = targets[np.argsort(np.linalg.norm(targets - root, axis=1))]
    nodes, path = [root], [0.0]
    pieces: list[Piece] = []
    for target in targets:
        step = np.linalg.norm(np.array(nodes) - target, axis=1)
        parent = int(np.argmin(step + 0.4 * np.array(path)))
        middle = (nodes[parent] + target) / 2 + rng.normal(size=3) * step[parent] * 0.06
        for point in (middle, target):
            length = float(np.linalg.norm(point - nodes[parent]))
            reach = path[parent] + length
            pieces.append((nodes[parent], point, float(np.clip(3.0 - 0.03 * reach, 0.6, 3.0))))
            nodes.append(point)
            path.append(reach)
            parent = len(nodes) - 1
    return pieces


def _tube(canvas: Canvas, mask: torch.Tensor, a: NDArray[np.float64], b: NDArray[np.float64], radius_mm: float) -> None:
    middle = (a + b) / 2
    reach = float(np.abs(b - a).max()) / 2 + radius_mm + 2 * canvas.spacing_mm
    region = canvas.region((float(middle[0]), float(middle[1]), float(middle[2])), reach)
    if not bool(mask[region.block].any()):
        return
    p, q = a - middle, b - middle
    distance = capsule(
        region.up, region.back, region.left,
        (float(p[0]), float(p[1]), float(p[2])), (float(q[0]), float(q[1]), float(q[2])),
        (radius_mm, radius_mm * 0.9),
    )  # fmt: skip
    seen = min(1.0, (2 * radius_mm / canvas.spacing_mm) ** 2 * 0.8)
    canvas.paint(soft(distance, 0.35 * canvas.spacing_mm) * seen * mask[region.block], _AIR_HU, region.block)
