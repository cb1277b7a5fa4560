"""Pleural effusion: fluid that lies where gravity puts it, with a meniscus, and presses the lung beside it."""

from __future__ import annotations

import numpy as np
import torch

from ai.phantom.canvas import Canvas, Instance, soft
from ai.phantom.fields import smooth_field


def draw_effusion(canvas: Canvas, rng: np.random.Generator) -> None:
    """Fill the back of one or both pleural spaces of a patient who lies on the back, 6–90 mm deep."""
    sides = [True, False] if rng.random() < 0.4 else [bool(rng.random() < 0.5)]
    for right in sides:
        _one_side(canvas, right, rng)


def _one_side(canvas: Canvas, right: bool, rng: np.random.Generator) -> None:
    lung = canvas.lung & (canvas.right == right)
    rows = torch.nonzero(lung.any(2).any(0))
    levels = torch.nonzero(lung.any(2).any(1))
    if rows.numel() == 0:
        return
    up, back, _ = canvas.axes()
    hindmost = float(rows.max()) * canvas.spacing_mm
    base, top = (float(v) * canvas.spacing_mm for v in (levels.min(), levels.max()))
    deep = float(np.exp(rng.uniform(np.log(8), np.log(95))))
    height = ((up - base) / max(1.0, top - base)).clamp(0, 1)
    reach = float(rng.uniform(0.35, 1.1))
    thickness = deep * (1 - (height / reach) ** 1.5).clamp(min=-0.3)
    meniscus = float(rng.uniform(4, 16)) * torch.exp(-canvas.depth_mm.clamp(min=0) / 7)
    wave = 1.5 * smooth_field(canvas.shape, 24 / canvas.spacing_mm, rng)
    surface = (hindmost - thickness - meniscus * (thickness > 0) + wave) - back
    # Two millimetres beyond the lung's edge: its partial volume must not stay as a black seam.
    inside = soft(-canvas.depth_mm - 2.0, 0.5) * (canvas.right == right)
    fluid = soft(surface, 1.0) * inside
    if float((fluid > 0.5).sum()) * canvas.spacing_mm**3 < 4000:
        return
    _collapse(canvas, surface, inside, deep, rng)
    canvas.paint(fluid, float(rng.uniform(0, 28)) + 3 * smooth_field(canvas.shape, 8, rng))
    canvas.mark("pleural_effusion", fluid * (fluid > 0.25))
    where = torch.nonzero(fluid > 0.5).float()
    centre = tuple(float(v) * canvas.spacing_mm for v in where.mean(0))
    volume = float(fluid.sum()) * canvas.spacing_mm**3
    side = "right" if right else "left"
    canvas.instances.append(
        Instance("pleural_effusion", (centre[0], centre[1], centre[2]), deep, volume, f"{side} pleural effusion")
    )


def _collapse(
    canvas: Canvas, surface: torch.Tensor, inside: torch.Tensor, deep: float, rng: np.random.Generator
) -> None:
    """The lung in front of the fluid is airless: atelectasis, which no one may call consolidation or not."""
    width = float(rng.uniform(0.1, 0.5)) * deep
    wave = smooth_field(canvas.shape, 18 / canvas.spacing_mm, rng) * width * 0.4
    share = soft(surface - width + wave, 1.5) * inside * float(rng.uniform(0.7, 1.0))
    canvas.paint(share, float(rng.uniform(30, 90)))
    canvas.mark("atelectasis", share * (share > 0.25) * (surface > 0))
    for other in ("consolidation", "groundglass"):
        canvas.mark_unknown(other, share > 0.1)
