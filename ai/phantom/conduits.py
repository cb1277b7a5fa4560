"""Brushes for what flows: one thick vessel in its own blocks, or thousands of thin rods at once."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ai.organs import code_of
from ai.phantom.canvas import Canvas, soft
from ai.phantom.frame import Frame
from ai.phantom.landmarks import Course
from ai.phantom.shapes import capsule

Places = NDArray[np.float64]

_THICK_VOXELS = 3
"""Rods that reach farther from their middle are filled one by one."""


def draw_course(
    canvas: Canvas, f: Frame, course: Course, hu: float, edge_mm: float = 0.8, wider_mm: float = 0.0, organ: str = ""
) -> None:
    """Paint a vessel along a course of the frame; where an organ is named its voxels get that organ's code."""
    places = [*zip(course.points, course.radii_mm, strict=True)]
    for (start, r0), (end, r1) in pairwise(places):
        radii = (max(0.3, r0 + wider_mm), max(0.3, r1 + wider_mm))
        block, g = f.around(start, end, reach_mm=max(radii) + 5 * edge_mm)
        share = soft(capsule(g.up, g.back, g.left, start, end, radii), edge_mm)
        canvas.paint(share, hu, block)
        if organ and canvas.organs is not None:
            canvas.organs[block][share > 0.5] = code_of(organ)


def rods_share(canvas: Canvas, starts: Places, ends: Places, radii_mm: tuple[Places, Places]) -> Tensor:
    """Return how much of every voxel many tapering rods fill.

    Args:
        canvas: gives shape and spacing.
        starts, ends: (n, 3) places from the canvas's voxel (0, 0, 0).
        radii_mm: (n,) at the starts and at the ends. One thinner than a voxel is fainter, not sharper.
    """
    share = torch.zeros(canvas.hu.numel())
    spacing = canvas.spacing_mm
    reaches = np.maximum(1, np.ceil((np.maximum(*radii_mm) + 0.4 * spacing) / spacing)).astype(int)
    for rod in np.flatnonzero(reaches > _THICK_VOXELS):
        _block(share, canvas, starts[rod], ends[rod], (float(radii_mm[0][rod]), float(radii_mm[1][rod])))
    for reach in np.unique(reaches[reaches <= _THICK_VOXELS]):
        chosen = reaches == reach
        _stamp(share, canvas, starts[chosen], ends[chosen], (radii_mm[0][chosen], radii_mm[1][chosen]), int(reach))
    return share.reshape(canvas.shape)


def _block(share: Tensor, canvas: Canvas, start: Places, end: Places, radii_mm: tuple[float, float]) -> None:
    """Fill one thick rod's own block."""
    middle, half = (start + end) / 2, (end - start) / 2
    reach = float(np.abs(half).max()) + max(radii_mm) + 2 * canvas.spacing_mm
    region = canvas.region((float(middle[0]), float(middle[1]), float(middle[2])), reach)
    tip = (float(half[0]), float(half[1]), float(half[2]))
    root = (-tip[0], -tip[1], -tip[2])
    found = soft(capsule(region.up, region.back, region.left, root, tip, radii_mm), 0.35 * canvas.spacing_mm)
    part = share.view(canvas.shape)[region.block]
    part.copy_(torch.maximum(part, found))


def _stamp(
    share: Tensor, canvas: Canvas, starts: Places, ends: Places, radii_mm: tuple[Places, Places], reach: int
) -> None:
    """Walk along the rods in steps of about one voxel; at each look at the voxels within reach."""
    spacing = canvas.spacing_mm
    rods, middles = _steps(starts, ends, spacing)
    line = torch.arange(-reach, reach + 1)
    voxels = middles[:, None] + torch.cartesian_prod(line, line, line)
    begin, vector = _float(starts)[rods], _float(ends - starts)[rods]
    r0, r1 = _float(radii_mm[0])[rods], _float(radii_mm[1])[rods]
    offset = voxels * spacing - begin[:, None]
    t = ((offset * vector[:, None]).sum(-1) / (vector**2).sum(-1).clamp_min(1e-6)[:, None]).clamp(0, 1)
    radius = r0[:, None] + (r1 - r0)[:, None] * t
    distance = torch.linalg.vector_norm(offset - t[..., None] * vector[:, None], dim=-1) - radius
    faint = ((2 * radius / spacing) ** 2 * 0.8).clamp(max=1)
    found = torch.sigmoid(distance / (-0.35 * spacing)) * faint
    rows, columns = canvas.shape[1:]
    inside = ((voxels >= 0) & (voxels < torch.as_tensor(canvas.shape))).all(-1)
    flat = (voxels[..., 0] * rows + voxels[..., 1]) * columns + voxels[..., 2]
    share.scatter_reduce_(0, flat[inside], found[inside], "amax")


def _steps(starts: Places, ends: Places, spacing_mm: float) -> tuple[Tensor, Tensor]:
    """Return the number of the rod and the voxel of each step, each voxel of a rod once."""
    counts = np.ceil(np.linalg.norm(ends - starts, axis=1) / (0.9 * spacing_mm)).astype(int) + 1
    rod = np.repeat(np.arange(len(counts)), counts)
    step = np.arange(len(rod)) - np.repeat(np.cumsum(counts) - counts, counts)
    along = step / np.maximum(1, counts[rod] - 1)
    spots = np.round((starts[rod] + (ends - starts)[rod] * along[:, None]) / spacing_mm).astype(np.int64)
    new = np.r_[True, (spots[1:] != spots[:-1]).any(1) | (rod[1:] != rod[:-1])]
    return torch.as_tensor(rod[new]), torch.as_tensor(spots[new])


def _float(values: Places) -> Tensor:
    return torch.as_tensor(values, dtype=torch.float32)
