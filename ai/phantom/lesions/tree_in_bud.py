"""Tree-in-bud: small airways full of pus, as forked twigs of 2–4 mm with buds at their ends."""

from __future__ import annotations

import numpy as np

from ai.phantom.airway_brush import draw_airways, fill_lumen
from ai.phantom.canvas import Canvas, soft
from ai.phantom.drawable import Drawable
from ai.phantom.lesions.airway_territory import territory
from ai.phantom.sprouting import Places, bent, ends_in_territory
from ai.phantom.territories import Lung, lungs
from ai.phantom.tubes import Tube, near_tubes

_OUTLINE_MM = 2.5
"""How far around the twigs a reader's outline of a bunch runs."""


def draw_tree_in_bud(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Draw bunches in one to six territories."""
    found = lungs(canvas)
    drawn = False
    size = float(rng.uniform(0.8, 1.7))
    low = float(rng.choice([0.75, 0.3]))
    for _ in range(int(rng.choice([1, 2, 3, 6], p=[0.4, 0.25, 0.2, 0.15])) if found else 0):
        drawn |= _bunches(canvas, found[int(rng.integers(len(found)))], size, low, rng)
    return drawn


def _bunches(canvas: Canvas, lung: Lung, size_mm: float, low: float, rng: np.random.Generator) -> bool:
    radius = float(rng.uniform(12, 42))
    count = int(np.exp(rng.uniform(np.log(4), np.log(45))))
    place = territory(canvas, lung, radius, int(rng.integers(3, 9)), 0.8, rng, low)
    if place is None:
        return False
    deep = (3.5, 14.0) if rng.random() < 0.7 else (3.5, 40.0)
    ends = ends_in_territory(canvas, lung, place.centre, radius, count, rng, deep)
    if not len(ends):
        return False
    if rng.random() < 0.6:
        wall = float(rng.uniform(1.0, 2.0))
        walls, share = draw_airways(canvas, place.grown, wall)
        walls.mark(canvas, "bronchial_wall_thickening", share)
        walls.mark_unknown(canvas, "bronchiectasis", share > 0.05)
        walls.report(canvas, "bronchial_wall_thickening", share, "bronchial wall thickening")
    hilum = np.array(lung.hilum)
    twigs = [twig for end in ends for twig in _tree(end, hilum, size_mm, rng)]
    fill_lumen(canvas, twigs, float(rng.uniform(-80, 40)))
    spots, distance = near_tubes(canvas, twigs, _OUTLINE_MM + 2)
    outline = soft(distance - _OUTLINE_MM, 0.7) * spots.inside()
    if rng.random() < 0.4:
        spots.add(canvas, outline * float(rng.uniform(30, 160)))
        spots.mark_unknown(canvas, "groundglass", outline > 0.05)
    spots.mark(canvas, "tree_in_bud", outline)
    spots.mark_unknown(canvas, "nodule", outline > 0.05)
    where = "clustered" if radius < 25 else "widespread"
    spots.report(canvas, "tree_in_bud", outline, f"{where} tree-in-bud opacities")
    return True


def _tree(end: Places, hilum: Places, size_mm: float, rng: np.random.Generator) -> list[Tube]:
    """A stem of 4–9 mm that comes from the hilum's side, and two to four branches with round buds."""
    way = hilum - end
    way = way / max(1e-3, float(np.linalg.norm(way))) + 0.5 * rng.normal(size=3)
    start = end + way / np.linalg.norm(way) * float(rng.uniform(4, 9))
    thin = 0.6 * size_mm
    found = [bent(start, end, thin, thin, rng)]
    for _ in range(int(rng.integers(1, 5))):
        out = rng.normal(size=3) - way
        bud = end + out / np.linalg.norm(out) * float(rng.uniform(2.5, 5))
        found.append(bent(end, bud, thin, thin, rng))
        dot = size_mm * float(rng.uniform(0.7, 1.25))
        found.append(Tube(np.stack([bud, bud + 0.3]), np.array([dot, dot])))
    return found


DRAWABLES = (Drawable("tree in bud", ("tree_in_bud", "bronchial_wall_thickening"), draw_tree_in_bud, 0.07),)
