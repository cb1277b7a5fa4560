"""Bronchial wall thickening: walls half a millimetre to 2.5 mm thicker along airways whose lumen stays as it was."""

from __future__ import annotations

import numpy as np

from ai.phantom.airway_brush import draw_airways, draw_arteries_beside
from ai.phantom.canvas import Canvas
from ai.phantom.drawable import Drawable
from ai.phantom.lesions.airway_territory import territory
from ai.phantom.territories import Lung, lungs
from ai.phantom.tubes import Tube

_NORMAL_WALL_MM = 0.7


def draw_wall_thickening(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Thicken the walls of one territory, or of several in both lungs."""
    found = lungs(canvas)
    if not found:
        return False
    diffuse = rng.random() < 0.6
    wall = _NORMAL_WALL_MM + float(np.exp(rng.uniform(np.log(0.6), np.log(2.5))))
    if diffuse:
        drawn = [_thicken(canvas, lung, wall, low, True, rng) for lung in found for low in (0.0, 1.0)]
    else:
        drawn = [_thicken(canvas, found[int(rng.integers(len(found)))], wall, float(rng.random()), False, rng)]
    return any(drawn)


def _thicken(canvas: Canvas, lung: Lung, wall_mm: float, low: float, diffuse: bool, rng: np.random.Generator) -> bool:
    place = territory(canvas, lung, float(rng.uniform(25, 55)), int(rng.integers(5, 16)), 0.8, rng, low)
    if place is None:
        return False
    narrow = float(rng.uniform(0.75, 1.05))
    known = [tube.with_radii(tube.radii_mm * narrow) for tube in (Tube.of(a.course) for a in place.known)]
    # Landmarks know the larger airways; without them the nearer half of the grown ones stands for these.
    own = [tube.with_radii(tube.radii_mm * narrow) for tube in place.grown]
    share_of_own = 0.4 if known else 0.8
    tubes = known + [tube for tube in own if rng.random() < share_of_own]
    if not tubes:
        tubes = own
    draw_arteries_beside(canvas, tubes[len(known) :] or own[:1], wall_mm, float(rng.uniform(0.8, 1.6)), rng)
    spots, share = draw_airways(canvas, tubes, wall_mm, hu=float(rng.uniform(-10, 40)))
    spots.mark(canvas, "bronchial_wall_thickening", share)
    spots.mark_unknown(canvas, "bronchiectasis", share > 0.05)
    words = f"{'diffuse' if diffuse else 'focal'} bronchial wall thickening"
    spots.report(canvas, "bronchial_wall_thickening", share, words)
    return True


DRAWABLES = (Drawable("bronchial walls", ("bronchial_wall_thickening",), draw_wall_thickening, 0.1),)
