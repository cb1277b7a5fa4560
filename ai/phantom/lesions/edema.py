"""Pulmonary oedema: fluid in septa and around bronchi, then in the airspaces, from the hila and by gravity."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ai.phantom.canvas import Canvas, soft
from ai.phantom.drawable import Drawable
from ai.phantom.fields import cellular_field
from ai.phantom.lesions.airspace import Patch, add_haze, fill, note, settle, together
from ai.phantom.lesions.septa import draw_net
from ai.phantom.shapes import capsule
from ai.phantom.territories import Lung, inside_lung, lungs, relative


def draw_interstitial(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Smooth septal lines at the bases and under the pleura, cuffs, faint haze; both sides."""
    strength = float(rng.uniform(0.5, 1.0))
    return _drawn(canvas, rng, haze=float(rng.uniform(60, 170)), dense=0.0, septa=strength, wing=rng.random() < 0.4)


def draw_alveolar(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Haze like bat's wings around the hila, or by gravity, condensed in places, with septal lines."""
    dense = float(rng.uniform(0.2, 1.0)) if rng.random() < 0.5 else 0.0
    septa = float(rng.uniform(0.3, 0.9)) if rng.random() < 0.8 else 0.0
    return _drawn(canvas, rng, haze=float(rng.uniform(150, 380)), dense=dense, septa=septa, wing=rng.random() < 0.6)


def _drawn(canvas: Canvas, rng: np.random.Generator, haze: float, dense: float, septa: float, wing: bool) -> bool:
    cell_mm, thick_mm, line_hu = float(rng.uniform(10, 20)), float(rng.uniform(0.9, 1.8)), float(rng.uniform(-300, 0))
    both = lungs(canvas)
    stronger = float(rng.uniform(-0.35, 0.35))
    wet = []
    for lung in both:
        side = 1 + (stronger if lung.right else -stronger)
        inside = inside_lung(canvas, lung.block, lung.right)
        spread = _spread(canvas, lung, wing, side, rng)
        patch = Patch(lung.block, spread * inside)
        add_haze(canvas, patch, haze * side, rng)
        settle(canvas, "groundglass", patch, 0.25 if haze > 130 else 0.6)
        if dense > 0:
            core = Patch(lung.block, torch.sigmoid((spread - 1.06 + 0.13 * dense) * 30) * inside)
            fill(canvas, core, float(rng.uniform(-120, 20)))
            settle(canvas, "consolidation", core)
            note(canvas, "consolidation", core, "perihilar consolidation of oedema")
        edges = Patch(lung.block, torch.zeros_like(spread))
        if septa > 0:
            edges = Patch(lung.block, _kerley(canvas, lung, septa, rng) * inside)
            draw_net(canvas, edges, cell_mm, thick_mm, line_hu, rng)
            note(canvas, "septal_thickening", edges, "smooth thickening of interlobular septa")
        wet.append(Patch(lung.block, torch.maximum(patch.share, edges.share)))
    if not wet:
        return False
    _cuffs(canvas, rng)
    whole = together(wet)
    settle(canvas, "pulmonary_edema", whole)
    canvas.mark_unknown("pneumonia", whole.share > 0.3, whole.block)
    note(canvas, "groundglass", whole, "ground-glass opacity of oedema")
    return note(canvas, "pulmonary_edema", whole, ("alveolar" if haze > 130 else "interstitial") + " pulmonary oedema")


def _spread(canvas: Canvas, lung: Lung, wing: bool, side: float, rng: np.random.Generator) -> Tensor:
    """Share of haze: from the hilum outwards, sparing the mantle, or downwards and back."""
    up, back, left = relative(canvas, lung.block, lung.hilum)
    uneven = cellular_field((up.shape[0], back.shape[1], left.shape[2]), 20 / canvas.spacing_mm, rng)
    if wing:
        reach = float(rng.uniform(38, 68)) * side**0.5
        far = torch.sqrt((0.75 * up) ** 2 + back**2 + left**2) + 8 * uneven
        mantle = torch.sigmoid((canvas.depth_mm[lung.block] - float(rng.uniform(6, 18))) / 5)
        return torch.sigmoid((reach - far) / float(rng.uniform(5, 11))) * mantle
    height, depth, _ = lung.size
    slope = 0.9 * back / depth - float(rng.uniform(0.3, 0.9)) * up / height + 0.13 * uneven
    return torch.sigmoid((slope - float(rng.uniform(-0.25, 0.2))) / float(rng.uniform(0.06, 0.16)))


def _kerley(canvas: Canvas, lung: Lung, strength: float, rng: np.random.Generator) -> Tensor:
    """Where septa are thick: the lower lung, the more the nearer to the pleura."""
    up, back, left = relative(canvas, lung.block, lung.low)
    uneven = cellular_field((up.shape[0], back.shape[1], left.shape[2]), 30 / canvas.spacing_mm, rng)
    near = (-canvas.depth_mm[lung.block].clamp(min=0) / float(rng.uniform(20, 60))).exp()
    low = torch.sigmoid((float(rng.uniform(0.4, 1.0)) - up / lung.size[0]) * 7)
    return (strength * (0.35 + near) * low * (1 + 0.4 * uneven)).clamp(0, 1)


def _cuffs(canvas: Canvas, rng: np.random.Generator) -> None:
    """Sleeves of fluid around the larger bronchi, where those are known."""
    wide = float(rng.uniform(0.8, 2.2))
    for airway in canvas.landmarks.airways:
        if not 2 <= airway.generation <= 5:
            continue
        a, b = np.array(airway.course.points[0]), np.array(airway.course.points[-1])
        radius = airway.course.radii_mm[0] + airway.wall_mm
        middle = (a + b) / 2
        reach = float(np.abs(b - a).max()) / 2 + radius + wide + 3
        region = canvas.region((float(middle[0]), float(middle[1]), float(middle[2])), reach)
        p, q = a - middle, b - middle
        tube = capsule(
            region.up, region.back, region.left,
            (float(p[0]), float(p[1]), float(p[2])), (float(q[0]), float(q[1]), float(q[2])), (radius, radius * 0.85),
        )  # fmt: skip
        sleeve = soft(tube - wide, 0.5) * (tube > -airway.wall_mm) * (canvas.depth_mm[region.block] > 0)
        there = canvas.hu[region.block]
        there += sleeve * min(1.0, wide / canvas.spacing_mm) * (-40 - there).clamp(min=0)
        canvas.mark_unknown("bronchial_wall_thickening", sleeve > 0.2, region.block)


DRAWABLES: tuple[Drawable, ...] = (
    Drawable("oedema_interstitial", ("pulmonary_edema", "septal_thickening"), draw_interstitial, 0.03),
    Drawable("oedema_alveolar", ("pulmonary_edema", "groundglass"), draw_alveolar, 0.04),
)
