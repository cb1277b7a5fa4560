"""Honeycombing: rows of subpleural cysts of one size that share their walls, in a net of scars."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ai.phantom.canvas import Canvas
from ai.phantom.cells import cells_at, slab_share
from ai.phantom.drawable import Drawable
from ai.phantom.lesions.interstitial_extent import Pattern, affected, degree
from ai.phantom.lesions.reticulation import weave
from ai.phantom.lesions.traction import pull_airways
from ai.phantom.spots import Spots

_CYST_HU, _WALL_HU = -950.0, 15.0


def stack_cysts(canvas: Canvas, spots: Spots, extent: Tensor, rng: np.random.Generator) -> Tensor:
    """Paint cysts of 3–12 mm in 1–4 rows where ``extent`` says; return the share of each voxel taken."""
    size = float(np.exp(rng.uniform(np.log(4.0), np.log(11.0))))
    rows = float(rng.choice([1.3, 2.2, 3.3, 4.3], p=[0.2, 0.35, 0.3, 0.15]))
    wall = float(rng.uniform(1.0, 2.6)) * (0.7 + size / 25)
    border, chance = cells_at(spots, size, rng, crooked_mm=0.25 * size)
    rim = torch.sigmoid((rows * size * (1 + 0.15 * spots.noise(20, rng)) - spots.depth_mm) / 1.5)
    cover = rim * extent * spots.inside()
    walls = slab_share(border, wall, canvas.spacing_mm)
    # The rim to healthy lung and to the pleura is a wall as well; a few cells are scarred shut.
    walls = walls.maximum(slab_share(spots.depth_mm, 2 * wall, canvas.spacing_mm))
    walls = torch.where(chance < 0.1, walls.clamp(min=0.7), walls)
    spots.paint(canvas, cover, _CYST_HU + walls * (_WALL_HU - _CYST_HU))
    return cover


def draw_honeycombing(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Draw honeycombing with the fibrosis around it, basal and posterior more often than not."""
    basal = float(rng.uniform(0.6, 1.2)) if rng.random() < 0.85 else float(rng.uniform(-0.6, 0.2))
    pattern = Pattern("subpleural", float(rng.uniform(7, 16)), basal, 0.6, 0.4)
    share = float(np.exp(rng.uniform(np.log(0.015), np.log(0.3))))
    found = affected(canvas, pattern, share, rng)
    if found is None:
        return False
    spots, extent = found
    weave(canvas, spots, extent, float(rng.uniform(5, 10)), float(rng.uniform(1.0, 2.0)), rng)
    spots.add(canvas, extent * float(rng.uniform(0, 110)))
    spots.mark_unknown(canvas, "groundglass", extent > 0.1)
    spots.mark_unknown(canvas, "septal_thickening", extent > 0.1)
    patches = torch.sigmoid((spots.noise(18, rng) + float(rng.uniform(-0.6, 1.2))) * 5)
    core = ((extent - 0.35) / 0.3).clamp(0, 1)
    cover = stack_cysts(canvas, spots, core * patches, rng)
    for label, part in (("reticulation", extent), ("fibrosis", extent), ("honeycombing", cover)):
        spots.mark(canvas, label, part)
    spots.mark_unknown(canvas, "emphysema", cover > 0.1)
    spots.mark_unknown(canvas, "cyst", cover > 0.1)
    if rng.random() < 0.75:
        pull_airways(canvas, spots, extent, int(rng.integers(3, 16)), rng)
    where = "basal" if basal > 0.4 else "patchy"
    spots.report(canvas, "honeycombing", cover, f"{degree(share)} {where} subpleural honeycombing")
    spots.report(canvas, "fibrosis", extent, f"{degree(share)} fibrosis with honeycombing")
    return True


DRAWABLES = (
    Drawable("honeycombing", ("honeycombing", "fibrosis", "reticulation", "bronchiectasis"), draw_honeycombing, 0.05),
)
