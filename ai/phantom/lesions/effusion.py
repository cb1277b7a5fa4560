"""Pleural effusion: fluid that lies where gravity puts it, with a meniscus, and presses the lung beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ai.phantom.canvas import Canvas, Instance, soft
from ai.phantom.drawable import Drawable
from ai.phantom.fields import smooth_field
from ai.phantom.lesions.fissure_fluid import draw_fissural, fissure_share
from ai.phantom.lesions.loculated import draw_loculated
from ai.phantom.pleural_space import PleuralSpace, inside, middle_of, occupy, pleural_space, press, supplant, volume_of

_LEAST_MM3 = 4000.0
"""Less than 4 ml is no one's finding."""
_PRONE_SHARE = 0.04
"""Patients examined face down: the fluid lies in front."""


@dataclass(frozen=True)
class _Fluid:
    """Depth at the most dependent place, density, and whether the patient lies face down."""

    deep_mm: float
    hu: float
    prone: bool


def fluid_hu(rng: np.random.Generator) -> float:
    """Draw a density: transudate 0–20, exudate 10–30, blood 35–70 HU (rare)."""
    kind = rng.random()
    if kind < 0.6:
        return float(rng.uniform(0, 20))
    return float(rng.uniform(10, 30)) if kind < 0.92 else float(rng.uniform(35, 70))


def draw_effusion(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Fill the dependent part of one or both pleural spaces, 3–110 mm deep."""
    sides = [True, False] if rng.random() < 0.45 else [bool(rng.random() < 0.55)]
    prone = bool(rng.random() < _PRONE_SHARE)
    deep = float(np.exp(rng.uniform(np.log(4), np.log(110))))
    drawn = False
    for right in sides:
        own = float(np.clip(deep * np.exp(rng.normal(0, 0.35)), 3, 110))
        drawn = _one_side(canvas, right, _Fluid(own, fluid_hu(rng), prone), rng) or drawn
    return drawn


def _one_side(canvas: Canvas, right: bool, fluid: _Fluid, rng: np.random.Generator) -> bool:
    space = pleural_space(canvas, right)
    if space is None:
        return False
    surface = _surface(canvas, space, fluid, rng)
    within = inside(space)
    share = soft(surface, 0.5 + 0.25 * canvas.spacing_mm) * within
    if volume_of(canvas, share) < _LEAST_MM3:
        return False
    if rng.random() < 0.4:
        share = torch.maximum(share, fissure_share(canvas, space, surface, float(rng.uniform(2, 7))) * within)
    press(canvas, space, surface, min(0.5 * fluid.deep_mm, 14.0))
    occupy(canvas, space, surface, share, keep=("pleural_effusion", "pleural_thickening"))
    if rng.random() < min(0.95, 0.2 + fluid.deep_mm / 40):
        _collapse(canvas, space, surface, fluid.deep_mm, rng)
    _pour(canvas, space, surface, share, fluid.hu, rng)
    volume = volume_of(canvas, share)
    side = "right" if right else "left"
    size = "small" if volume < 3e5 else "moderate" if volume < 1e6 else "large"
    words = f"{size} {side} pleural effusion"
    centre = middle_of(canvas, share, space.block)
    canvas.instances.append(Instance("pleural_effusion", centre, fluid.deep_mm, volume, words))
    return True


def _pour(
    canvas: Canvas, space: PleuralSpace, surface: Tensor, share: Tensor, hu: float, rng: np.random.Generator
) -> None:
    block = space.block
    # A little beyond the lung's edge, where its partial volume would stay as a black seam.
    seam = soft(surface, 0.8) * soft(-space.depth - 2.5, 0.5) * (canvas.hu[block] < 0)
    canvas.paint(torch.maximum(share, seam), hu + 3 * smooth_field(space.shape, 8, rng), block)
    canvas.mark("pleural_effusion", share * (share > 0.25), block)


def _surface(canvas: Canvas, space: PleuralSpace, fluid: _Fluid, rng: np.random.Generator) -> Tensor:
    """Distance to the fluid's surface, positive in the lung: between a crescent along the wall and a level."""
    hindmost, foremost = space.high[1], space.low[1]
    sunk = (foremost + hindmost - space.back) if fluid.prone else space.back
    reach = float(rng.uniform(0.45, 1.15))
    by_height = (1 - (space.height / reach) ** 2).clamp(min=0)
    edge = hindmost - float(rng.uniform(0.3, 0.85)) * (hindmost - foremost)
    by_depth = ((sunk - edge) / max(1.0, hindmost - edge)).clamp(0, 1) ** 0.8
    crescent = space.depth - fluid.deep_mm * by_depth * by_height
    meniscus = float(rng.uniform(3, 14)) * torch.exp(-space.depth.clamp(min=0) / 7)
    level = hindmost - fluid.deep_mm * (1.15 * by_height - 0.15) - meniscus * by_height - sunk
    flat = float(np.clip(fluid.deep_mm / 60 + rng.normal(0, 0.2), 0, 1))
    wave = smooth_field(space.shape, 24 / canvas.spacing_mm, rng) * min(1.5, 0.15 * fluid.deep_mm)
    return (1 - flat) * crescent + flat * level + wave


def _collapse(canvas: Canvas, space: PleuralSpace, surface: Tensor, deep: float, rng: np.random.Generator) -> None:
    """The lung beside the fluid is airless: atelectasis; whether also consolidated no one may say."""
    width = float(rng.uniform(0.1, 0.5)) * deep
    wave = smooth_field(space.shape, 18 / canvas.spacing_mm, rng) * width * 0.5
    away = surface - width * (1.2 - space.height) + wave
    share = soft(away, 1.5) * inside(space) * float(rng.uniform(0.75, 1.0))
    left_over = share * (surface > 0)
    canvas.paint(share, float(rng.uniform(30, 70)), space.block)
    # What fills the collapsed lung now hides what was seen in it.
    supplant(canvas, left_over, space.block, keep=("pleural_effusion", "pleural_thickening", "mass", "atelectasis"))
    canvas.mark("atelectasis", left_over * (left_over > 0.25), space.block)
    for other in ("consolidation", "groundglass", "pneumonia", "bandlike_or_linear"):
        canvas.mark_unknown(other, left_over > 0.1, space.block)
    volume = volume_of(canvas, left_over)
    if volume > 1000:
        centre = middle_of(canvas, left_over, space.block)
        canvas.instances.append(
            Instance("atelectasis", centre, 2 * max(3.0, width), volume, "compressive atelectasis beside the effusion")
        )


DRAWABLES: tuple[Drawable, ...] = (
    Drawable("pleural effusion", ("pleural_effusion", "atelectasis"), draw_effusion, 0.2),
    Drawable("loculated pleural effusion", ("pleural_effusion",), draw_loculated, 0.04),
    Drawable("fluid in a fissure", ("pleural_effusion",), draw_fissural, 0.03),
)
