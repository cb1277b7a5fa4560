"""What resembles an abnormality and is none of those taught: drawn unmarked, so that the model learns to leave it."""

from __future__ import annotations

import numpy as np
import torch

from ai.phantom.canvas import Canvas, soft
from ai.phantom.fields import smooth_field
from ai.phantom.shapes import capsule


def draw_dependent_density(canvas: Canvas, rng: np.random.Generator) -> None:
    """Haze along the back, denser towards the pleura: gravity, seen in every second supine scan."""
    _, back, _ = canvas.axes()
    rows = torch.nonzero(canvas.lung.any(2).any(0))
    behind = float(rows.max()) * canvas.spacing_mm - back
    fade = float(rng.uniform(4, 16))
    uneven = 1 + 0.35 * smooth_field(canvas.shape, 30 / canvas.spacing_mm, rng)
    near_wall = torch.exp(-canvas.depth_mm.clamp(min=0) / fade) * torch.sigmoid((45 - behind) / 8)
    glow = float(rng.uniform(60, 230)) * near_wall * uneven.clamp(min=0)
    canvas.hu += glow * canvas.lung * ((-250 - canvas.hu) / 200).clamp(0, 1)
    canvas.mark_unknown("groundglass", (glow > 150) & canvas.lung)


def draw_bands(canvas: Canvas, rng: np.random.Generator) -> None:
    """Discoid atelectasis or scars: plates of 2–5 × 20–60 mm, mostly at the bases."""
    up, _, _ = canvas.axes()
    for _ in range(int(rng.integers(1, 5))):
        low = up < float(up.max()) * (0.45 if rng.random() < 0.7 else 1.0)
        centre = canvas.place((canvas.depth_mm > 2) & (canvas.depth_mm < 25) & low, rng)
        if centre is None:
            continue
        length = float(rng.uniform(10, 32))
        region = canvas.region(centre, length * 1.3)
        normal = rng.normal(size=3) * np.array([1.6, 1.0, 0.7])
        normal /= np.linalg.norm(normal)
        across = region.up * normal[0] + region.back * normal[1] + region.left * normal[2]
        plate = torch.maximum(across.abs() - float(rng.uniform(0.6, 2.3)), region.radius - length)
        share = soft(plate, 0.5) * soft(-canvas.depth_mm[region.block], 0.8)
        canvas.paint(share * 0.9, float(rng.uniform(-250, 50)), region.block)
        canvas.mark_unknown("atelectasis", share > 0.1, region.block)


def draw_apical_scars(canvas: Canvas, rng: np.random.Generator) -> None:
    """Irregular caps at the apices."""
    levels = torch.nonzero(canvas.lung.any(2).any(1))
    up, _, _ = canvas.axes()
    top = float(levels.max()) * canvas.spacing_mm
    thick = float(rng.uniform(1.5, 6)) * (1 + 0.7 * smooth_field(canvas.shape, 9 / canvas.spacing_mm, rng))
    cap = (canvas.depth_mm - thick).maximum(top - up - float(rng.uniform(14, 32)))
    canvas.paint(soft(cap, 0.8) * canvas.lung, float(rng.uniform(-100, 60)))


def draw_pleural_thickening(canvas: Canvas, rng: np.random.Generator) -> None:
    """A sheet of 2–5 mm along some of the pleura."""
    patch = smooth_field(canvas.shape, 45 / canvas.spacing_mm, rng) > float(rng.uniform(0.6, 1.4))
    sheet = soft(canvas.depth_mm - float(rng.uniform(1.5, 4.5)), 0.7) * canvas.lung * patch
    canvas.paint(sheet, float(rng.uniform(20, 70)))
    canvas.mark_unknown("pleural_effusion", sheet > 0.1)
    canvas.mark_unknown("nodule", sheet > 0.1)


def draw_atelectasis(canvas: Canvas, rng: np.random.Generator) -> None:
    """A wedge of collapsed lung with its base on the pleura: dense, but neither consolidation nor mass."""
    centre = canvas.place((canvas.depth_mm > 0) & (canvas.depth_mm < 5), rng)
    if centre is None:
        return
    region = canvas.region(centre, 60)
    middle = canvas.shape[2] * canvas.spacing_mm / 2
    hilum = (float(rng.uniform(-10, 25)), float(rng.uniform(-25, 5)), float(np.sign(middle - centre[2])) * 42)
    wide = float(rng.uniform(7, 20))
    wedge = capsule(region.up, region.back, region.left, (0.0, 0.0, 0.0), hilum, (wide, 2.0))
    flat = float(rng.uniform(0.25, 0.7))
    squeezed = capsule(
        region.up / flat, region.back, region.left, (0.0, 0.0, 0.0), (0.0, hilum[1], hilum[2]), (wide, 2.0)
    )
    share = soft(torch.maximum(wedge, squeezed * flat), 1.0) * soft(-canvas.depth_mm[region.block], 0.8)
    canvas.paint(share, float(rng.uniform(30, 90)), region.block)
    canvas.mark("atelectasis", share * (share > 0.25), region.block)
    for other in ("consolidation", "groundglass"):
        canvas.mark_unknown(other, share > 0.1, region.block)


LOOKALIKES = (
    (draw_dependent_density, 0.55),
    (draw_bands, 0.4),
    (draw_apical_scars, 0.3),
    (draw_pleural_thickening, 0.2),
    (draw_atelectasis, 0.15),
)
"""Each look-alike with the share of cases that have it."""
