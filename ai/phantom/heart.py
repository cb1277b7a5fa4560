"""The heart: pericardium, fat with coronary arteries in its grooves, muscle, four chambers."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ai.organs import code_of
from ai.phantom.body import Body
from ai.phantom.cage import heart_coordinates
from ai.phantom.canvas import Canvas, soft
from ai.phantom.conduits import draw_course
from ai.phantom.frame import Frame
from ai.phantom.landmarks import Course, HeartShape, Vector
from ai.phantom.plan import Plan
from ai.phantom.shapes import ellipsoid

_FAT_HU, _PERICARDIUM_HU = -95.0, 25.0
_VALVES = -0.22
"""Where along the heart's axis (base −1, apex 1) the valves lie: the atrioventricular groove."""
_LEFT_WALL_MM, _RIGHT_WALL_MM, _ATRIAL_WALL_MM = 9.5, 3.5, 2.2


def draw_heart(canvas: Canvas, f: Frame, body: Body, plan: Plan) -> None:
    """Paint the heart and give its voxels their code."""
    heart = plan.heart
    block, g = f.around(heart.middle, reach_mm=max(heart.half_mm) + 4)
    u, v, w = heart_coordinates(heart, g)
    out = (torch.sqrt(u**2 + v**2 + w**2) - 1) * min(heart.half_mm)
    canvas.paint(soft(out - 0.6, 0.7), _PERICARDIUM_HU, block)
    canvas.paint(soft(out + 0.6, 0.7), _FAT_HU, block)
    muscle = out + _fat_mm(body, u, v, w)
    enhanced = max(0.0, body.contrast.left - 45) * 0.3
    canvas.paint(soft(muscle, 0.9), 47.0 + enhanced, block)
    _chambers(canvas, body, heart, muscle, u, v, block)
    _left_atrium(canvas, f, body, plan)
    if canvas.organs is not None:
        canvas.organs[block][out < 0] = code_of("heart")


def _fat_mm(body: Body, u: Tensor, v: Tensor, w: Tensor) -> Tensor:
    """Thickness of fat under the pericardium: a film, and the grooves between the chambers."""
    around = 7.0 * torch.exp(-(((u - _VALVES) / 0.13) ** 2))
    front = 5.0 * torch.exp(-((v / 0.16) ** 2)) * torch.sigmoid((u - _VALVES) * 12)
    over_right = 1.0 + 0.8 * v.clamp(min=0) - 0.4 * w
    return body.heart_fat * over_right.clamp(min=0.4) + (around + front) * (0.6 + 0.12 * body.heart_fat)


def _chambers(
    canvas: Canvas,
    body: Body,
    heart: HeartShape,
    muscle: Tensor,
    u: Tensor,
    v: Tensor,
    block: tuple[slice, slice, slice],
) -> None:
    """Fill ventricles and atria with blood, right and left of the septum, before and behind the valves."""
    below = torch.sigmoid((u - _VALVES) * 25)
    septum_at = (v + 0.05) * heart.half_mm[1]
    ventricle_wall = torch.where(septum_at < 0, _LEFT_WALL_MM, _RIGHT_WALL_MM)
    wall = below * ventricle_wall + (1 - below) * _ATRIAL_WALL_MM
    septum = below * 5.0 + (1 - below) * 1.5
    groove = 2.0 - (u - _VALVES).abs() * heart.half_mm[0]
    inside = torch.maximum(torch.maximum(muscle + wall, septum - septum_at.abs()), groove)
    share = soft(inside, 1.0)
    canvas.paint(share, torch.where(septum_at > 0, body.contrast.right, body.contrast.left), block)


def _left_atrium(canvas: Canvas, f: Frame, body: Body, plan: Plan) -> None:
    """The left atrium lies behind the rest, with the four veins that enter it."""
    atrium = plan.atrium
    block, g = f.around(atrium.middle, reach_mm=max(atrium.half_mm) + 5)
    away = (g.up - atrium.middle[0], g.back - atrium.middle[1], g.left - atrium.middle[2])
    distance = ellipsoid(*away, atrium.half_mm)
    canvas.paint(soft(distance - 2, 0.8), 45.0, block)
    canvas.paint(soft(distance, 0.8), body.contrast.left, block)
    if canvas.organs is not None:
        canvas.organs[block][distance < 2] = code_of("heart")
    for vein in plan.pulmonary_veins:
        draw_course(canvas, f, vein, body.contrast.left)


def coronaries(heart: HeartShape, rng: np.random.Generator) -> dict[str, Course]:
    """Lay the coronary arteries into the grooves, just under the pericardium; places in the heart's frame."""
    turn = float(rng.normal(0, 0.08))

    def course(places: list[tuple[float, float, float]], first_mm: float, last_mm: float) -> Course:
        radii = np.linspace(first_mm, last_mm, len(places))
        return Course(tuple(_on_heart(heart, p) for p in places), tuple(float(r) for r in radii))

    long = np.linspace(np.arccos(_VALVES), 0.25, 14)
    down = [(np.cos(a), turn * 0.5, np.sin(a)) for a in long]
    flat = float(np.sqrt(1 - _VALVES**2))
    right = [(_VALVES, flat * np.sin(a), flat * np.cos(a)) for a in np.linspace(0.7, 2.9, 14)]
    around = [(_VALVES, -flat * np.sin(a), flat * np.cos(a)) for a in np.linspace(0.1, 2.2 + turn, 12)]
    size = heart.half_mm[0] / 64
    return {
        "left_anterior_descending": course(down, 2.0 * size, 0.8),
        "circumflex": course(around, 1.8 * size, 0.9),
        "right": course(right, 2.0 * size, 1.1),
    }


def draw_coronaries(canvas: Canvas, f: Frame, body: Body, courses: dict[str, Course]) -> None:
    """Paint the coronary arteries as blood in the fat."""
    for course in courses.values():
        draw_course(canvas, f, course, body.contrast.left, edge_mm=0.6)


def _on_heart(heart: HeartShape, place: tuple[float, float, float]) -> Vector:
    """Send a direction in units of the half axes to the surface's inside, 3 mm under it."""
    deep = 1 - 3.0 / min(heart.half_mm)
    offsets = np.array(place) * deep * np.array(heart.half_mm) @ np.array(heart.axes)
    up, back, left = np.array(heart.middle) + offsets
    return float(up), float(back), float(left)
