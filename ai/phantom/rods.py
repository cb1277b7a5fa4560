"""Thin threads drawn into a thorax: spicules, tags, vessels, filled bronchi; thinner than a voxel is fainter."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from ai.phantom.canvas import Canvas, Vector
from ai.phantom.finely import Fine
from ai.phantom.shapes import capsule
from ai.phantom.warping import Block


def paint_rod(
    canvas: Canvas, start: ArrayLike, end: ArrayLike, radii_mm: tuple[float, float], hu: float, lung_only: bool = True
) -> tuple[Block, Tensor]:
    """Paint a tapering rod between two places; what is denser there already stays.

    Returns:
        The block and the share of each voxel that the rod takes.
    """
    a, b = np.asarray(start, dtype=np.float64), np.asarray(end, dtype=np.float64)
    middle = (a + b) / 2
    reach = float(np.abs(b - a).max()) / 2 + max(radii_mm) + canvas.spacing_mm
    fine = Fine.around(canvas, vector_of(middle), reach, max(0.7, 2 * min(radii_mm)))
    r = fine.region
    # Below a quarter of the fine voxel a rod keeps its width and fades instead.
    least = 0.25 * fine.spacing_mm
    widths = max(radii_mm[0], least), max(radii_mm[1], least)
    faint = min(1.0, (sum(radii_mm) / sum(widths)) ** 2)
    distance = capsule(r.up, r.back, r.left, vector_of(a - middle), vector_of(b - middle), widths)
    share = fine.mean(fine.inside(distance)) * faint
    if lung_only:
        share = share * (0.5 + canvas.depth_mm[r.block] / canvas.spacing_mm).clamp(0, 1)
    canvas.hu[r.block] += share * (hu - canvas.hu[r.block]).clamp(min=0)
    return r.block, share


def paint_lumen(canvas: Canvas, start: ArrayLike, end: ArrayLike, radius_mm: float, hu: float = -1000.0) -> None:
    """Paint a rod of air through what is dense."""
    a, b = np.asarray(start, dtype=np.float64), np.asarray(end, dtype=np.float64)
    middle = (a + b) / 2
    reach = float(np.abs(b - a).max()) / 2 + radius_mm + canvas.spacing_mm
    fine = Fine.around(canvas, vector_of(middle), reach, max(0.7, radius_mm))
    r = fine.region
    distance = capsule(r.up, r.back, r.left, vector_of(a - middle), vector_of(b - middle), (radius_mm, radius_mm))
    share = fine.mean(fine.inside(distance))
    canvas.hu[r.block] += share * (hu - canvas.hu[r.block]).clamp(max=0)


def vector_of(place: NDArray[np.float64]) -> Vector:
    """Return a place (3,) as plain numbers: up, back, left."""
    return float(place[0]), float(place[1]), float(place[2])
