"""Cavities: in nodules and masses, and in infected lung; thick or thin walls, fluid levels, fungus balls."""

from __future__ import annotations

import numpy as np

from ai.phantom.canvas import Canvas
from ai.phantom.drawable import Drawable
from ai.phantom.lesions.focal import Density, FocalLesion, Margin, draw_focal
from ai.phantom.lesions.hollow import Cavity
from ai.phantom.lesions.places import lung_place
from ai.phantom.lesions.pushing import push
from ai.phantom.territories import enhancement_hu


def draw_cavities(canvas: Canvas, rng: np.random.Generator) -> bool:
    """One to three cavitating nodules or masses of 10–80 mm."""
    return _several(canvas, rng, infected=False)


def draw_infected_cavities(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Cavities in a halo of infected lung, mostly in the upper zones."""
    return _several(canvas, rng, infected=True)


def _several(canvas: Canvas, rng: np.random.Generator, infected: bool) -> bool:
    enhanced = float(rng.uniform(0, 0.2)) * enhancement_hu(canvas)
    drawn = 0
    for _ in range(int(rng.choice([1, 2, 3], p=[0.65, 0.23, 0.12]))):
        diameter = float(np.exp(rng.uniform(np.log(10), np.log(80))))
        deep = (diameter * 0.2, diameter / 2 + 35)
        centre = lung_place(canvas, rng, diameter * 0.4, deep, low_zone=-0.5 if infected else 0.0)
        if centre is None:
            continue
        if infected:
            push(canvas, centre, diameter / 2, 0.3)
            _halo(canvas, FocalLesion(centre, diameter, Density.SOLID, Margin.ROUND, 0), rng)
        margins = [Margin.ROUND, Margin.LOBULATED, Margin.SPICULATED]
        margin = Margin(rng.choice(margins, p=[0.45, 0.3, 0.25]))
        seed = int(rng.integers(2**31))
        cavity, pushes = _cavity(diameter, rng), 0.0 if infected else 0.6
        one = FocalLesion(
            centre, diameter, Density.SOLID, margin, seed, cavity=cavity, pushes=pushes, enhanced_hu=enhanced
        )
        draw_focal(canvas, one)
        drawn += 1
    return drawn > 0


def _cavity(diameter_mm: float, rng: np.random.Generator) -> Cavity:
    """Walls from 2 mm to a third of the diameter; every fourth larger one holds fluid, few a ball."""
    wall = float(np.exp(rng.uniform(np.log(2.0), np.log(max(2.5, min(15.0, diameter_mm * 0.32))))))
    large = diameter_mm > 20
    content = rng.random()
    return Cavity(
        wall,
        float(rng.uniform(0.05, 0.4)),
        fluid=float(rng.uniform(0.08, 0.55)) if large and content < 0.28 else 0.0,
        ball=bool(large and content > 0.9),
    )


def _halo(canvas: Canvas, lesion: FocalLesion, rng: np.random.Generator) -> None:
    """Haze and filled lung around it: something of ground glass or consolidation, undecided which."""
    radius = lesion.diameter_mm / 2
    wide = float(rng.uniform(4, 14))
    region = canvas.region(lesion.centre, radius + 3 * wide)
    uneven = rng.uniform(0.8, 1.25, size=3)
    outside = (region.stretched(uneven) - radius).clamp(min=0)
    haze = float(rng.uniform(200, 700)) * (-outside / wide).exp() * (outside < 3 * wide)
    inside = (0.5 + canvas.depth_mm[region.block] / canvas.spacing_mm).clamp(0, 1)
    hu = canvas.hu[region.block]
    canvas.hu[region.block] += haze * inside * ((-50 - hu) / 300).clamp(0, 1)
    for label in ("groundglass", "consolidation", "pneumonia", "nodule", "mass"):
        canvas.mark_unknown(label, haze * inside > 40, region.block)


DRAWABLES: tuple[Drawable, ...] = (
    Drawable("cavities", ("cavitation", "nodule", "nodulegr1cm", "mass"), draw_cavities, 0.06),
    Drawable("infected cavities", ("cavitation", "nodule", "nodulegr1cm", "mass"), draw_infected_cavities, 0.04),
)
