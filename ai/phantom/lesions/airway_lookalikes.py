"""What resembles airway disease and is none: large normal airways, one thick wall, crowded and forked vessels."""

from __future__ import annotations

import numpy as np

from ai.phantom.airway_brush import draw_airways, draw_arteries_beside, fill_lumen
from ai.phantom.canvas import Canvas
from ai.phantom.drawable import Drawable
from ai.phantom.lesions.airway_territory import place_at_depth, territory
from ai.phantom.sprouting import bent, ends_in_territory
from ai.phantom.territories import lungs
from ai.phantom.tubes import Tube


def draw_roomy_airways(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Normal airways a little wide, thin-walled, no wider than the artery beside, narrowing before the outer third."""
    drawn = False
    for lung in lungs(canvas):
        hilum = np.array(lung.hilum)
        ends = ends_in_territory(canvas, lung, lung.hilum, 55.0, int(rng.integers(3, 8)), rng, (22.0, 60.0))
        tubes = []
        for end in ends:
            start = hilum + 0.25 * (end - hilum)
            wide = float(rng.uniform(1.3, 2.2))
            tubes.append(bent(start, end, wide, 0.4 * wide, rng))
        if tubes:
            draw_arteries_beside(canvas, tubes, 0.6, float(rng.uniform(1.4, 2.2)), rng)
            spots, share = draw_airways(canvas, tubes, 0.6)
            for label in ("bronchiectasis", "bronchial_wall_thickening"):
                spots.mark_unknown(canvas, label, (share > 0.1) & (share < 0.2))
            drawn = True
    return drawn


def draw_one_thick_wall(canvas: Canvas, rng: np.random.Generator) -> bool:
    """A single bronchus near the hilum with a stout wall: nobody's finding."""
    found = lungs(canvas)
    if not found:
        return False
    lung = found[int(rng.integers(len(found)))]
    ends = ends_in_territory(canvas, lung, lung.hilum, 45.0, 1, rng, (18.0, 60.0))
    if not len(ends):
        return False
    start = np.array(lung.hilum) + 0.3 * (ends[0] - np.array(lung.hilum))
    tube = bent(start, ends[0], float(rng.uniform(1.5, 2.5)), 1.0, rng)
    draw_arteries_beside(canvas, [tube], 1.2, float(rng.uniform(1.2, 2.0)), rng)
    spots, share = draw_airways(canvas, [tube], float(rng.uniform(0.9, 1.5)))
    spots.mark_unknown(canvas, "bronchial_wall_thickening", share > 0.05)
    return True


def draw_crowded_vessels(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Vessels close together at one base: smooth, tapering, forked, without buds or air inside."""
    found = lungs(canvas)
    if not found:
        return False
    lung = found[int(rng.integers(len(found)))]
    place = territory(canvas, lung, float(rng.uniform(20, 40)), int(rng.integers(8, 22)), 0.7, rng, 0.9)
    if place is None:
        return False
    fill_lumen(canvas, place.grown, float(rng.uniform(20, 60)))
    return True


def draw_vessel_forks(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Forks of small vessels near the pleura, apart from each other: long smooth prongs where buds would be."""
    found = lungs(canvas)
    if not found:
        return False
    lung = found[int(rng.integers(len(found)))]
    centre = place_at_depth(canvas, lung, (8.0, 20.0), rng)
    if centre is None:
        return False
    ends = ends_in_territory(canvas, lung, centre, 45.0, int(rng.integers(3, 9)), rng, (5.0, 16.0))
    tubes: list[Tube] = []
    for end in ends:
        way = np.array(lung.hilum) - end
        way /= max(1e-3, float(np.linalg.norm(way)))
        wide = float(rng.uniform(0.6, 1.1))
        tubes.append(bent(end + way * float(rng.uniform(12, 25)), end, wide, 0.8 * wide, rng))
        for _ in range(2):
            out = -way + 0.6 * rng.normal(size=3)
            tubes.append(bent(end, end + out / np.linalg.norm(out) * float(rng.uniform(6, 12)), 0.7 * wide, 0.3, rng))
    if tubes:
        fill_lumen(canvas, tubes, 40.0)
    return bool(tubes)


DRAWABLES = (
    Drawable("roomy airways", (), draw_roomy_airways, 0.12),
    Drawable("one thick wall", (), draw_one_thick_wall, 0.1),
    Drawable("crowded vessels", (), draw_crowded_vessels, 0.15),
    Drawable("small vessel forks", (), draw_vessel_forks, 0.12),
)
