"""Pneumothorax: air that lies uppermost in the pleural space while the lung falls together towards its hilum."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ai.phantom.canvas import Canvas, Instance, soft
from ai.phantom.drawable import Drawable
from ai.phantom.fields import smooth_field
from ai.phantom.lesions.loculated import patch
from ai.phantom.pleural_space import PleuralSpace, inside, middle_of, occupy, pleural_space, press, supplant, volume_of
from ai.phantom.warping import warp

_AIR_HU = -1000.0


def draw_pneumothorax(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Air in front and at the apex of one lung, rarely both: a sliver of 4 mm to a lung at its hilum."""
    sides = [True, False] if rng.random() < 0.08 else [bool(rng.random() < 0.55)]
    drawn = False
    for right in sides:
        space = pleural_space(canvas, right)
        if space is None:
            continue
        kind = rng.random()
        if kind < 0.55:
            drawn = _crescent(canvas, space, right, rng) or drawn
        elif kind < 0.88:
            drawn = _shrunk(canvas, space, right, rng) or drawn
        else:
            drawn = _pocket(canvas, space, right, rng) or drawn
    return drawn


def _crescent(canvas: Canvas, space: PleuralSpace, right: bool, rng: np.random.Generator) -> bool:
    """Air of 4–30 mm in front, at the base in front (deep sulcus) or over the apex."""
    deep = float(np.exp(rng.uniform(np.log(4), np.log(30))))
    front, behind = space.low[1], space.high[1]
    edge = front + float(rng.uniform(0.35, 0.75)) * (behind - front)
    before = ((edge - space.back) / max(1.0, edge - front)).clamp(0, 1) ** 0.7
    where = rng.random()
    if where < 0.35:
        local = before
    elif where < 0.65:
        local = before * (1 - space.height).clamp(0.05, 1) ** 0.6
    else:
        local = torch.maximum(before * space.height, torch.sigmoid((space.height - 0.88) / 0.04) * 0.9)
    waves = 1 + 0.12 * smooth_field(space.shape, 30 / canvas.spacing_mm, rng)
    local = deep * local * waves
    surface = torch.where(local > 1.5, space.depth - local, space.depth + 1.0)
    return _air(canvas, space, surface, deep, right, min(0.6 * deep, 12.0), rng)


def _pocket(canvas: Canvas, space: PleuralSpace, right: bool, rng: np.random.Generator) -> bool:
    """Air held by adhesions, anywhere."""
    rim = (space.depth > 0) & (space.depth < 2 * canvas.spacing_mm)
    if not bool(rim.any()):
        return False
    wide = float(rng.uniform(18, 55))
    deep = wide * float(rng.uniform(0.25, 0.6))
    away = patch(canvas, space.depth, rim, rng)
    surface = torch.maximum(space.depth - deep * (1 - (away / wide) ** 2).clamp(min=0).sqrt(), away - wide)
    return _air(canvas, space, surface, deep, right, 0.4 * deep, rng)


def _air(
    canvas: Canvas, space: PleuralSpace, surface: Tensor, deep: float, right: bool, push: float,
    rng: np.random.Generator,
) -> bool:  # fmt: skip
    share = soft(surface, 0.3 + 0.15 * canvas.spacing_mm) * inside(space)
    if volume_of(canvas, share) < 1500:
        return False
    press(canvas, space, surface, push)
    _finish(canvas, space, surface, share, deep, right, rng)
    return True


def _shrunk(canvas: Canvas, space: PleuralSpace, right: bool, rng: np.random.Generator) -> bool:
    """The lung shrinks about its hilum, less along the back on which it lies."""
    keep = float(rng.uniform(0.35, 0.93))
    side = -1.0 if right else 1.0
    medial = space.high[2] if right else space.low[2]
    pivot = (
        space.low[0] + float(rng.uniform(0.3, 0.5)) * (space.high[0] - space.low[0]),
        space.low[1] + float(rng.uniform(0.65, 1.0)) * (space.high[1] - space.low[1]),
        medial + side * 22.0,
    )
    ratio = np.clip(1 / (keep + rng.uniform(-0.04, 0.08, 3)), 1.03, 3.0) - 1
    own = (space.depth > 0).float()
    offset = torch.stack(
        [
            ((line - middle) * float(more)).expand(space.shape) * own
            for line, middle, more in zip((space.up, space.back, space.left), pivot, ratio, strict=True)
        ]
    )
    deep = float((offset.square().sum(0).sqrt() / (1 + float(ratio.mean()))).max())
    before = space.depth > 0
    warp(canvas, space.block, offset)
    surface = torch.where(before, canvas.depth_mm[space.block] / (1 + float(ratio.mean())), space.depth + 1.0)
    share = soft(surface, 0.3 + 0.15 * canvas.spacing_mm) * inside(space)
    hu = canvas.hu[space.block]
    dense = (1 + float(ratio.mean())) ** float(rng.uniform(0.8, 2.2))
    canvas.hu[space.block] = torch.where((hu < -500) & (surface > 0), ((hu + 1000) * dense).clamp(max=900) - 1000, hu)
    if keep < 0.55 and rng.random() < 0.5:
        canvas.mark("atelectasis", (surface > 2).float() * (canvas.hu[space.block] > -500), space.block)
    _finish(canvas, space, surface, share, deep, right, rng)
    canvas.mark_unknown("atelectasis", surface > 0, space.block)
    canvas.mark_unknown("groundglass", surface > 0, space.block)
    return True


def _finish(
    canvas: Canvas, space: PleuralSpace, surface: Tensor, share: Tensor, deep: float, right: bool,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    occupy(canvas, space, surface, share, keep=("pneumothorax",))
    canvas.paint(share, _AIR_HU, space.block)
    line = torch.exp(-((surface / (0.5 * canvas.spacing_mm)) ** 2)) * (space.depth > 1.5 * canvas.spacing_mm)
    canvas.paint(line * min(1.0, float(rng.uniform(0.6, 1.2)) / canvas.spacing_mm), 0.0, space.block)
    canvas.mark("pneumothorax", share * (share > 0.25), space.block)
    volume = volume_of(canvas, share)
    size = "small" if volume < 1.5e5 else "moderate" if volume < 8e5 else "large"
    words = f"{size} {'right' if right else 'left'} pneumothorax"
    centre = middle_of(canvas, share, space.block)
    canvas.instances.append(Instance("pneumothorax", centre, deep, volume, words))


def draw_big_bulla(canvas: Canvas, rng: np.random.Generator) -> bool:
    """A bulla of 30–90 mm under the pleura, with a wall: emphysema, no more."""
    space = pleural_space(canvas, bool(rng.random() < 0.5))
    if space is None:
        return False
    rim = (space.depth > 3) & (space.depth < 10) & (space.height > 0.55)
    if not bool(rim.any()):
        return False
    wide = float(rng.uniform(15, 45))
    away = patch(canvas, space.depth, rim, rng)
    surface = torch.maximum(away - wide * (1 + 0.07 * smooth_field(space.shape, 15, rng)), -(space.depth - 1.0))
    share = soft(surface, 0.5) * inside(space)
    supplant(canvas, share, space.block)
    canvas.paint(share, float(rng.uniform(-1000, -975)), space.block)
    wall = torch.exp(-((surface / (0.5 * canvas.spacing_mm)) ** 2)) * (space.depth > canvas.spacing_mm)
    canvas.paint(wall * min(1.0, 0.8 / canvas.spacing_mm), -50.0, space.block)
    canvas.mark_unknown("emphysema", share > 0.1, space.block)
    canvas.mark_unknown("cyst", share > 0.1, space.block)
    return True


def draw_skin_fold(canvas: Canvas, rng: np.random.Generator) -> bool:
    """A line that runs over the lung without air beyond it: lung markings go on (motion, fold, thick fissure)."""
    space = pleural_space(canvas, bool(rng.random() < 0.5))
    if space is None:
        return False
    deep = float(rng.uniform(6, 20))
    waves = 3 * smooth_field(space.shape, 40 / canvas.spacing_mm, rng)
    front = space.low[1] + 0.5 * (space.high[1] - space.low[1])
    line = torch.exp(-(((space.depth - deep + waves) / (0.5 * canvas.spacing_mm)) ** 2)) * (space.back < front)
    canvas.hu[space.block] += line * float(rng.uniform(80, 250)) * (space.depth > 2) * (canvas.hu[space.block] < -500)
    return True


DRAWABLES: tuple[Drawable, ...] = (
    Drawable("pneumothorax", ("pneumothorax",), draw_pneumothorax, 0.07),
    Drawable("big bulla", (), draw_big_bulla, 0.05),
    Drawable("fold over the lung", (), draw_skin_fold, 0.04),
)
