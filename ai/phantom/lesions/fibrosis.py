"""Fibrosis: lung that scars, shrinks and pulls: usual and non-specific patterns, old upper-lobe scars, radiation."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ai.phantom.canvas import Canvas, Vector
from ai.phantom.contraction import contract
from ai.phantom.drawable import Drawable
from ai.phantom.lesions.airway_territory import place_at_depth
from ai.phantom.lesions.honeycombing import stack_cysts
from ai.phantom.lesions.interstitial_extent import Pattern, affected, degree
from ai.phantom.lesions.reticulation import weave
from ai.phantom.lesions.traction import pull_airways
from ai.phantom.spots import Spots
from ai.phantom.territories import lungs


def draw_fibrosis(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Draw diffuse fibrosis, mild to end stage: a net, distortion, traction bronchiectasis, haze, perhaps cysts."""
    pattern = Pattern.drawn(rng)
    share = float(np.exp(rng.uniform(np.log(0.02), np.log(0.45))))
    _distort(canvas, pattern, int(rng.integers(1, 6)), rng)
    found = affected(canvas, pattern, share, rng)
    if found is None:
        return False
    spots, extent = found
    _haze(canvas, spots, extent, rng)
    weave(canvas, spots, extent, float(rng.uniform(5, 12)), float(rng.uniform(1.0, 2.2)), rng)
    spots.mark(canvas, "fibrosis", extent)
    spots.mark(canvas, "reticulation", extent)
    spots.mark_unknown(canvas, "septal_thickening", extent > 0.1)
    if rng.random() < 0.25 + min(0.5, 2 * share):
        core = ((extent - 0.4) / 0.3).clamp(0, 1) * torch.sigmoid((spots.noise(16, rng) - 0.3) * 5)
        cover = stack_cysts(canvas, spots, core, rng)
        spots.mark(canvas, "honeycombing", cover)
        spots.mark_unknown(canvas, "emphysema", cover > 0.1)
        spots.mark_unknown(canvas, "cyst", cover > 0.1)
        spots.report(canvas, "honeycombing", cover, "subpleural honeycombing")
    pull_airways(canvas, spots, extent, int(rng.integers(2, 5 + round(60 * share))), rng)
    spots.report(canvas, "fibrosis", extent, f"{degree(share)} {pattern.name} fibrosis")
    return True


def draw_upper_fibrosis(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Draw the old scars of tuberculosis or sarcoid: shrunken apex, hilum pulled up, streaks, wide airways, chalk."""
    found = lungs(canvas)
    if not found:
        return False
    for lung in found if rng.random() < 0.6 else [found[int(rng.integers(len(found)))]]:
        up = lung.low[0] + lung.size[0] * float(rng.uniform(0.78, 0.92))
        back = lung.low[1] + lung.size[1] * float(rng.uniform(0.4, 0.65))
        centre = (up, back, lung.hilum[2] + lung.outward * float(rng.uniform(12, 35)))
        reach = float(rng.uniform(14, 38))
        contract(canvas, centre, 2.4 * reach + 15, float(rng.uniform(0.2, 0.48)))
        _scarred_ball(canvas, centre, reach, lung.right, rng)
    return True


def _scarred_ball(canvas: Canvas, centre: Vector, reach_mm: float, right: bool, rng: np.random.Generator) -> None:
    region = canvas.region(centre, 1.8 * reach_mm)
    near = (canvas.depth_mm[region.block] > -1) & (canvas.right[region.block] == right)
    spots = Spots.where(canvas, near, region.block)
    if not len(spots):
        return
    apart = (spots.places - torch.tensor(centre)).norm(dim=1)
    uneven = 1 + 0.3 * spots.noise(0.5 * reach_mm, rng) + 0.1 * spots.noise(6, rng)
    soft_mm = float(rng.uniform(3, 7))
    extent = torch.sigmoid((reach_mm * uneven - apart) / soft_mm) * spots.inside()
    if not bool((extent > 0.5).any()):
        return
    _haze(canvas, spots, extent, rng)
    weave(canvas, spots, extent, float(rng.uniform(6, 11)), float(rng.uniform(1.5, 3.0)), rng)
    dense = torch.sigmoid((spots.noise(9, rng) - float(rng.uniform(0.3, 1.5))) * 4) * extent
    spots.paint(canvas, dense * 0.9, float(rng.uniform(-50, 60)))
    spots.mark(canvas, "fibrosis", extent)
    spots.mark(canvas, "scarring", dense.maximum(extent))
    spots.mark_unknown(canvas, "reticulation", extent > 0.1)
    for other in ("consolidation", "nodule", "mass", "atelectasis", "bandlike_or_linear", "septal_thickening"):
        spots.mark_unknown(canvas, other, dense > 0.05)
    if rng.random() < 0.35:
        chalk = torch.sigmoid((spots.noise(4, rng) - float(rng.uniform(1.2, 2))) * 5) * dense
        spots.paint(canvas, chalk, float(rng.uniform(250, 800)))
        spots.mark(canvas, "calcification", chalk)
        spots.mark_unknown(canvas, "granuloma", chalk > 0.1)
    pull_airways(canvas, spots, extent, int(rng.integers(2, 9)), rng)
    spots.report(canvas, "fibrosis", extent, "upper lobe fibrosis with volume loss")
    spots.report(canvas, "scarring", extent, "upper lobe scarring with volume loss")


def draw_radiation_fibrosis(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Draw scarred lung with straight edges that no fissure knows: beside the mediastinum or under the breast."""
    found = lungs(canvas)
    if not found:
        return False
    lung = found[int(rng.integers(len(found)))]
    beside = rng.random() < 0.6
    across = np.array(
        [0.0, -0.9 if not beside else rng.normal() * 0.3, -lung.outward if beside else rng.normal() * 0.5]
    )
    across /= np.linalg.norm(across)
    middle = lung.low[0] + lung.size[0] * float(rng.uniform(0.45, 0.75))
    height = float(rng.uniform(25, 60))
    low = max(0, int((middle - height) / canvas.spacing_mm))
    block = (slice(low, int((middle + height) / canvas.spacing_mm) + 1), *(slice(0, n) for n in canvas.shape[1:]))
    near = (canvas.depth_mm[block] > -1) & (canvas.right[block] == lung.right)
    spots = Spots.where(canvas, near, block)
    along = spots.places @ torch.as_tensor(across, dtype=torch.float32)
    if len(spots) < 50:
        return False
    edge = torch.quantile(along[:: max(1, len(spots) // 20000)], 1 - float(rng.uniform(0.12, 0.42)))
    levels = torch.sigmoid((height - (spots.places[:, 0] - middle).abs()) / 2.5)
    extent = torch.sigmoid((along - edge) / 1.5) * levels * spots.inside()
    if not bool((extent > 0.5).any()):
        return False
    _haze(canvas, spots, extent, rng)
    weave(canvas, spots, extent, float(rng.uniform(6, 12)), float(rng.uniform(1.2, 2.5)), rng)
    dense = torch.sigmoid((spots.noise(12, rng) - float(rng.uniform(-0.5, 1.2))) * 4) * extent
    spots.paint(canvas, dense * float(rng.uniform(0.5, 0.95)), float(rng.uniform(-50, 50)))
    for label in ("fibrosis", "scarring"):
        spots.mark(canvas, label, extent)
    for other in ("reticulation", "consolidation", "atelectasis", "pneumonia", "bandlike_or_linear", "mass"):
        spots.mark_unknown(canvas, other, extent > 0.1)
    pull_airways(canvas, spots, extent, int(rng.integers(1, 7)), rng)
    spots.report(canvas, "fibrosis", extent, "radiation fibrosis with a straight edge")
    return True


def _distort(canvas: Canvas, pattern: Pattern, count: int, rng: np.random.Generator) -> None:
    """Pull the lung together in several places: vessels and fissures bend towards the scars."""
    found = lungs(canvas)
    lower = None if abs(pattern.basal) < 0.4 else pattern.basal > 0
    for _ in range(count if found else 0):
        centre = place_at_depth(canvas, found[int(rng.integers(len(found)))], (4.0, 22.0), rng, lower)
        if centre is not None:
            contract(canvas, centre, float(rng.uniform(18, 40)), float(rng.uniform(0.15, 0.45)))


def _haze(canvas: Canvas, spots: Spots, extent: Tensor, rng: np.random.Generator) -> None:
    glow = float(rng.choice([rng.uniform(20, 90), rng.uniform(90, 260)], p=[0.6, 0.4]))
    spots.add(canvas, extent * glow * (1 + 0.25 * spots.noise(9, rng)).clamp(min=0))
    if glow > 170:
        spots.mark(canvas, "groundglass", extent)
    else:
        spots.mark_unknown(canvas, "groundglass", extent * glow > 25)


DRAWABLES = (
    Drawable("fibrosis", ("fibrosis", "reticulation", "honeycombing", "bronchiectasis"), draw_fibrosis, 0.06),
    Drawable(
        "upper lobe fibrosis", ("fibrosis", "scarring", "bronchiectasis", "calcification"), draw_upper_fibrosis, 0.03
    ),
    Drawable("radiation fibrosis", ("fibrosis", "scarring", "bronchiectasis"), draw_radiation_fibrosis, 0.025),
)
