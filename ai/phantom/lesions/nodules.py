"""Nodules of 3–30 mm: one, some, many; of every kind, edge and seat."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ai.phantom.canvas import Canvas, Vector
from ai.phantom.drawable import Drawable
from ai.phantom.lesions.calcium import Calcium
from ai.phantom.lesions.focal import Density, FocalLesion, Margin, draw_focal
from ai.phantom.lesions.hollow import Cavity
from ai.phantom.lesions.places import fissure_place, lung_place, lung_places, pleural_place
from ai.phantom.territories import enhancement_hu

_MARGINS = [Margin.ROUND, Margin.LOBULATED, Margin.SPICULATED, Margin.POLYGONAL, Margin.TRIANGULAR]
_SEATS = ("alone", "vessel", "pleura", "fissure")
_SEAT_SHARES = (0.58, 0.15, 0.2, 0.07)
_RARELY = ("granuloma", "calcification", "cavitation")


def drawn_nodule(
    canvas: Canvas, rng: np.random.Generator, diameters_mm: tuple[float, float] = (3.5, 30.0), enhanced_hu: float = 0.0
) -> FocalLesion | None:
    """Choose a nodule and its place; small ones are frequent (log-uniform); None where there is no room."""
    low, high = np.log(diameters_mm[0]), np.log(diameters_mm[1])
    diameter = float(np.exp(rng.uniform(low, high)))
    density = _density(diameter, rng)
    seat = str(rng.choice(_SEATS, p=_SEAT_SHARES))
    if (seat == "vessel" and diameter < 5) or (seat == "fissure" and diameter > 11):
        seat = "alone"
    centre = _centre(canvas, rng, seat, diameter)
    if centre is None:
        return None
    margin = _margin(diameter, density, seat, rng)
    spiculated = margin is Margin.SPICULATED
    solid = density is Density.SOLID
    pattern = rng.choice(list(Calcium)[:4], p=[0.25, 0.45, 0.15, 0.15]) if density is Density.CALCIFIED else None
    hole = solid and diameter > 10 and rng.random() < 0.05
    return FocalLesion(
        centre,
        diameter,
        density,
        margin,
        int(rng.integers(2**31)),
        calcium=None if pattern is None else Calcium(pattern),
        cavity=Cavity(diameter * float(rng.uniform(0.12, 0.3)), float(rng.uniform(0.1, 0.3))) if hole else None,
        notched=bool(diameter > 10 and rng.random() < 0.2),
        tagged=bool(spiculated and rng.random() < 0.5) or bool(solid and diameter > 6 and rng.random() < 0.06),
        pushes=float(rng.uniform(0.3, 0.8)) if solid and diameter > 8 and rng.random() < 0.6 else 0.0,
        enhanced_hu=float(rng.uniform(0, 0.2)) * enhanced_hu,
    )


def _density(diameter: float, rng: np.random.Generator) -> Density:
    """Kinds by size: what is below 5 mm and not solid is hardly ever seen."""
    shares = [0.78, 0.0, 0.08, 0.14] if diameter < 6 else [0.62, 0.13, 0.16, 0.09]
    return Density(rng.choice(list(Density), p=shares))


def _margin(diameter: float, density: Density, seat: str, rng: np.random.Generator) -> Margin:
    if seat == "fissure":
        return Margin.TRIANGULAR
    if diameter < 6 or density is Density.CALCIFIED:
        shares = [0.7, 0.12, 0.0, 0.14, 0.04]
    elif density is Density.GROUND_GLASS:
        shares = [0.5, 0.3, 0.05, 0.15, 0.0]
    else:
        shares = [0.36, 0.25, 0.25, 0.13, 0.01]
    if diameter > 10:
        shares = [*shares[:3], shares[3] + shares[4], 0.0]
    return Margin(rng.choice(_MARGINS, p=shares))


def _centre(canvas: Canvas, rng: np.random.Generator, seat: str, diameter: float) -> Vector | None:
    radius = diameter / 2
    if seat == "pleura":
        return pleural_place(canvas, rng, radius)
    if seat == "vessel":
        return lung_place(canvas, rng, radius, (radius + 2, 200.0), on_vessel=True)
    if seat == "fissure":
        place = fissure_place(canvas, rng)
        if place is not None:
            return place
    return lung_place(canvas, rng, radius, (radius + 1, 200.0 if rng.random() < 0.4 else radius + 25))


def _several(canvas: Canvas, rng: np.random.Generator, count: int, diameters_mm: tuple[float, float]) -> bool:
    enhanced = enhancement_hu(canvas)
    drawn = 0
    for _ in range(count):
        nodule = drawn_nodule(canvas, rng, diameters_mm, enhanced)
        if nodule is not None:
            draw_focal(canvas, nodule)
            drawn += 1
    return drawn > 0


def draw_nodules(canvas: Canvas, rng: np.random.Generator) -> bool:
    """One to four nodules of any size and kind."""
    return _several(canvas, rng, int(rng.choice([1, 2, 3, 4], p=[0.4, 0.3, 0.2, 0.1])), (3.5, 30.0))


def draw_small_nodules(canvas: Canvas, rng: np.random.Generator) -> bool:
    """One to eight of 3–9 mm."""
    return _several(canvas, rng, int(rng.integers(1, 9)), (3.0, 9.0))


def draw_large_nodules(canvas: Canvas, rng: np.random.Generator) -> bool:
    """One or two above 1 cm."""
    return _several(canvas, rng, int(rng.integers(1, 3)), (10.5, 30.0))


def draw_metastases(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Many round ones of one origin: alike, of different size, most at the bases and under the pleura."""
    enhanced = enhancement_hu(canvas) * float(rng.uniform(0, 0.2))
    middle = float(np.exp(rng.uniform(np.log(5), np.log(14))))
    margin = Margin.ROUND if rng.random() < 0.7 else Margin.LOBULATED
    holes = rng.random() < 0.1
    drawn = 0
    for _ in range(int(rng.integers(4, 16))):
        diameter = float(np.clip(middle * np.exp(rng.normal(0, 0.45)), 3.5, 45))
        deep = (diameter / 2 + 0.5, diameter / 2 + 30)
        centre = lung_place(canvas, rng, diameter / 2, deep, low_zone=0.7)
        if centre is None:
            continue
        one = FocalLesion(centre, diameter, Density.SOLID, margin, int(rng.integers(2**31)), enhanced_hu=enhanced)
        if diameter > 10:
            one = replace(one, pushes=0.6, cavity=Cavity(diameter * 0.2, 0.15) if holes else None)
        draw_focal(canvas, one)
        drawn += 1
    return drawn > 0


def draw_miliary(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Scores of 2–3.5 mm everywhere."""
    middle, drawn = float(rng.uniform(2.0, 3.2)), 0
    before = len(canvas.instances)
    for centre in lung_places(canvas, rng, int(rng.integers(40, 90)), 2.0):
        diameter = float(np.clip(middle * np.exp(rng.normal(0, 0.15)), 1.6, 4.5))
        draw_focal(canvas, FocalLesion(centre, diameter, Density.SOLID, Margin.ROUND, int(rng.integers(2**31))))
        drawn += 1
    noted = sorted(canvas.instances[before:], key=lambda one: one.diameter_mm)
    # As single findings only the larger ones count; nobody reports scores of them one by one.
    kept = [one for one in noted if one.diameter_mm >= 4] or noted[-1:]
    canvas.instances[before:] = [replace(one, words="miliary nodules") for one in kept]
    return drawn > 0


DRAWABLES: tuple[Drawable, ...] = (
    Drawable("nodules", ("nodule", "nodulegr1cm", *_RARELY), draw_nodules, 0.24),
    Drawable("small nodules", ("nodule", "granuloma", "calcification"), draw_small_nodules, 0.24),
    Drawable("large nodules", ("nodulegr1cm", "nodule", *_RARELY), draw_large_nodules, 0.08),
    Drawable("metastases", ("nodule", "nodulegr1cm", "mass", "cavitation"), draw_metastases, 0.05),
    Drawable("miliary nodules", ("nodule",), draw_miliary, 0.01),
)
