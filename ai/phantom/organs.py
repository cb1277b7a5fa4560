"""Heart, great vessels, oesophagus and airway."""

from __future__ import annotations

from torch import Tensor

from ai.phantom.body import Body
from ai.phantom.canvas import Canvas, Vector, soft
from ai.phantom.frame import Frame
from ai.phantom.shapes import capsule, ellipsoid

AIR_HU = -1000.0
_MEDIASTINAL_FAT_HU = -40.0


def from_heart(body: Body, f: Frame) -> tuple[Tensor, Tensor, Tensor]:
    """Return coordinates relative to the heart's middle."""
    return f.up + body.lung_height * 0.14, f.back + body.cage_depth * 0.2, f.left - body.heart_shift_left


def draw_mediastinum(canvas: Canvas, body: Body, f: Frame, cage: Tensor) -> None:
    """Paint fat, heart, aorta with arch and branches, pulmonary arteries, superior vena cava, oesophagus."""
    _fat(canvas, f, cage)
    middle = (-body.lung_height * 0.14, -body.cage_depth * 0.2, body.heart_shift_left)
    block, g = f.around(middle, reach_mm=max(body.heart) + 4)
    up, back, left = from_heart(body, g)
    canvas.paint(soft(ellipsoid(up, back, left, body.heart), 1.2), 45.0, block)
    a, b, c = (0.8 * r for r in body.heart)
    canvas.paint(soft(ellipsoid(up, back, left, (a, b, c)), 2.5), body.blood_hu, block)
    for start, end, radius in _great_vessels(body):
        draw_tube(canvas, f, start, end, radius, body.blood_hu, 1.0)
    draw_tube(canvas, f, (-200.0, 34.0, 8.0), (200.0, 34.0, 2.0), 7.0, 35.0, 1.0)


def _fat(canvas: Canvas, f: Frame, cage: Tensor) -> None:
    block, g = f.around((-400.0, -400.0, -66.0), (400.0, 400.0, 66.0), reach_mm=0)
    canvas.paint(soft(cage[block].maximum(g.left.abs() - 60), 2.0), _MEDIASTINAL_FAT_HU, block)


def _great_vessels(body: Body) -> list[tuple[Vector, Vector, float]]:
    r, back_aorta, top = body.aorta_radius, body.cage_depth * 0.5, 62.0
    return [
        ((-10.0, -22.0, -6.0), (top - 14, -18.0, -14.0), r * 1.15),
        ((top - 14, -18.0, -14.0), (top, 2.0, 2.0), r * 1.1),
        ((top, 2.0, 2.0), (top - 12, back_aorta - 6, 24.0), r),
        ((top - 12, back_aorta - 6, 24.0), (-body.lung_height, back_aorta, 24.0), r * 0.9),
        ((12.0, -18.0, 14.0), (18.0, 6.0, 34.0), r * 0.9),
        ((16.0, -8.0, 14.0), (12.0, 2.0, -32.0), r * 0.8),
        ((-5.0, -14.0, -26.0), (top + 30, -10.0, -24.0), 8.5),
        ((top, -4.0, -2.0), (top + 60, -6.0, -22.0), 5.5),
        ((top, 4.0, 10.0), (top + 60, 2.0, 24.0), 5.0),
    ]


def draw_airway(canvas: Canvas, f: Frame) -> None:
    """Paint trachea, main and lobar bronchi: first all walls, then all lumens, so that they stay open."""
    carina = (22.0, 18.0, 0.0)
    right, left = (4.0, 14.0, -34.0), (0.0, 16.0, 38.0)
    tubes: list[tuple[Vector, Vector, float]] = [
        ((200.0, 10.0, 0.0), carina, 8.5),
        (carina, right, 6.5),
        (carina, left, 5.8),
        (right, (-45.0, 28.0, -58.0), 3.6),
        (left, (-45.0, 30.0, 62.0), 3.4),
        (right, (45.0, 4.0, -58.0), 3.2),
        (left, (45.0, 2.0, 58.0), 3.0),
    ]
    for wall_mm, hu in ((1.5, 20.0), (0.0, AIR_HU)):
        for start, end, radius in tubes:
            draw_tube(canvas, f, start, end, radius + wall_mm, hu, 0.6)


def draw_tube(
    canvas: Canvas, f: Frame, start: Vector, end: Vector, radius_mm: float, hu: float, edge_mm: float
) -> None:
    """Paint a rod between two places of the frame."""
    block, g = f.around(start, end, reach_mm=radius_mm + 6 * edge_mm)
    distance = capsule(g.up, g.back, g.left, start, end, (radius_mm, radius_mm))
    canvas.paint(soft(distance, edge_mm), hu, block)
