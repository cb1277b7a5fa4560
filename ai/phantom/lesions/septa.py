"""Thickened interlobular septa: a net of polygons of 10–25 mm, short lines that reach the pleura."""

from __future__ import annotations

import numpy as np
import torch

from ai.phantom.canvas import Canvas
from ai.phantom.drawable import Drawable
from ai.phantom.fields import smooth_field
from ai.phantom.lesions.airspace import Patch, note, settle
from ai.phantom.polygons import cells
from ai.phantom.territories import inside_lung, lungs, relative


def draw_net(
    canvas: Canvas, zone: Patch, cell_mm: float, thick_mm: float, line_hu: float, rng: np.random.Generator,
    beads_mm: float = 0.0,
) -> None:  # fmt: skip
    """Draw septa in a zone and write their truth: the lines with what lies beside them.

    Args:
        canvas: painted.
        zone: where, and how strongly, septa are thick.
        cell_mm: width of a lobule.
        thick_mm: thickness of a septum; thinner than a voxel it is fainter.
        line_hu: density of a septum.
        rng: source of chance.
        beads_mm: by how much thickness varies along a septum.
    """
    s, r, c = zone.share.shape
    wall = cells((s, r, c), canvas.spacing_mm, cell_mm, rng).wall_mm
    half = torch.tensor(thick_mm / 2)
    if beads_mm > 0:
        half = half + (beads_mm * smooth_field((s, r, c), 3.5 / canvas.spacing_mm, rng)).clamp(min=0)
    seen = min(1.0, 1.3 * thick_mm / canvas.spacing_mm)
    # Never is the whole net seen: septa are thick here and thin there.
    whole = torch.sigmoid(
        4 * (smooth_field((s, r, c), 0.6 * cell_mm / canvas.spacing_mm, rng) + float(rng.uniform(-0.2, 0.9)))
    )
    lines = whole * torch.sigmoid((half - wall) / (0.3 * canvas.spacing_mm)) * seen
    there = canvas.hu[zone.block]
    there += zone.share * lines * (line_hu - there).clamp(min=0)
    settle(
        canvas, "septal_thickening", Patch(zone.block, zone.share * (wall < max(0.25 * cell_mm, 2.5)) * (whole > 0.3))
    )


def draw_septal_thickening(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Smooth or beaded septa, on both sides or one, mostly below and under the pleura; nothing else with them."""
    both = lungs(canvas)
    beaded = rng.random() < 0.4
    if both and rng.random() < (0.45 if beaded else 0.2):
        both = [both[int(rng.integers(len(both)))]]
    cell_mm, thick_mm = float(rng.uniform(10, 24)), float(rng.uniform(0.9, 2.0))
    low, deep = float(rng.uniform(-0.4, 1.6)), float(rng.uniform(10, 60))
    level, hu = float(rng.uniform(-0.9, 0.9)), float(rng.uniform(-350, 0))
    drawn = False
    for lung in both:
        up, back, left = relative(canvas, lung.block, lung.low)
        field = smooth_field((up.shape[0], back.shape[1], left.shape[2]), 35 / canvas.spacing_mm, rng)
        field = 0.6 * field + low * (0.6 - up / lung.size[0]) - canvas.depth_mm[lung.block].clamp(min=0) / deep + 0.6
        zone = Patch(lung.block, torch.sigmoid((field - level) * 4) * inside_lung(canvas, lung.block, lung.right))
        draw_net(canvas, zone, cell_mm, thick_mm, hu, rng, float(rng.uniform(0.6, 1.4)) if beaded else 0.0)
        canvas.mark_unknown("reticulation", zone.share > 0.3, zone.block)
        canvas.mark_unknown("pulmonary_edema", zone.share > 0.3, zone.block)
        words = "nodular" if beaded else "smooth"
        drawn |= note(canvas, "septal_thickening", zone, f"{words} thickening of interlobular septa")
    return drawn


DRAWABLES: tuple[Drawable, ...] = (Drawable("septal_thickening", ("septal_thickening",), draw_septal_thickening, 0.05),)
