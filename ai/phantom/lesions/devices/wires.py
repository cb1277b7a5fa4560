"""Thin things that follow a path: wires, leads, hoses. A thing thinner than a voxel is painted fainter, not sharper."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from torch import Tensor

from ai.phantom.canvas import Canvas, Vector, soft
from ai.phantom.landmarks import Course
from ai.phantom.shapes import capsule

Block = tuple[slice, slice, slice]
Path = NDArray[np.float64]
"""(n, 3) places (up, back, left), millimetres in the canvas's frame."""

_STEP_MM = 5.0


def curve(places: Sequence[Vector] | Path, step_mm: float = _STEP_MM) -> Path:
    """Return a smooth path through places, one point every few millimetres."""
    wanted = np.asarray(places, dtype=np.float64)
    lengths = np.linalg.norm(np.diff(wanted, axis=0), axis=1)
    wanted = wanted[np.r_[True, lengths > 1e-3]]
    if len(wanted) < 2:
        return np.repeat(wanted, 2, axis=0)
    along = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(wanted, axis=0), axis=1))]
    steps = np.linspace(0, along[-1], max(2, round(along[-1] / step_mm) + 1))
    return np.asarray(PchipInterpolator(along, wanted)(steps), dtype=np.float64)


def length_mm(path: Path) -> float:
    """Return the length of a path."""
    return float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum())


def inside(course: Course, rng: np.random.Generator, start: float = 0.0, stop: float = 1.0) -> Path:
    """Return how a flexible line lies in a vessel, from wall to wall, between two shares of its length."""
    count = max(3, round(course.length_mm * abs(stop - start) / 12))
    swing = rng.normal(size=(2, 3))
    phase = rng.uniform(0, 2 * np.pi)
    found = []
    for number, share in enumerate(np.linspace(start, stop, count)):
        place, radius = course.at(float(share))
        turn = phase + number * 0.7
        off = (swing[0] * np.cos(turn) + swing[1] * np.sin(turn)) * 0.22 * radius
        found.append(np.array(place) + np.clip(off, -0.55 * radius, 0.55 * radius))
    return np.array(found)


def line_distance(canvas: Canvas, path: Path, reach_mm: float) -> tuple[Block, Tensor]:
    """Return the block around a path and the distance to it there; ``reach_mm`` where it is farther away than that."""
    low, high = path.min(0) - reach_mm, path.max(0) + reach_mm
    block = []
    for axis, count in enumerate(canvas.shape):
        start = min(max(0, int(low[axis] / canvas.spacing_mm)), count - 1)
        block.append(slice(start, min(count, max(start + 1, int(high[axis] / canvas.spacing_mm) + 2))))
    whole = (block[0], block[1], block[2])
    distance = torch.full([s.stop - s.start for s in whole], float(reach_mm))
    for a, b in pairwise(path):
        _nearer(canvas, whole, distance, a, b, reach_mm)
    return whole, distance


def _nearer(
    canvas: Canvas, whole: Block, distance: Tensor, a: NDArray[np.float64], b: NDArray[np.float64], reach_mm: float
) -> None:
    """Lower ``distance`` to that of one straight piece."""
    part, lines = [], []
    for axis, outer in enumerate(whole):
        low, high = min(a[axis], b[axis]) - reach_mm, max(a[axis], b[axis]) + reach_mm
        start = max(outer.start, int(np.ceil(low / canvas.spacing_mm)))
        stop = min(outer.stop, int(high / canvas.spacing_mm) + 1)
        if stop <= start:
            return
        part.append(slice(start - outer.start, stop - outer.start))
        line = torch.arange(start, stop, dtype=torch.float32) * canvas.spacing_mm
        lines.append(line.reshape([-1 if i == axis else 1 for i in range(3)]))
    place = (part[0], part[1], part[2])
    start_at, end_at = (float(a[0]), float(a[1]), float(a[2])), (float(b[0]), float(b[1]), float(b[2]))
    near = capsule(lines[0], lines[1], lines[2], start_at, end_at, (0.0, 0.0))
    distance[place] = torch.minimum(distance[place], near)


def paint_wire(canvas: Canvas, path: Path, radius_mm: float, hu: float) -> tuple[Block, Tensor]:
    """Paint a solid wire and return its block and footprint (0…1), which is at least about a voxel wide."""
    wide = max(radius_mm, 0.6 * canvas.spacing_mm)
    block, distance = line_distance(canvas, path, wide + 2 * canvas.spacing_mm)
    footprint = soft(distance - wide, 0.3 * canvas.spacing_mm)
    canvas.paint(footprint * (radius_mm / wide) ** 2, hu, block)
    return block, footprint


def paint_hose(
    canvas: Canvas, path: Path, radius_mm: float, wall_mm: float, wall_hu: float, lumen_hu: float
) -> tuple[Block, Tensor]:
    """Paint a tube with a wall and a lumen; return its block and the footprint of all of it (0…1)."""
    edge = 0.3 * canvas.spacing_mm
    block, distance = line_distance(canvas, path, radius_mm + 2 * canvas.spacing_mm)
    footprint = soft(distance - radius_mm, edge)
    canvas.paint(footprint, wall_hu, block)
    inner = radius_mm - wall_mm
    # A lumen narrower than a voxel only thins the wall's shadow.
    wide = max(inner, 0.6 * canvas.spacing_mm)
    canvas.paint(soft(distance - wide, edge) * min(1.0, (inner / wide) ** 2), lumen_hu, block)
    return block, footprint
