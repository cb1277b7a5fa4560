"""Reticulation: thickened lines between and within lobules, an irregular net of 1 mm lines in cells of 5–15 mm."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from ai.phantom.canvas import Canvas
from ai.phantom.cells import cells_at, slab_share
from ai.phantom.drawable import Drawable
from ai.phantom.lesions.interstitial_extent import Pattern, affected, degree
from ai.phantom.spots import Spots

_LINE_HU = 20.0


def weave(
    canvas: Canvas, spots: Spots, extent: Tensor, cell_mm: float, line_mm: float, rng: np.random.Generator
) -> None:  # fmt: skip
    """Paint the net where ``extent`` says, coarse cells with finer ones inside; truth is the caller's."""
    for size, weight in ((cell_mm, 1.0), (max(4.0, cell_mm * 0.5), 0.75)):
        border, _ = cells_at(spots, size, rng, crooked_mm=0.35 * size)
        # Lines fade in and out: no net in a lung is complete.
        strength = (0.75 + 0.45 * spots.noise(0.8 * size, rng)).clamp(0, 1.3) * weight
        share = slab_share(border, line_mm * strength, canvas.spacing_mm)
        spots.paint(canvas, share * extent.clamp(max=1), _LINE_HU)


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
