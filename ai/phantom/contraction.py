"""Lung that shrinks towards a place draws its neighbours in."""

from __future__ import annotations

import torch

from ai.phantom.canvas import Canvas, Vector
from ai.phantom.warping import warp

_COARSE_MM = 6.0


def contract(canvas: Canvas, centre: Vector, reach_mm: float, strength: float) -> None:
    """Pull everything within reach towards a centre; the chest wall stays.

    Args:
        canvas: changed.
        centre: where to.
        reach_mm: how far the pull is felt.
        strength: share of its distance by which a place moves, near the centre; under 0.5, else the map folds.
    """
    block = canvas.region(centre, reach_mm).block
    n = max(1, round(_COARSE_MM / canvas.spacing_mm))
    sizes = [part.stop - part.start for part in block]
    if min(sizes) < 2 * n:
        return
    lines = [
        torch.linspace(part.start, part.stop - 1, max(2, size // n)) for part, size in zip(block, sizes, strict=True)
    ]
    depth = canvas.depth_mm[torch.meshgrid(*(line.round().long() for line in lines), indexing="ij")]
    apart = [line * canvas.spacing_mm - middle for line, middle in zip(lines, centre, strict=True)]
    vectors = torch.stack(torch.meshgrid(*apart, indexing="ij"))
    radius = vectors.norm(dim=0) / reach_mm
    fade = (1 - radius).clamp(min=0) ** 2 * (depth / 8).clamp(0, 1)
    for axis, size in enumerate(fade.shape):  # a block cut by the canvas's end must not pull from beyond it
        edge = torch.ones(size)
        edge[0] = edge[-1] = 0.0
        fade = fade * edge.reshape([-1 if i == axis else 1 for i in range(3)])
    warp(canvas, block, vectors * fade * strength)
