"""What resembles scars, bands and reticulation and is none: gravity, fissures, crowded bases, grainy kernels."""

from __future__ import annotations

import numpy as np
import torch

from ai.organs import LOBES, code_of
from ai.phantom.canvas import Canvas
from ai.phantom.cells import slab_share
from ai.phantom.drawable import Drawable
from ai.phantom.fields import torch_generator
from ai.phantom.lesions.interstitial_extent import heights
from ai.phantom.spots import Spots
from ai.phantom.territories import lungs


def draw_subpleural_line(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Gravity's line: curvilinear, 2–10 mm under the dependent pleura, gone when the patient turns over."""
    found = lungs(canvas)
    if not found:
        return False
    for lung in found:
        row = int((lung.low[1] + 0.6 * lung.size[1]) / canvas.spacing_mm)
        block = (slice(0, canvas.shape[0]), slice(row, canvas.shape[1]), slice(0, canvas.shape[2]))
        near = (canvas.depth_mm[block] > -1) & (canvas.depth_mm[block] < 14) & (canvas.right[block] == lung.right)
        spots = Spots.where(canvas, near, block)
        if not len(spots):
            continue
        low = torch.sigmoid((0.5 - heights(canvas, spots, found)) * 12) * float(rng.uniform(0.6, 1))
        far = torch.sigmoid((spots.places[:, 1] - (lung.low[1] + 0.75 * lung.size[1])) / 4)
        spots.add(canvas, float(rng.uniform(20, 140)) * torch.exp(-spots.depth_mm.clamp(min=0) / 5) * far)
        sheet = float(rng.uniform(2.5, 8)) + 1.5 * spots.noise(18, rng) - spots.depth_mm
        share = slab_share(sheet, float(rng.uniform(0.7, 1.5)), canvas.spacing_mm) * low * far
        spots.paint(canvas, share * (spots.noise(25, rng) > -0.3), -50.0)
        spots.mark_unknown(canvas, "groundglass", far > 0.3)
        spots.mark_unknown(canvas, "bandlike_or_linear", share > 0.4)
    return True


def draw_thick_fissures(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Fissures of 0.5–2 mm, thicker in stretches: fluid or a healed pleurisy, not a band."""
    if canvas.organs is None:
        return False
    lobes = torch.where(canvas.organs <= code_of(LOBES[-1]), canvas.organs, 0)
    border = torch.zeros(canvas.shape, dtype=torch.bool)
    for axis in (0, 1):  # no fissure runs along both
        one, other = lobes.narrow(axis, 1, lobes.shape[axis] - 1), lobes.narrow(axis, 0, lobes.shape[axis] - 1)
        border.narrow(axis, 1, lobes.shape[axis] - 1).logical_or_((one != other) & (one > 0) & (other > 0))
    spots = Spots.where(canvas, border & (canvas.depth_mm > -1))
    if len(spots) < 50:
        return False
    thick = float(rng.uniform(0.3, 1.2)) * (1 + 0.7 * spots.noise(20, rng)).clamp(min=0.2)
    share = (thick / canvas.spacing_mm).clamp(max=1.0)
    if rng.random() < 0.5:
        share = share * canvas.right[spots.index]
    spots.paint(canvas, share, float(rng.uniform(-50, 20)))
    for label in ("bandlike_or_linear", "pleural_thickening", "pleural_effusion"):
        spots.mark_unknown(canvas, label, share > 0.5)
    return True


def draw_azygos_fissure(canvas: Canvas, rng: np.random.Generator) -> bool:
    """The azygos vein's way through the right apex: a bowed 1 mm line that ends below in a drop of blood."""
    found = lungs(canvas)
    if not found or not found[0].right:
        return False
    lung = found[0]
    height, radius = float(rng.uniform(45, 75)), float(rng.uniform(38, 60))
    bottom = lung.high[0] - height
    middle = (lung.high[0] - 0.35 * height, lung.low[1] + 0.55 * lung.size[1], lung.high[2] + radius * 0.25)
    region = canvas.region(middle, radius + 6)
    near = (canvas.depth_mm[region.block] > -1) & canvas.right[region.block]
    near &= ((region.radius - radius).abs() < 8) & (region.up + middle[0] > bottom - 5)
    spots = Spots.where(canvas, near, region.block)
    if len(spots) < 60:
        return False
    sheet = (spots.places - torch.tensor(middle)).norm(dim=1) - radius + 0.8 * spots.noise(15, rng)
    above = torch.sigmoid((spots.places[:, 0] - bottom) / 1.5)
    share = slab_share(sheet, float(rng.uniform(0.7, 1.4)), canvas.spacing_mm) * above
    vein = torch.sigmoid((float(rng.uniform(2.5, 4.5)) - torch.hypot(sheet, spots.places[:, 0] - bottom)) / 0.7)
    spots.paint(canvas, share.maximum(vein) * spots.inside(), 20.0)
    for label in ("bandlike_or_linear", "scarring", "nodule"):
        spots.mark_unknown(canvas, label, vein > 0.2)
    return True


def draw_basal_crowding(canvas: Canvas, rng: np.random.Generator) -> bool:
    """A shallow breath: the bases are hazy in a smooth slope, without any line."""
    found = lungs(canvas)
    if not found:
        return False
    spots = Spots.where(canvas, canvas.depth_mm > -1)
    slope = (float(rng.uniform(0.2, 0.5)) - heights(canvas, spots, found)).clamp(min=0) * float(rng.uniform(1.5, 4))
    haze = float(rng.uniform(60, 190)) * slope.clamp(max=1) * (1 + 0.15 * spots.noise(25, rng))
    spots.add(canvas, haze)
    spots.mark_unknown(canvas, "groundglass", haze > 50)
    return True


def draw_grain(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Noise of a lung kernel or a low dose: grainy everywhere alike, body wall too, and no net."""
    white = torch.randn(canvas.shape, generator=torch_generator(rng)) * float(rng.uniform(30, 110))
    if rng.random() < 0.5:  # a coarser grain looks more like a net
        white[:, 1:] = (white[:, 1:] + white[:, :-1]) * 0.7
        white[:, :, 1:] = (white[:, :, 1:] + white[:, :, :-1]) * 0.7
    canvas.hu += white
    return True


DRAWABLES = (
    Drawable("subpleural line of gravity", (), draw_subpleural_line, 0.12),
    Drawable("thick fissures", (), draw_thick_fissures, 0.1),
    Drawable("azygos fissure", (), draw_azygos_fissure, 0.02),
    Drawable("shallow breath", (), draw_basal_crowding, 0.1),
    Drawable("grain", (), draw_grain, 0.08),
)
