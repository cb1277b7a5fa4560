"""Pericardial effusion: a shell of fluid around the heart, and the fat and recesses that resemble it."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ai.organs import code_of
from ai.phantom.canvas import Canvas, Instance, soft
from ai.phantom.drawable import Drawable
from ai.phantom.fields import blurred, smooth_field
from ai.phantom.heart_surface import HeartSurface, heart_surface
from ai.phantom.pleural_space import middle_of, supplant, volume_of


def _room(canvas: Canvas, heart: HeartSurface, thick_mm: float) -> Tensor:
    """1 where a shell may lie: in lung or fat, not in bone, liver or vessels."""
    hu = blurred(canvas.hu[heart.block], (0.7, 0.7, 0.7))
    soft_tissue = torch.sigmoid((-15 - hu) / 12)
    return soft_tissue * (heart.outside < thick_mm)


def _shell(canvas: Canvas, heart: HeartSurface, thick_mm: float, rng: np.random.Generator, dependent: float) -> Tensor:
    a, b, c = heart.outside.shape
    uneven = smooth_field((a, b, c), 35 / canvas.spacing_mm, rng)
    lying = (heart.back / 45).clamp(-1, 1)
    below = (-heart.up / 50).clamp(-1, 1)
    local = thick_mm * (1 + dependent * (0.45 * lying + 0.25 * below) + 0.12 * uneven).clamp(min=0.15)
    # The roots of the great vessels leave the sac above.
    local = local * torch.sigmoid((heart.half_up * 0.85 - heart.up) / 6)
    shell = soft(heart.outside - local, 0.3 + 0.2 * canvas.spacing_mm) * soft(-heart.outside - 1.0, 0.6)
    return shell * (local / (0.5 * canvas.spacing_mm + 1)).clamp(0, 1)


def draw_pericardial_effusion(canvas: Canvas, rng: np.random.Generator) -> bool:
    """A shell of 4–30 mm, thicker behind and below; 0–25 HU, blood rarely."""
    heart = heart_surface(canvas, 40.0)
    if heart is None:
        return False
    thick = float(np.exp(rng.uniform(np.log(4.5), np.log(30))))
    share = _shell(canvas, heart, thick, rng, float(rng.uniform(0.3, 1.0)))
    share = share * _room(canvas, heart, 2.5 * thick)
    if volume_of(canvas, share) < 8000:
        return False
    supplant(canvas, share, heart.block)
    a, b, c = share.shape
    hu = float(rng.uniform(0, 25)) if rng.random() < 0.9 else float(rng.uniform(30, 60))
    canvas.paint(share, hu + 3 * smooth_field((a, b, c), 8, rng), heart.block)
    canvas.mark("pericardial_effusion", share * (share > 0.25), heart.block)
    canvas.mark_unknown("pleural_effusion", (share > 0.1) & (share < 0.5), heart.block)
    if canvas.organs is not None:
        # What the pericardium holds is the heart (ai.organs).
        codes = canvas.organs[heart.block]
        codes[(share > 0.5) & (codes != code_of("aorta"))] = code_of("heart")
    depth = canvas.depth_mm.clone()
    depth[heart.block] = torch.where(share > 0.5, depth[heart.block].clamp(max=-1.0), depth[heart.block])
    canvas.depth_mm = depth
    volume = volume_of(canvas, share)
    size = "small" if thick < 10 else "moderate" if thick < 20 else "large"
    words = f"{size} pericardial effusion, up to {thick * 1.4:.0f} mm"
    centre = middle_of(canvas, share, heart.block)
    canvas.instances.append(Instance("pericardial_effusion", centre, thick, volume, words))
    return True


def draw_normal_pericardium(canvas: Canvas, rng: np.random.Generator) -> bool:
    """The normal pericardium with a little fluid, up to 3 mm: no effusion."""
    heart = heart_surface(canvas, 14.0)
    if heart is None:
        return False
    share = _shell(canvas, heart, float(rng.uniform(1.0, 2.8)), rng, 0.6) * _room(canvas, heart, 5.0)
    canvas.paint(share * 0.8, float(rng.uniform(0, 30)), heart.block)
    return True


def draw_epicardial_fat(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Fat around the heart, most in the angles with the diaphragm: as wide as an effusion, but −100 HU."""
    heart = heart_surface(canvas, 40.0)
    if heart is None:
        return False
    thick = float(rng.uniform(6, 26))
    below = torch.sigmoid((-heart.up - 5) / 8) * torch.sigmoid((8 - heart.back) / 12)
    a, b, c = heart.outside.shape
    uneven = 1 + 0.3 * smooth_field((a, b, c), 18 / canvas.spacing_mm, rng)
    share = soft(heart.outside - thick * below * uneven, 1.0) * soft(-heart.outside - 1.0, 0.6)
    share = share * _room(canvas, heart, 2 * thick)
    if volume_of(canvas, share) < 3000:
        return False
    supplant(canvas, share, heart.block)
    canvas.paint(share, float(rng.uniform(-115, -85)) + 6 * smooth_field((a, b, c), 5, rng), heart.block)
    if canvas.organs is not None:
        codes = canvas.organs[heart.block]
        codes[(share > 0.5) & (codes != code_of("aorta")) & (codes != code_of("heart"))] = 0
    depth = canvas.depth_mm.clone()
    depth[heart.block] = torch.where(share > 0.5, depth[heart.block].clamp(max=-1.0), depth[heart.block])
    canvas.depth_mm = depth
    return True


def draw_superior_recess(canvas: Canvas, rng: np.random.Generator) -> bool:
    """The superior aortic recess: a half moon of fluid, 4–12 mm, behind the ascending aorta; normal."""
    aorta = canvas.landmarks.aorta
    if aorta is None:
        return False
    (up, back, left), radius = aorta.at(float(rng.uniform(0.08, 0.16)))
    region = canvas.region((up, back, left), radius + 16)
    thick = float(rng.uniform(4, 10))
    away = torch.sqrt(region.back**2 + region.left**2)
    moon = torch.maximum((away - radius - thick / 2).abs() - thick / 2, region.up.abs() - thick)
    moon = torch.maximum(moon, 0.3 * radius - region.back)
    room = torch.sigmoid((-15 - canvas.hu[region.block]) / 12) * (canvas.depth_mm[region.block] < 0)
    canvas.paint(soft(moon, 0.8) * room, float(rng.uniform(0, 18)), region.block)
    canvas.mark_unknown("lymphadenopathy", (moon < 1) & (room > 0.2), region.block)
    return True


DRAWABLES: tuple[Drawable, ...] = (
    Drawable("pericardial effusion", ("pericardial_effusion",), draw_pericardial_effusion, 0.09),
    Drawable("normal pericardium", (), draw_normal_pericardium, 0.15),
    Drawable("epicardial fat", (), draw_epicardial_fat, 0.1),
    Drawable("superior pericardial recess", (), draw_superior_recess, 0.08),
)
