"""Pleural thickening: a smooth or nodular sheet, an apical cap, a rind, plaques with and without calcium."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ai.phantom.canvas import Canvas, Instance, soft
from ai.phantom.drawable import Drawable
from ai.phantom.fields import smooth_field
from ai.phantom.lesions.loculated import distance_to, patch
from ai.phantom.pleural_space import (
    PleuralSpace,
    inside,
    middle_of,
    occupy,
    pleural_space,
    portion,
    supplant,
    volume_of,
)

_LEAST_MM3 = 600.0


def draw_thickening(canvas: Canvas, rng: np.random.Generator) -> bool:
    """A sheet of 3–15 mm: at the apex, at the base, in a patch, or around the whole lung."""
    kind = str(rng.choice(["apical", "basal", "patch", "diffuse"], p=[0.3, 0.25, 0.3, 0.15]))
    both = rng.random() < (0.6 if kind == "apical" else 0.15)
    sides = [True, False] if both else [bool(rng.random() < 0.5)]
    drawn = False
    for right in sides:
        drawn = _sheet(canvas, right, kind, rng) or drawn
    return drawn


def _sheet(canvas: Canvas, right: bool, kind: str, rng: np.random.Generator) -> bool:
    space = pleural_space(canvas, right)
    if space is None:
        return False
    thick = float(np.exp(rng.uniform(np.log(3), np.log(15))))
    nodular = rng.random() < 0.3
    waves = smooth_field(space.shape, (10 if nodular else 30) / canvas.spacing_mm, rng)
    local = thick * _extent(canvas, space, kind, rng) * (1 + (0.6 if nodular else 0.25) * waves)
    surface = space.depth - local
    share = soft(surface, 0.4 + 0.15 * canvas.spacing_mm) * inside(space) * ((local - 1.0) / 1.0).clamp(0, 1)
    if volume_of(canvas, share) < _LEAST_MM3:
        return False
    surface = torch.where(local > 1.0, surface, space.depth)
    occupy(canvas, space, surface, share, keep=("pleural_thickening",))
    _paint(canvas, space, share, float(rng.uniform(25, 75)), rng)
    if kind == "apical":
        canvas.mark_unknown("scarring", share > 0.1, space.block)
    else:
        # A thin basal sheet and a sliver of fluid look alike without contrast.
        canvas.mark_unknown("pleural_effusion", share > 0.1, space.block)
    if nodular:
        canvas.mark_unknown("nodule", share > 0.1, space.block)
        canvas.mark_unknown("mass", share > 0.1, space.block)
    if rng.random() < 0.12:
        _calcify(canvas, space, surface + 0.5 * thick, share, rng)
    words = f"{'nodular' if nodular else 'smooth'} {kind} pleural thickening of {thick:.0f} mm"
    centre = middle_of(canvas, share, space.block)
    canvas.instances.append(Instance("pleural_thickening", centre, thick, volume_of(canvas, share), words))
    return True


def _extent(canvas: Canvas, space: PleuralSpace, kind: str, rng: np.random.Generator) -> Tensor:
    """How thick the sheet is over the lung's surface, 0…1."""
    if kind == "apical":
        return torch.sigmoid((space.up - space.high[0] + float(rng.uniform(12, 32))) / 4).expand(space.shape)
    if kind == "diffuse":
        return (1 + 0.35 * smooth_field(space.shape, 40 / canvas.spacing_mm, rng)).clamp(0.2, 1.6)
    if kind == "basal":
        low = torch.sigmoid((0.35 - space.height) / 0.06)
        behind = torch.sigmoid((space.back - (space.low[1] + 0.4 * (space.high[1] - space.low[1]))) / 10)
        return low * behind
    rim = (space.depth > 0) & (space.depth < 2 * canvas.spacing_mm)
    if not bool(rim.any()):
        return torch.zeros(space.shape)
    wide = float(rng.uniform(18, 60))
    return torch.sigmoid((wide - patch(canvas, space.depth, rim, rng)) / (0.15 * wide))


def _paint(canvas: Canvas, space: PleuralSpace, share: Tensor, hu: float, rng: np.random.Generator) -> None:
    canvas.paint(share, hu + 5 * smooth_field(space.shape, 6, rng), space.block)
    # The lung's partial volume at its edge must not stay between the sheet and the wall.
    seam = (canvas.hu[space.block] < -60) & (space.depth > -3.0) & (space.depth < 1.0) & (_near(share) > 0.4)
    canvas.paint(seam * 0.85, hu, space.block)
    canvas.mark("pleural_thickening", share * (share > 0.25), space.block)


def _near(share: Tensor) -> Tensor:
    found: Tensor = torch.nn.functional.max_pool3d(share[None, None], 3, 1, 1)[0, 0]
    return found


def _calcify(canvas: Canvas, space: PleuralSpace, surface: Tensor, share: Tensor, rng: np.random.Generator) -> None:
    """Calcium in the outer part of a sheet, in pieces."""
    pieces = smooth_field(space.shape, 8 / canvas.spacing_mm, rng) > float(rng.uniform(-0.4, 0.8))
    lime = soft(surface, 0.5) * share * pieces
    canvas.paint(lime, float(rng.uniform(250, 900)), space.block)
    canvas.mark("calcification", lime * (lime > 0.25), space.block)
    if volume_of(canvas, lime) > 20:
        centre = middle_of(canvas, lime, space.block)
        words = "pleural calcification"
        canvas.instances.append(Instance("calcification", centre, 10.0, volume_of(canvas, lime), words))


def draw_plaques(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Two to a dozen flat plaques along ribs and diaphragm, 2–9 mm thick, 10–60 mm wide, on both sides."""
    limed = float(rng.choice([0.0, 0.4, 0.9]))
    drawn = False
    for right in (True, False):
        space = pleural_space(canvas, right)
        if space is None:
            continue
        sites = torch.nonzero(_sites(canvas, space))
        for _ in range(int(rng.integers(1, 7))):
            drawn = _plaque(canvas, space, sites, limed, rng) or drawn
    return drawn


def _sites(canvas: Canvas, space: PleuralSpace) -> Tensor:
    """The pleura along the ribs' side and on the diaphragm, not beside the mediastinum."""
    rim = (space.depth > 0) & (space.depth < 2 * canvas.spacing_mm)
    out = torch.gradient(space.depth, dim=2)[0] * canvas.spacing_mm
    down = torch.gradient(space.depth, dim=0)[0]
    middle = 0.5 * (space.low[2] + space.high[2])
    lateral = (space.left - middle).sign() * -out > 0
    outer = (space.left - middle).abs() > 0.15 * (space.high[2] - space.low[2])
    side = bool(canvas.right[space.block][rim].float().mean() > 0.5)
    away = (space.left < middle) if side else (space.left > middle)
    costal = rim & lateral & outer & away & (space.height > 0.15) & (space.height < 0.85)
    return costal | (rim & (down > 0.8) & (space.height < 0.5))


def _plaque(canvas: Canvas, space: PleuralSpace, sites: Tensor, limed: float, rng: np.random.Generator) -> bool:
    if sites.shape[0] == 0:
        return False
    wide = float(np.exp(rng.uniform(np.log(6), np.log(30))))
    thick = float(rng.uniform(2, 9)) * min(1.0, wide / 12)
    spot = sites[int(rng.integers(sites.shape[0]))]
    reach = round((1.6 * wide + 8) / canvas.spacing_mm)
    part = [slice(max(0, int(c) - reach), min(n, int(c) + reach + 1)) for c, n in zip(spot, space.shape, strict=True)]
    space = portion(space, (part[0], part[1], part[2]))
    own = torch.tensor([int(c) - p.start for c, p in zip(spot, part, strict=True)])
    away = distance_to(own, space.shape, canvas.spacing_mm)
    edge = wide * (1 + 0.2 * smooth_field(space.shape, 8 / canvas.spacing_mm, rng))
    surface = torch.maximum(space.depth - thick, away - edge)
    share = soft(surface, 0.3 + 0.15 * canvas.spacing_mm) * inside(space)
    if volume_of(canvas, share) < 60:
        return False
    supplant(canvas, share, space.block, keep=("pleural_thickening", "calcification"))
    _paint(canvas, space, share, float(rng.uniform(35, 90)), rng)
    canvas.mark_unknown("nodule", share > 0.1, space.block)
    lime = rng.random() < limed
    if lime:
        _calcify(canvas, space, torch.maximum(space.depth - 0.7 * thick, away - 0.85 * edge), share, rng)
    words = f"{'calcified ' if lime else ''}pleural plaque of {thick:.0f} mm"
    centre = middle_of(canvas, share, space.block)
    canvas.instances.append(Instance("pleural_thickening", centre, 2 * wide, volume_of(canvas, share), words))
    return True


def draw_extrapleural_fat(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Fat between ribs and pleura, 2–8 mm, both sides alike: not thickening, it is as dark as fat."""
    thick = float(rng.uniform(2, 8))
    drawn = False
    for right in (True, False):
        space = pleural_space(canvas, right)
        if space is None:
            continue
        middle = 0.5 * (space.low[2] + space.high[2])
        outer = (space.left < middle) if right else (space.left > middle)
        waves = 1 + 0.5 * smooth_field(space.shape, 25 / canvas.spacing_mm, rng)
        local = thick * waves * torch.sigmoid((space.height - 0.25) / 0.05) * outer
        surface = space.depth - local
        share = soft(surface, 0.5) * inside(space) * ((local - 1) / 1).clamp(0, 1)
        if volume_of(canvas, share) < _LEAST_MM3:
            continue
        occupy(canvas, space, torch.where(local > 1, surface, space.depth), share)
        canvas.paint(share, float(rng.uniform(-120, -85)), space.block)
        drawn = True
    return drawn


DRAWABLES: tuple[Drawable, ...] = (
    Drawable("pleural thickening", ("pleural_thickening", "calcification"), draw_thickening, 0.14),
    Drawable("pleural plaques", ("pleural_thickening", "calcification"), draw_plaques, 0.06),
    Drawable("extrapleural fat", (), draw_extrapleural_fat, 0.08),
)
