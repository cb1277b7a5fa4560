"""Ground-glass opacity: haze through which vessels stay visible. It is added to the lung, never painted over it."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ai.phantom.canvas import Canvas, Instance, soft
from ai.phantom.fields import cellular_field, smooth_field


def draw_groundglass(canvas: Canvas, rng: np.random.Generator) -> None:
    """Add patches: a few foci, peripheral bands, perihilar or diffuse haze; +150…+450 HU, edges 1–4 mm."""
    pattern = rng.choice(["foci", "peripheral", "diffuse"], p=[0.5, 0.35, 0.15])
    if pattern == "foci":
        for _ in range(int(rng.integers(1, 8))):
            _focus(canvas, rng)
        return
    scale = float(rng.uniform(14, 40)) / canvas.spacing_mm
    field = cellular_field(canvas.shape, scale, rng)
    if pattern == "peripheral":
        field = field + 1.3 * torch.exp(-((canvas.depth_mm - 6) / 14).clamp(min=0)) - 0.4
        field = field + float(rng.uniform(-0.8, 0.8)) * _height(canvas)
        field = field + float(rng.uniform(0, 0.8)) * _back(canvas)
    level = float(torch.quantile(field[canvas.lung][::97], float(rng.uniform(0.45, 0.94))))
    share = torch.sigmoid((field - level) * scale * canvas.spacing_mm / float(rng.uniform(2, 8)))
    _add(canvas, share * soft(-canvas.depth_mm, 0.8), rng, f"{pattern} ground-glass opacity")


def _focus(canvas: Canvas, rng: np.random.Generator) -> None:
    radius = float(np.exp(rng.uniform(np.log(7), np.log(45))))
    near = canvas.depth_mm < float(rng.choice([18.0, 60.0], p=[0.65, 0.35]))
    centre = canvas.place((canvas.depth_mm > 2) & near, rng)
    if centre is None:
        return
    region = canvas.region(centre, radius * 2)
    shape = canvas.hu[region.block].shape
    uneven = smooth_field((shape[0], shape[1], shape[2]), max(3.0, radius * 0.45 / canvas.spacing_mm), rng)
    oval = region.stretched(rng.uniform(0.7, 1.4, size=3))
    distance = oval - radius * (1 + 0.3 * uneven)
    share = soft(distance, float(rng.uniform(1, 4))) * soft(-canvas.depth_mm[region.block], 0.8)
    full = torch.zeros(canvas.shape)
    full[region.block] = share
    _add(canvas, full, rng, "focal ground-glass opacity")


def _add(canvas: Canvas, share: Tensor, rng: np.random.Generator, words: str) -> None:
    texture = 1 + 0.18 * smooth_field(canvas.shape, 6 / canvas.spacing_mm, rng)
    glow = float(rng.uniform(150, 450)) * texture
    aerated = ((-250 - canvas.hu) / 200).clamp(0, 1)
    canvas.hu += share * glow * aerated
    canvas.mark("groundglass", share * (share > 0.25))
    where = torch.nonzero(share > 0.5).float()
    if where.numel():
        up, back, left = (float(v) * canvas.spacing_mm for v in where.mean(0))
        volume = float(share.sum()) * canvas.spacing_mm**3
        size = (6 * volume / np.pi) ** (1 / 3)
        canvas.instances.append(Instance("groundglass", (up, back, left), size, volume, words))


def _height(canvas: Canvas) -> Tensor:
    return torch.linspace(-1, 1, canvas.shape[0])[:, None, None]


def _back(canvas: Canvas) -> Tensor:
    return torch.linspace(-1, 1, canvas.shape[1])[None, :, None]
