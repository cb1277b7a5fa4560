"""Volume loss: what surrounds a collapsing lung is drawn towards it; ribs and spine stay where they are."""

from __future__ import annotations

import numpy as np
import torch
from scipy import ndimage
from torch import Tensor
from torch.nn import functional

from ai.phantom.canvas import Canvas, Vector
from ai.phantom.territories import Lung
from ai.phantom.warping import warp

_COARSE_MM = 8.0
_SLIDE_MM = 18.0
"""From the fixed wall inwards, tissue becomes free to move over this distance."""
_MEDIASTINUM = 0.75
"""How much the mediastinum and diaphragm follow, relative to the lung."""


def draw_in(canvas: Canvas, lung: Lung, anchor: Vector, reach_mm: float, strength: float) -> None:
    """Draw everything movable towards a place.

    Args:
        canvas: changed, all of it together.
        lung: the lung that loses volume.
        anchor: where to.
        reach_mm: how far away nothing moves any more.
        strength: 0…0.9; lengths at the anchor shrink by 1 / (1 + strength).
    """
    block = canvas.region(anchor, reach_mm).block
    free, step = _free(canvas, lung)
    lines, places = [], []
    for axis, part in enumerate(block):
        count = max(2, round((part.stop - part.start) * canvas.spacing_mm / _COARSE_MM))
        line = torch.linspace(part.start, part.stop - 1, count)
        lines.append((line / step).round().long().clamp(max=free.shape[axis] - 1))
        places.append((line * canvas.spacing_mm - anchor[axis]).reshape([-1 if i == axis else 1 for i in range(3)]))
    up, back, left = lines
    movable = free[up][:, back][:, :, left]
    square = (places[0] ** 2 + places[1] ** 2 + places[2] ** 2) / reach_mm**2
    pull = strength * (1 - square).clamp(min=0) ** 2 * movable
    warp(canvas, block, torch.stack([pull * place for place in places]))


def _free(canvas: Canvas, lung: Lung) -> tuple[Tensor, int]:
    """Return how freely each coarse voxel may move (0…1), and how many voxels one of them is."""
    step = max(1, round(_COARSE_MM / canvas.spacing_mm))
    air = canvas.depth_mm[::step, ::step, ::step] > 0
    beside = _seen_from(air, 2, False) & _seen_from(air, 2, True)
    back = torch.arange(air.shape[1], dtype=torch.float32)[None, :, None] * (step * canvas.spacing_mm)
    beside = beside & (back < _front_of_spine(canvas, lung, air.shape[0], step))
    movable = air | beside | _seen_from(air, 0, True)
    distance = ndimage.distance_transform_edt(movable.cpu().numpy()) * step * canvas.spacing_mm
    free = (torch.as_tensor(distance, dtype=torch.float32) / _SLIDE_MM).clamp(max=1)
    free = free * torch.where(air, 1.0, _MEDIASTINUM)
    return functional.avg_pool3d(free[None, None], 3, 1, 1, count_include_pad=False)[0, 0], step


def _seen_from(mask: Tensor, axis: int, backwards: bool) -> Tensor:
    """True where the mask has been met along an axis, from its start or from its end."""
    counted = mask.int()
    if backwards:
        return counted.flip(axis).cumsum(axis).flip(axis) > 0
    return counted.cumsum(axis) > 0


def _front_of_spine(canvas: Canvas, lung: Lung, levels: int, step: int) -> Tensor:
    """Return how far back the front of the spine lies at each coarse level, millimetres (levels, 1, 1)."""
    spine = canvas.landmarks.spine
    if spine is None:
        return torch.full((levels, 1, 1), lung.hilum[1] + 26.0)
    points = sorted(zip(spine.points, spine.radii_mm, strict=True), key=lambda one: one[0][0])
    heights = np.arange(levels) * step * canvas.spacing_mm
    front = np.interp(heights, [p[0] for p, _ in points], [p[1] - radius for p, radius in points])
    return torch.as_tensor(front, dtype=torch.float32)[:, None, None]
