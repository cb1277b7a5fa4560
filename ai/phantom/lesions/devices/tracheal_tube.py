"""Tubes in the windpipe: through the larynx, or through a hole in the neck."""

from __future__ import annotations

import numpy as np

from ai.phantom.canvas import Canvas, Instance, Vector, soft
from ai.phantom.drawable import Drawable
from ai.phantom.landmarks import Course
from ai.phantom.lesions.devices.skin import skin_from
from ai.phantom.lesions.devices.wires import Path, curve, length_mm, line_distance, paint_hose, paint_wire

LABEL = "tracheal_tube"
_CUFF_BEHIND_TIP_MM, _CUFF_LENGTH_MM = 18.0, 28.0


def draw_tracheal_tube(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Draw a tracheal tube or a tracheostomy cannula; False where the windpipe is not known or hardly in the field."""
    trachea = _trachea(canvas)
    if trachea is None:
        return False
    length = trachea.length_mm
    above_carina = float(rng.uniform(20, 60) if rng.random() < 0.92 else rng.uniform(2, 15))
    above_carina = min(above_carina, length - 15)
    if above_carina < 2:
        return False
    tip = 1 - above_carina / length
    path = _middle(trachea, tip, rng)
    _, lumen = trachea.at(tip * 0.7)
    outer = min(float(rng.uniform(4.7, 5.9)), lumen * 0.85)
    stoma = rng.random() < 0.3
    through = _from_the_neck(canvas, path) if stoma else None
    path = through if through is not None else path
    return _tube(canvas, trachea, path, outer, through is not None, rng)


def _trachea(canvas: Canvas) -> Course | None:
    airways = canvas.landmarks.airways
    if not airways or airways[0].course.length_mm < 25:
        return None
    return airways[0].course


def _middle(trachea: Course, tip: float, rng: np.random.Generator) -> Path:
    """The tube leans on the wall: a little off the middle, the same way all along."""
    count = max(4, round(trachea.length_mm * tip / 8))
    lean = rng.normal(size=2) * 1.0
    found = [np.array(trachea.at(float(share))[0]) for share in np.linspace(0, tip, count)]
    return curve(np.array([place + np.array((0.0, lean[0], lean[1])) for place in found]))


def _from_the_neck(canvas: Canvas, path: Path) -> Path | None:
    """A cannula's bend: in through the front of the neck near the top of the field, then down the windpipe."""
    entry = path[0]
    start: Vector = (float(entry[0]) - canvas.spacing_mm, float(entry[1]), float(entry[2]))
    skin = skin_from(canvas, start, (0.1, -1.0, 0.0))
    if skin is None or entry[1] - skin[1] > 70 or length_mm(path) < 30:
        return None
    below = [place for place in path if place[0] < entry[0] - 18]
    if len(below) < 2:
        return None
    outside = (skin[0], skin[1] - 8.0, skin[2])
    bend = np.array((entry[0] - 5.0, entry[1] - 9.0, entry[2]))
    return curve(np.array([outside, bend, *below]), 3.0)


def _tube(canvas: Canvas, trachea: Course, path: Path, outer: float, stoma: bool, rng: np.random.Generator) -> bool:
    wall = float(rng.uniform(1.2, 1.8))
    _cuff(canvas, trachea, path, outer, rng)
    block, share = paint_hose(canvas, path, outer, wall, float(rng.uniform(80, 450)), -1000.0)
    canvas.mark(LABEL, share, block)
    # The line that makes the tube visible on a film runs along its convex side.
    line = path + np.array((0.0, float(rng.choice([-1.0, 1.0])) * (outer - wall / 2), 0.0))
    paint_wire(canvas, line, 0.6, float(rng.uniform(1500, 3000)))
    centre = path[len(path) // 2]
    volume = np.pi * (outer**2 - (outer - wall) ** 2) * length_mm(path)
    words = "tracheostomy cannula" if stoma else "endotracheal tube"
    place = (float(centre[0]), float(centre[1]), float(centre[2]))
    canvas.instances.append(Instance(LABEL, place, 2 * outer, float(volume), words))
    return True


def _cuff(canvas: Canvas, trachea: Course, path: Path, outer: float, rng: np.random.Generator) -> None:
    """An inflated cuff fills the windpipe and may widen it; what is swallowed gathers above it."""
    from_tip = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(path[::-1], axis=0), axis=1))][::-1]
    held = path[(from_tip > _CUFF_BEHIND_TIP_MM) & (from_tip < _CUFF_BEHIND_TIP_MM + _CUFF_LENGTH_MM)]
    if len(held) < 2 or rng.random() < 0.2:
        return
    _, lumen = trachea.at(0.5)
    radius = max(outer + 1.0, lumen * float(rng.uniform(0.95, 1.15)))
    block, distance = line_distance(canvas, held, radius + 2 * canvas.spacing_mm)
    edge = 0.3 * canvas.spacing_mm
    canvas.paint(soft(distance - radius - 0.8, edge), 40.0, block)
    canvas.paint(soft(distance - radius, edge), -1000.0, block)
    canvas.mark(LABEL, soft(distance - radius, edge), block)
    pooled = path[(from_tip > _CUFF_BEHIND_TIP_MM + _CUFF_LENGTH_MM) & (from_tip < 70)]
    if len(pooled) >= 2 and rng.random() < 0.4:
        block, distance = line_distance(canvas, pooled, lumen + 2 * canvas.spacing_mm)
        behind = soft(distance - lumen * 0.9, edge) * (canvas.hu[block] < -500)
        canvas.paint(behind * 0.9, 15.0, block)


DRAWABLES = (Drawable("tracheal_tube", (LABEL,), draw_tracheal_tube, 0.07),)
