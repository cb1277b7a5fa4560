"""Emphysema: destroyed lung without walls. Centrilobular holes, paraseptal rows, panlobular loss of density."""

from __future__ import annotations

import numpy as np
import torch

from ai.phantom.canvas import Canvas, Instance
from ai.phantom.fields import blurred, cellular_field, smooth_field

_HOLE_HU = -985.0


def draw_emphysema(canvas: Canvas, rng: np.random.Generator) -> None:
    """Destroy 5–40 % of some zone; upper zones more often (centrilobular), bases where panlobular."""
    kind = rng.choice(["centrilobular", "paraseptal", "panlobular"], p=[0.6, 0.2, 0.2])
    height = torch.linspace(-1, 1, canvas.shape[0])[:, None, None]
    tilt = float(rng.uniform(0.0, 1.4)) * (-1 if kind == "panlobular" else 1)
    zone = smooth_field(canvas.shape, 50 / canvas.spacing_mm, rng) * 0.7 + tilt * height
    inside = ((canvas.depth_mm - 0.5) / 2).clamp(0, 1)
    if kind == "panlobular":
        share = torch.sigmoid((zone - float(rng.uniform(-0.6, 0.6))) * 4) * inside * float(rng.uniform(0.6, 1.0))
    else:
        size = float(rng.uniform(4, 11)) / canvas.spacing_mm
        holes = cellular_field(canvas.shape, max(1.6, size), rng)
        if kind == "paraseptal":
            near = torch.exp(-(((canvas.depth_mm - 5) / 6) ** 2)) * 2.2 - 1.2
            holes, zone = holes + near, zone + near
        level = float(rng.uniform(0.9, 1.6)) - 0.7 * zone
        share = torch.sigmoid((holes - level) * 4) * inside
    aerated = (canvas.hu < -650).float()
    canvas.paint(share * aerated, _HOLE_HU)
    # A region riddled with holes is emphysematous as a whole, not only inside each hole.
    riddled = blurred(share * aerated, (2.5 / canvas.spacing_mm,) * 3)
    canvas.mark("emphysema", (2.5 * riddled).clamp(max=1) * (riddled > 0.12) * canvas.lung)
    spots = torch.nonzero(share * aerated > 0.5)
    if spots.numel():
        up, back, left = (float(v) * canvas.spacing_mm for v in spots.float().mean(0))
        volume = float(spots.shape[0]) * canvas.spacing_mm**3
        canvas.instances.append(Instance("emphysema", (up, back, left), 0.0, volume, f"{kind} emphysema"))
