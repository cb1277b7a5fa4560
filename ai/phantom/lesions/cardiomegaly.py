"""Cardiomegaly: a heart that grows to the left, down and back and pushes the lungs aside.

The limit is the cardiothoracic ratio's: transverse heart above half of the inner chest's width (Danzer 1919).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from ai.organs import code_of
from ai.phantom.canvas import Canvas, Instance, soft
from ai.phantom.courses import clear_of_spine
from ai.phantom.drawable import Drawable
from ai.phantom.heart_surface import extent_mm, heart_surface, level
from ai.phantom.landmarks import HeartShape
from ai.phantom.warping import warp

_LIMIT = 0.5
_LEAST_GROWTH, _MOST_GROWTH = 1.06, 1.75


def chest_width_mm(canvas: Canvas) -> float:
    """Return the greatest inner width of the chest: between the lungs' outer edges on one level."""
    lines = (canvas.depth_mm > 0).any(1)
    found = torch.nonzero(lines.any(1)).flatten()
    if found.numel() == 0:
        return 0.0
    some = lines[found].int()
    first = some.argmax(1)
    last = some.shape[1] - 1 - some.flip(1).argmax(1)
    return float((last - first + 1).max()) * canvas.spacing_mm


def heart_width_mm(canvas: Canvas) -> float:
    """Return the heart's transverse extent: of its organ code where somebody has said it, else of its ellipsoid."""
    heart = canvas.landmarks.heart
    if canvas.organs is not None:
        columns = (canvas.organs == code_of("heart")).sum((0, 1)) * canvas.spacing_mm**2
        # A few stray voxels are not the heart's edge.
        found = torch.nonzero(columns > 100).flatten()
        if found.numel() > 1:
            return float(found.max() - found.min() + 1) * canvas.spacing_mm
    return 0.0 if heart is None else 2 * extent_mm(heart)[2]


def draw_cardiomegaly(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Enlarge the heart to a cardiothoracic ratio of .52–.70."""
    before = _ratio(canvas)
    target = float(rng.uniform(0.525, 0.68))
    if before <= 0 or not target / before > _LEAST_GROWTH:
        return False
    if not _grown(canvas, min(target / before, _MOST_GROWTH), rng):
        return False
    ratio = _ratio(canvas)
    surface = heart_surface(canvas, 10.0)
    if surface is None:
        return False
    share = soft(surface.outside, 0.4 * canvas.spacing_mm)
    if ratio > _LIMIT + 0.01:
        canvas.mark("cardiomegaly", share * (share > 0.25), surface.block)
        width = heart_width_mm(canvas)
        heart = canvas.landmarks.heart
        if heart is not None:
            volume = float(share.sum()) * canvas.spacing_mm**3
            words = f"cardiomegaly, cardiothoracic ratio {ratio:.2f}"
            canvas.instances.append(Instance("cardiomegaly", heart.middle, width, volume, words))
    else:
        canvas.mark_unknown("cardiomegaly", share > 0.1, surface.block)
    return True


def draw_large_normal_heart(canvas: Canvas, rng: np.random.Generator) -> bool:
    """A heart a bit large, ratio .44–.485: normal."""
    before = _ratio(canvas)
    target = float(rng.uniform(0.44, 0.485))
    return before > 0 and target / before > 1.02 and _grown(canvas, target / before, rng)


def _ratio(canvas: Canvas) -> float:
    chest = chest_width_mm(canvas)
    return 0.0 if canvas.landmarks.heart is None or chest <= 0 else heart_width_mm(canvas) / chest


def _grown(canvas: Canvas, factor: float, rng: np.random.Generator) -> bool:
    """Stretch the heart about a pivot at its front, upper right; what lies around is squeezed up to the ribs."""
    heart = canvas.landmarks.heart
    if heart is None:
        return False
    half = np.array(extent_mm(heart))
    growth = np.array([1 + (factor - 1) * rng.uniform(0.45, 0.8), 1 + (factor - 1) * rng.uniform(0.3, 0.6), factor])
    # Where the pivot lies: 0.5 the middle; the front, the top and a little of the right stay.
    pivot = half * np.array([0.55, -0.8, -float(rng.uniform(0.1, 0.4))])
    new = replace(heart, half_mm=_stretched(heart, growth))
    middle = tuple(float(m + p * (1 - g)) for m, p, g in zip(heart.middle, pivot, growth, strict=True))
    region = canvas.region(heart.middle, float(max(half * growth)) + 45)
    shifted = [axis + old - now for axis, old, now in zip(
        (region.up, region.back, region.left), heart.middle, middle, strict=True
    )]  # fmt: skip
    outward = level(new, shifted[0], shifted[1], shifted[2])
    fade = (1 - (outward - 1).clamp(min=0) * min(new.half_mm) / 34).clamp(0, 1)
    fade = fade * _inside_ribs(canvas, region.left + heart.middle[2]) * clear_of_spine(canvas, region, heart.middle)
    offset = torch.stack(
        [
            ((axis - float(p)) * float(1 / g - 1) * fade).expand(fade.shape)
            for axis, p, g in zip((region.up, region.back, region.left), pivot, growth, strict=True)
        ]
    )
    warp(canvas, region.block, offset)
    canvas.landmarks = replace(canvas.landmarks, heart=replace(new, middle=(middle[0], middle[1], middle[2])))
    return True


def _stretched(
    heart: HeartShape, growth: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
) -> tuple[float, float, float]:
    a, b, c = (
        float(half * np.sqrt(((np.array(axis) * growth) ** 2).sum()))
        for axis, half in zip(heart.axes, heart.half_mm, strict=True)
    )
    return a, b, c


def _inside_ribs(canvas: Canvas, left: torch.Tensor) -> torch.Tensor:
    """1 well within the widest part of the chest, 0 at its wall."""
    columns = torch.nonzero((canvas.depth_mm > 0).any(0).any(0)).flatten().float() * canvas.spacing_mm
    first, last = float(columns.min()), float(columns.max())
    return (torch.minimum(left - first, last - left) / 22).clamp(0, 1)


DRAWABLES: tuple[Drawable, ...] = (
    Drawable("cardiomegaly", ("cardiomegaly",), draw_cardiomegaly, 0.12),
    Drawable("large normal heart", (), draw_large_normal_heart, 0.08),
)
