"""Old healed infection: calcified granulomas, and calcified nodes at the hilum that belong to them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ai.phantom.canvas import Canvas, Instance
from ai.phantom.drawable import Drawable
from ai.phantom.finely import Fine
from ai.phantom.lesions.calcium import BENIGN, Calcium
from ai.phantom.lesions.focal import Density, FocalLesion, Margin, draw_focal
from ai.phantom.lesions.places import lung_place
from ai.phantom.shapes import ellipsoid
from ai.phantom.territories import lungs


def draw_granulomas(canvas: Canvas, rng: np.random.Generator) -> bool:
    """One to six calcified granulomas of 3–15 mm; in one of three scans with calcified nodes of the hilum."""
    drawn = 0
    for _ in range(int(rng.choice([1, 2, 3, 6], p=[0.5, 0.25, 0.15, 0.1]))):
        diameter = float(np.exp(rng.uniform(np.log(3), np.log(15))))
        deep = (diameter / 2 - 0.5, 200.0) if rng.random() < 0.4 else (diameter / 2 - 0.5, diameter / 2 + 20)
        centre = lung_place(canvas, rng, diameter / 2, deep, low_zone=float(rng.uniform(-0.6, 0.6)))
        if centre is None:
            continue
        shares = [0.25, 0.5, 0.15, 0.1] if diameter > 6 else [0.3, 0.7, 0.0, 0.0]
        pattern = Calcium(rng.choice(BENIGN, p=shares))
        margin = Margin(rng.choice([Margin.ROUND, Margin.LOBULATED, Margin.POLYGONAL], p=[0.6, 0.2, 0.2]))
        seed = int(rng.integers(2**31))
        draw_focal(canvas, FocalLesion(centre, diameter, Density.CALCIFIED, margin, seed, calcium=pattern))
        drawn += 1
    if drawn and rng.random() < 0.35:
        draw_calcified_nodes(canvas, rng)
    return drawn > 0


def draw_calcified_nodes(canvas: Canvas, rng: np.random.Generator) -> bool:
    """One to four calcified nodes of 4–12 mm at one hilum: calcification, no lymphadenopathy."""
    sides = lungs(canvas)
    if not sides:
        return False
    lung = sides[int(rng.integers(len(sides)))]
    for _ in range(int(rng.integers(1, 5))):
        _calcified_node(canvas, np.array(lung.hilum) + rng.normal(0, 6, size=3), rng)
    return True


def _calcified_node(canvas: Canvas, place: NDArray[np.float64], rng: np.random.Generator) -> None:
    centre = (float(place[0]), float(place[1]), float(place[2]))
    diameter = float(np.exp(rng.uniform(np.log(4), np.log(12))))
    fine = Fine.around(canvas, centre, diameter, diameter / 8)
    half = (diameter / 2 * rng.uniform(0.7, 1.3, size=3)).tolist()
    r = fine.region
    share = fine.mean(fine.inside(ellipsoid(r.up, r.back, r.left, (half[0], half[1], half[2]))))
    # Airways stay open.
    share = share * ((canvas.hu[r.block] + 980) / 60).clamp(0, 1)
    canvas.paint(share, float(rng.uniform(300, 1000)), r.block)
    canvas.mark("calcification", share, r.block)
    canvas.mark_unknown("granuloma", share > 0.1, r.block)
    canvas.mark_unknown("lymphadenopathy", share > 0.1, r.block)
    volume = float(share.sum()) * canvas.spacing_mm**3
    words = f"calcified hilar lymph node of {diameter:.0f} mm"
    canvas.instances.append(Instance("calcification", centre, diameter, volume, words))


DRAWABLES: tuple[Drawable, ...] = (
    Drawable("granulomas", ("granuloma", "calcification", "nodule", "nodulegr1cm"), draw_granulomas, 0.1),
    Drawable("calcified hilar nodes", ("calcification",), draw_calcified_nodes, 0.03),
)
