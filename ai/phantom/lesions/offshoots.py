"""What reaches out of a focal lesion or runs through it: spicules, strands to the pleura, open bronchi."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ai.phantom.canvas import Canvas, Vector
from ai.phantom.rods import paint_lumen, paint_rod

_LONGEST_TAG_MM = 30.0


def draw_spicules(canvas: Canvas, centre: Vector, radius_mm: float, rng: np.random.Generator) -> None:
    """Tapered lines of 0.3–1 radius from the surface; they are no part of the body."""
    for _ in range(int(rng.integers(8, 22))):
        way = rng.normal(size=3)
        way /= np.linalg.norm(way)
        start = np.array(centre) + way * radius_mm * 0.8
        bend = way + 0.25 * rng.normal(size=3)
        end = start + bend * radius_mm * min(1.0, 12 / radius_mm) * rng.uniform(0.5, 1.2)
        thick = min(1.8, 0.16 * radius_mm) * float(rng.uniform(0.6, 1.1))
        paint_rod(canvas, start, end, (thick, 0.25), float(rng.uniform(-250, 0)))


def draw_tag(canvas: Canvas, centre: Vector, radius_mm: float, rng: np.random.Generator) -> None:
    """A strand to the nearest pleura, where it is within 30 mm."""
    way = to_pleura(canvas, centre)
    depth = _depth(canvas, np.array(centre))
    if way is None or not radius_mm < depth < radius_mm + _LONGEST_TAG_MM:
        return
    start = np.array(centre) + way * radius_mm * 0.8
    end = np.array(centre) + way * (depth + 1)
    paint_rod(canvas, start, end, (min(1.6, 0.15 * radius_mm + 0.4), 0.6), float(rng.uniform(-150, 20)))


def draw_strands(canvas: Canvas, centre: Vector, radius_mm: float, rng: np.random.Generator) -> None:
    """Two to six coarse strands of up to 35 mm, most towards pleura or hilum as they run; no part of the body."""
    for _ in range(int(rng.integers(2, 7))):
        way = rng.normal(size=3)
        way /= np.linalg.norm(way)
        start = np.array(centre) + way * radius_mm * float(rng.uniform(0.6, 0.95))
        middle = start + (way + 0.3 * rng.normal(size=3)) * float(rng.uniform(5, 16))
        end = middle + (way + 0.5 * rng.normal(size=3)) * float(rng.uniform(3, 18))
        thick, value = float(rng.uniform(0.8, 2.6)), float(rng.uniform(-150, 30))
        paint_rod(canvas, start, middle, (thick * 1.4, thick), value)
        paint_rod(canvas, middle, end, (thick, 0.3), value)


def to_pleura(canvas: Canvas, centre: Vector) -> NDArray[np.float64] | None:
    """Return the unit way to the nearest pleura: against the depth's gradient; None where that is level."""
    block = canvas.region(centre, 4.0).block
    part = canvas.depth_mm[block].cpu().numpy()
    if min(part.shape) < 2:
        return None
    slope = np.array([float(g.mean()) for g in np.gradient(part)])
    size = float(np.linalg.norm(slope))
    return None if size < 0.1 else -slope / size


def keep_bronchi(canvas: Canvas, centre: Vector, radius_mm: float, rng: np.random.Generator) -> None:
    """A large mass wraps known bronchi: they stay open for a while, narrower, and lie within its outline."""
    for airway in canvas.landmarks.airways:
        points = np.array(airway.course.points)
        inside = np.linalg.norm(points - np.array(centre), axis=1) < radius_mm + 4
        if airway.generation > 5 or not inside.any():
            continue
        narrow = float(rng.uniform(0.35, 0.95))
        for a, b, near, lumen in zip(points[:-1], points[1:], inside[:-1], airway.course.radii_mm, strict=False):
            if near and lumen * narrow > 0.8:
                paint_lumen(canvas, a, b, lumen * narrow)
        if rng.random() < 0.35:
            return


def _depth(canvas: Canvas, place: NDArray[np.float64]) -> float:
    index = np.clip(np.round(place / canvas.spacing_mm).astype(int), 0, np.array(canvas.shape) - 1)
    return float(canvas.depth_mm[int(index[0]), int(index[1]), int(index[2])])
