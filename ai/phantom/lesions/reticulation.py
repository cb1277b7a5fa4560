"""Reticulation: thickened lines between and within lobules, an irregular net of 1 mm lines in cells of 5–15 mm."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from ai.phantom.canvas import Canvas
from ai.phantom.cells import cells_at, slab_share
from ai.phantom.drawable import Drawable
from ai.phantom.lesions.interstitial_extent import Pattern, affected, degree
from ai.phantom.spots import Spots


def weave(
    canvas: Canvas, spots: Spots, extent: Tensor, cell_mm: float, line_mm: float, rng: np.random.Generator
) -> None:  # fmt: skip
    """Paint the net where ``extent`` says, in many with a finer one inside; truth is the caller's."""
    hu = float(rng.uniform(-160, 20))
    finer = max(4.0, cell_mm * float(rng.uniform(0.4, 0.7)))
    # Lines fade in and out, over a cell and over a region: no net in a lung is complete.
    regional = 0.8 + 0.35 * spots.noise(18, rng)
    for size, weight in ((cell_mm, 1.0), (finer, 0.7))[: 2 if rng.random() < 0.6 else 1]:
        border, chance = cells_at(spots, size, rng, crooked_mm=0.4 * size)
        strength = (regional * weight * (0.55 + 0.9 * chance) + 0.3 * spots.noise(0.7 * size, rng)).clamp(0, 1.5)
        share = slab_share(border, line_mm * strength, canvas.spacing_mm)
        spots.paint(canvas, share * extent, hu)


def draw_reticulation(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Draw a net over 1–30 % of the lungs, with a little haze in many."""
    pattern = Pattern.drawn(rng)
    share = float(np.exp(rng.uniform(np.log(0.012), np.log(0.3))))
    found = affected(canvas, pattern, share, rng)
    if found is None:
        return False
    spots, extent = found
    haze = float(rng.choice([0.0, rng.uniform(20, 90), rng.uniform(90, 180)], p=[0.35, 0.45, 0.2]))
    if haze:
        spots.add(canvas, extent * haze * (1 + 0.2 * spots.noise(8, rng)).clamp(min=0))
        spots.mark_unknown(canvas, "groundglass", extent * haze > 40)
    weave(canvas, spots, extent, float(rng.uniform(6, 14)), float(rng.uniform(0.8, 1.8)), rng)
    spots.mark(canvas, "reticulation", extent)
    for other in ("septal_thickening", "fibrosis"):
        spots.mark_unknown(canvas, other, extent > 0.1)
    spots.report(canvas, "reticulation", extent, f"{degree(share)} {pattern.name} reticulation")
    return True


DRAWABLES = (Drawable("reticulation", ("reticulation",), draw_reticulation, 0.06),)
