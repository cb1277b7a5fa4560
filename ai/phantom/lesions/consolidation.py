"""Consolidation: airspaces filled, vessels hidden, airways often still open in it."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from ai.phantom.canvas import Canvas, Instance, Region, soft
from ai.phantom.fields import smooth_field
from ai.phantom.shapes import capsule


def draw_consolidation(canvas: Canvas, rng: np.random.Generator) -> None:
    """Fill one to four regions, patch to lobe; most against the pleura, most in a ground-glass fringe."""
    for _ in range(int(rng.choice([1, 2, 3, 4], p=[0.55, 0.25, 0.12, 0.08]))):
        _fill_one(canvas, rng)


def _fill_one(canvas: Canvas, rng: np.random.Generator) -> None:
    radius = float(np.exp(rng.uniform(np.log(10), np.log(55))))
    near = canvas.depth_mm < (14.0 if rng.random() < 0.7 else 80.0)
    _, back, _ = canvas.axes()
    low = canvas.lung & near
    if rng.random() < 0.6:
        low = low & (back > float(back.max()) * 0.5)
    centre = canvas.place(low, rng)
    if centre is None:
        return
    region = canvas.region(centre, radius * 2.1)
    shape = canvas.hu[region.block].shape
    uneven = smooth_field((shape[0], shape[1], shape[2]), max(2.5, radius * 0.35 / canvas.spacing_mm), rng)
    oval = region.stretched(rng.uniform(0.65, 1.5, size=3))
    distance = oval - radius * (1 + float(rng.uniform(0.2, 0.45)) * uneven)
    inside = soft(-canvas.depth_mm[region.block] - 1.5, 0.5)
    same_lung = canvas.right[region.block] == bool(canvas.right[tuple(int(v / canvas.spacing_mm) for v in centre)])
    inside = inside * same_lung
    if rng.random() < 0.7:
        _fringe(canvas, region, distance, inside, rng)
    share = soft(distance, float(rng.uniform(0.8, 2.5))) * inside
    texture = 12 * smooth_field((shape[0], shape[1], shape[2]), 4, rng)
    canvas.paint(share * float(rng.uniform(0.85, 1.0)), float(rng.uniform(0, 60)) + texture, region.block)
    if rng.random() < 0.65:
        _air_bronchogram(canvas, region, share, radius, centre, rng)
    canvas.mark("consolidation", share * (share > 0.25), region.block)
    volume = float(share.sum()) * canvas.spacing_mm**3
    canvas.instances.append(Instance("consolidation", centre, 2 * radius, volume, "consolidation"))


def _fringe(canvas: Canvas, region: Region, distance: Tensor, inside: Tensor, rng: np.random.Generator) -> None:
    """A halo of ground glass; narrow ones are nobody's finding, so only wide ones are marked."""
    width = float(rng.uniform(2, 14))
    share = soft(distance - width, width / 3) * inside
    aerated = ((-250 - canvas.hu[region.block]) / 200).clamp(0, 1)
    canvas.hu[region.block] += share * float(rng.uniform(120, 350)) * aerated
    ring = share * (distance > 0)
    if width > 7:
        canvas.mark("groundglass", ring * (ring > 0.25), region.block)
    else:
        canvas.mark_unknown("groundglass", ring > 0.1, region.block)
    canvas.mark_unknown("groundglass", distance <= 0, region.block)


def _air_bronchogram(
    canvas: Canvas, region: Region, share: Tensor, radius: float, centre: tuple[float, float, float],
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Black branches that come from the hilum's side."""
    middle = canvas.shape[2] * canvas.spacing_mm / 2
    root = np.array([10.0, -8.0, float(np.sign(middle - centre[2])) * radius])
    for _ in range(int(rng.integers(2, 7))):
        end = rng.normal(size=3) * radius * 0.6
        bend = (root + end) / 2 + rng.normal(size=3) * radius * 0.12
        thickness = float(rng.uniform(0.9, 2.2))
        for a, b in ((root, bend), (bend, end)):
            tube = capsule(
                region.up, region.back, region.left,
                (float(a[0]), float(a[1]), float(a[2])), (float(b[0]), float(b[1]), float(b[2])),
                (thickness, thickness * 0.7),
            )  # fmt: skip
            canvas.paint(soft(tube, 0.35 * canvas.spacing_mm) * (share > 0.2) * 0.9, -880.0, region.block)
