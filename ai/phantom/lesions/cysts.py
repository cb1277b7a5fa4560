"""Cysts: round holes with a thin wall, one or many; bullae under the pleura, which are emphysema."""

from __future__ import annotations

import numpy as np

from ai.phantom.canvas import Canvas, Instance, Vector
from ai.phantom.drawable import Drawable
from ai.phantom.finely import Fine
from ai.phantom.lesions.focal import cover
from ai.phantom.lesions.forms import Margin, distance_to
from ai.phantom.lesions.places import lung_place, lung_places
from ai.phantom.lesions.pushing import push


def draw_cysts(canvas: Canvas, rng: np.random.Generator) -> bool:
    """One to four cysts of 4–40 mm."""
    drawn = 0
    for _ in range(int(rng.integers(1, 5))):
        diameter = float(np.exp(rng.uniform(np.log(4), np.log(40))))
        centre = lung_place(canvas, rng, diameter / 2, (diameter / 2, 200.0))
        if centre is not None:
            if diameter > 12:
                push(canvas, centre, diameter / 2, 0.6)
            draw_cyst(canvas, centre, diameter, rng)
            drawn += 1
    return drawn > 0


def draw_many_cysts(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Scores of cysts of 3–20 mm in both lungs, as in lymphangioleiomyomatosis."""
    middle = float(np.exp(rng.uniform(np.log(4), np.log(11))))
    places = lung_places(canvas, rng, int(rng.integers(15, 60)), middle / 2)
    for centre in places:
        diameter = float(np.clip(middle * np.exp(rng.normal(0, 0.4)), 3, 25))
        draw_cyst(canvas, centre, diameter, rng)
    return bool(places)


def draw_cyst(canvas: Canvas, centre: Vector, diameter_mm: float, rng: np.random.Generator) -> Instance:
    """Paint air with a wall of 0.5–1.8 mm; the truth is air and wall."""
    radius, wall = diameter_mm / 2, float(rng.uniform(0.5, 1.8))
    fine = Fine.around(canvas, centre, radius * 1.4 + canvas.spacing_mm, float(np.clip(diameter_mm / 8, 0.7, 2.5)))
    seed = int(rng.integers(2**31))
    distance = distance_to(fine.region, radius, Margin.ROUND, seed)
    room = fine.inside(-fine.cut(canvas.depth_mm))
    outer, inner = fine.inside(distance) * room, fine.inside(distance + wall) * room
    block = fine.region.block
    share, air = fine.mean(outer), fine.mean(inner)
    tissue = float(rng.uniform(-250, 40))
    canvas.hu[block] += (share - air) * (tissue - canvas.hu[block]).clamp(min=0)
    canvas.paint(air, float(rng.uniform(-1000, -965)), block)
    cover(canvas, share, block, keep=("cyst",))
    canvas.mark("cyst", share, block)
    canvas.mark_unknown("emphysema", share > 0.05, block)
    if diameter_mm > 8 and wall > 1.4:
        canvas.mark_unknown("cavitation", share > 0.05, block)
    volume = float(share.sum()) * canvas.spacing_mm**3
    found = Instance("cyst", centre, diameter_mm, volume, f"thin-walled cyst of {diameter_mm:.0f} mm")
    canvas.instances.append(found)
    return found


def draw_bullae(canvas: Canvas, rng: np.random.Generator) -> bool:
    """One to five bullae of 10–100 mm under the pleura, more in the upper zones, walls under 1 mm."""
    drawn = 0
    low_zone = -0.8 if rng.random() < 0.75 else 0.0
    for _ in range(int(rng.integers(1, 6))):
        diameter = float(np.exp(rng.uniform(np.log(10), np.log(60 if drawn else 100))))
        deep = (0.15 * diameter, 0.45 * diameter)
        centre = lung_place(canvas, rng, diameter * 0.35, deep, low_zone)
        if centre is not None:
            _bulla(canvas, centre, diameter, rng)
            drawn += 1
    return drawn > 0


def _bulla(canvas: Canvas, centre: Vector, diameter_mm: float, rng: np.random.Generator) -> None:
    radius = diameter_mm / 2
    push(canvas, centre, radius, 0.7)
    fine = Fine.around(canvas, centre, radius * 1.7 + canvas.spacing_mm, float(np.clip(diameter_mm / 8, 1.0, 3.0)))
    margin = Margin.LOBULATED if rng.random() < 0.4 else Margin.ROUND
    distance = distance_to(fine.region, radius, margin, int(rng.integers(2**31)))
    room = fine.inside(-fine.cut(canvas.depth_mm) + 0.7)
    outer = fine.inside(distance) * room
    inner = fine.inside(distance + float(rng.uniform(0.3, 0.9))) * room
    block = fine.region.block
    share, air = fine.mean(outer), fine.mean(inner)
    canvas.hu[block] += (share - air) * (0.0 - canvas.hu[block]).clamp(min=0)
    canvas.paint(air, float(rng.uniform(-1000, -980)), block)
    cover(canvas, share, block, keep=("emphysema",))
    canvas.mark("emphysema", share, block)
    for label in ("cyst", "pneumothorax", "cavitation"):
        canvas.mark_unknown(label, share > 0.05, block)
    volume = float(share.sum()) * canvas.spacing_mm**3
    words = f"subpleural bulla of {diameter_mm:.0f} mm"
    canvas.instances.append(Instance("emphysema", centre, diameter_mm, volume, words))


DRAWABLES: tuple[Drawable, ...] = (
    Drawable("cysts", ("cyst",), draw_cysts, 0.06),
    Drawable("many cysts", ("cyst",), draw_many_cysts, 0.025),
    Drawable("large bullae", ("emphysema",), draw_bullae, 0.03),
)
