"""Ribs, spine, sternum, shoulder blades and collar bones."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ai.phantom.body import Body
from ai.phantom.cage import cage_mm
from ai.phantom.canvas import Canvas, soft
from ai.phantom.frame import Block, Frame
from ai.phantom.landmarks import Course, Vector
from ai.phantom.plan import Plan
from ai.phantom.shapes import capsule, ellipsoid

_CORTEX_HU, _SPONGY_HU, _CARTILAGE_HU, _DISC_HU, _CORD_HU = 900.0, 190.0, 95.0, 85.0, 30.0
_RIB_HALF = (3.6, 6.3)
"""Half thickness across the chest wall, half height."""
_COURSES = 12


def _rib_heights(body: Body, plan: Plan) -> list[float]:
    """Height of each rib at the spine: at the upper rim of its vertebra."""
    first = body.lung_height / 2 + 8
    step = (plan.spine.points[0][0] - plan.spine.points[-1][0]) / (len(plan.spine.points) - 1)
    return [first - step * k * 0.98 for k in range(_COURSES)]


def _ends() -> list[float]:
    """Where each rib's bone ends, as an angle around the chest: 0 behind, 1 in front."""
    return [0.72, *[0.8] * 6, 0.76, 0.7, 0.62, 0.42, 0.32]


def rib_courses(body: Body, plan: Plan) -> tuple[Course, ...]:
    """Return the middles of the ribs, from the spine to the front, right then left of each pair; frame's places."""
    found = []
    for number, head in enumerate(_rib_heights(body, plan)):
        for side in (-1.0, 1.0):
            points = [_on_cage(body, head, float(a) * np.pi, side) for a in np.linspace(0.1, _ends()[number], 16)]
            found.append(Course(tuple(points), (4.8,) * len(points)))
    return tuple(found)


def _on_cage(body: Body, head: float, angle: float, side: float) -> Vector:
    """A place of a rib, angle 0 behind, π in front, in the wall just outside the cage."""
    up = head
    back = left = 0.0
    for _ in range(4):
        top = body.lung_height / 2
        height = float(np.clip((up + top) / (2 * top), 0, 1.04))
        taper = float(np.sqrt(max(0.02, 1 - (max(0.45, height) - 0.45) ** 2 / 0.36)))
        a, b = body.cage_width * taper, body.cage_depth * (0.35 + 0.65 * taper)
        x, y = np.sin(angle), np.cos(angle)
        r = 1 / ((abs(x) / a) ** 2.3 + (abs(y) / b) ** 2.3) ** (1 / 2.3)
        r *= 1 + 5.5 / min(a, b)
        back, left = float(r * y), float(side * r * x)
        up = head - body.rib_tilt * (body.cage_depth - back)
    return up, back, left


def sternum_course(body: Body) -> Course:
    """Return the middle of the sternum, from the manubrium's top to the xiphoid's tip; frame's places."""
    top = body.lung_height * 0.5 - 38
    length = (165.0 if body.female else 185.0) * body.size
    points = []
    for share in np.linspace(0, 1, 12):
        up = top - share * length
        line = Frame(*(torch.tensor([[[v]]], dtype=torch.float32) for v in (up, 0.0, 0.0)))
        line.back = torch.arange(-body.cage_depth - 40, 0.0, 0.5)[None, :, None]
        outside = (cage_mm(body, line) > 6).flatten()
        back = float(line.back.flatten()[outside][-1])
        points.append((float(up), back, 0.0))
    return Course(tuple(points), (5.5,) * 12)


def draw_skeleton(canvas: Canvas, body: Body, plan: Plan, f: Frame, cage: Tensor, rng: np.random.Generator) -> None:
    """Paint all bones of the thorax."""
    old = float(np.clip((body.age - 45) / 40, 0, 1))
    spongy = _SPONGY_HU - 70 * old + float(rng.uniform(-20, 40))
    _ribs(canvas, body, plan, f, cage, spongy * 0.8, rng)
    _spine(canvas, body, plan, f, spongy, rng)
    _sternum(canvas, body, f, spongy * 0.7)
    for side in (-1.0, 1.0):
        _shoulder(canvas, body, f, cage, side)


def _ribs(
    canvas: Canvas, body: Body, plan: Plan, f: Frame, cage: Tensor, spongy: float, rng: np.random.Generator
) -> None:
    """Twelve on each side, sinking towards the front; cartilage, chalky in the old, joins them to the sternum."""
    heads = _rib_heights(body, plan)
    step = heads[0] - heads[1]
    s, r, c = torch.nonzero((cage > -1.5) & (cage < 12.5), as_tuple=True)
    up, back, left = f.up.flatten()[s], f.back.flatten()[r], f.left.flatten()[c]
    height = up + body.rib_tilt * (body.cage_depth - back)
    number = ((heads[0] - height) / step).round()
    away = (height - heads[0] + number * step) / float(np.hypot(1, body.rib_tilt * 0.7))
    across, along = (cage[s, r, c] - 5.5) / _RIB_HALF[0], away / _RIB_HALF[1]
    distance = (torch.sqrt(across**2 + along**2) - 1) * _RIB_HALF[0]
    angle = torch.atan2(left.abs(), back) / np.pi
    there = (number >= 0) & (number < _COURSES)
    ends = torch.as_tensor(_ends(), dtype=torch.float32)[number.long().clamp(0, _COURSES - 1)]
    bony = there & (angle > 0.08) & (angle < ends)
    gristle = there & (angle >= ends) & (number < 10) & (left.abs() > 14)
    hu = canvas.hu[s, r, c]
    chalk = float(np.clip((body.age - 35) / 50, 0, 1)) * float(rng.uniform(0, 350))
    for chosen, deeper, value in (
        (gristle, 0.0, _CARTILAGE_HU + chalk),
        (gristle, 1.8, _CARTILAGE_HU),
        (bony, 0.0, 0.8 * _CORTEX_HU),
        (bony, 1.6, spongy),
    ):
        share = soft(distance + deeper, 0.7) * chosen
        hu = hu + share * (value - hu)
    canvas.hu[s, r, c] = hu


def _spine(canvas: Canvas, body: Body, plan: Plan, f: Frame, spongy: float, rng: np.random.Generator) -> None:
    """Vertebral bodies with a waist, discs, the canal with the cord's sac, arches and processes."""
    points = np.array(plan.spine.points)[::-1]
    most = float(points[:, 1].max())
    block, g = f.around((-400.0, points[:, 1].min(), 0.0), (400.0, most + 46, 0.0), reach_mm=40)
    ups = g.up.flatten().cpu().numpy()

    def along(values: object) -> Tensor:
        found = np.interp(ups, points[:, 0], np.asarray(values, dtype=np.float64))
        return torch.as_tensor(found, dtype=torch.float32)[:, None, None]

    back, left = g.back - along(points[:, 1]), g.left - along(points[:, 2])
    radius = along(plan.spine.radii_mm[::-1])
    step = float(points[1, 0] - points[0, 0])
    phase = torch.remainder(g.up - float(points[0, 0]) + step / 2, step) - step / 2
    disc = phase.abs() > step / 2 - 2.8
    waist = 0.93 + 0.07 * (2 * phase / step) ** 2
    spurs = float(np.clip((body.age - 50) / 30, 0, 1)) * float(rng.uniform(0, 3.5))
    lipped = spurs * torch.exp(-(((phase.abs() - step / 2) / 3.0) ** 2)) * (back < 0)
    column = torch.sqrt((left / 1.2) ** 2 + back**2) - radius * waist
    arch = torch.sqrt((left / 1.15) ** 2 + (back - radius - 5.5) ** 2)
    lamina = (arch - 11.0).abs() - 3.2
    behind = back - radius
    spinous = torch.maximum(left.abs() - 3.0, (phase + 0.45 * (behind - 14) + 2).abs() - 5.5)
    spinous = torch.maximum(spinous, (behind - 24).abs() - 13)
    wings = torch.maximum((phase - 2).abs() - 4.5, (behind - 6 - 0.3 * (left.abs() - 12)).abs() - 4.0)
    wings = torch.maximum(wings, (left.abs() - 20).abs() - 10)
    for part in (torch.maximum(lamina, phase.abs() - 8.5), spinous, wings):
        _bone(canvas, part, block, spongy)
    canvas.paint(soft(column - lipped, 0.8), torch.where(disc, _DISC_HU + 40 * spurs, _CORTEX_HU * 0.55), block)
    canvas.paint(soft(torch.maximum(column + 1.8, phase.abs() - step / 2 + 4.3), 0.8), spongy, block)
    canvas.paint(soft(arch - 8.0, 0.8), _CORD_HU, block)


def _sternum(canvas: Canvas, body: Body, f: Frame, spongy: float) -> None:
    """Manubrium, body and xiphoid in one, parted by the angle."""
    course = sternum_course(body)
    points = np.array(course.points)[::-1]
    block, g = f.around(course.points[0], course.points[-1], reach_mm=36)
    found = np.interp(g.up.flatten().cpu().numpy(), points[:, 0], points[:, 1])
    back = g.back - torch.as_tensor(found, dtype=torch.float32)[:, None, None]
    share = (points[-1, 0] - g.up) / float(points[-1, 0] - points[0, 0])
    width = torch.where(share < 0.26, 29 - 50 * share, torch.where(share < 0.85, 15 + 7 * share, 7.0)) * body.size
    width = torch.where((share - 0.26).abs() < 0.012, width - 40, width)
    shape = torch.maximum(g.left.abs() - width, back.abs() - 5.5)
    _bone(canvas, torch.maximum(shape, (share - 0.5).abs() * 170 - 85), block, spongy)


def _shoulder(canvas: Canvas, body: Body, f: Frame, cage: Tensor, side: float) -> None:
    """Shoulder blade as a thin curved sheet on the ribs, with its spine; collar bone; head of the humerus."""
    top = body.lung_height / 2
    block, g = f.around((top * 0.05, -10.0, side * 30), (top * 1.0, 130.0, side * 175), reach_mm=0)
    angle = torch.atan2(side * g.left, g.back) / np.pi
    share = (g.up - top * 0.08) / (top * 0.8)
    turned = 0.06 if body.arms_up else 0.0
    middle = 0.29 + turned + 0.03 * share
    wide = 0.02 + 0.13 * share
    sheet = (cage[block] - 15.5).abs() - 1.9 - 2 * ((angle - middle - wide + 0.03).clamp(min=0) * 20)
    shape = torch.maximum(sheet, ((angle - middle).abs() - wide) * 160)
    _bone(canvas, torch.maximum(shape, ((share - 0.5).abs() - 0.5) * top * 0.8), block, 150.0)
    ridge_in, ridge_out = (
        (top * 0.74, body.cage_depth * 0.98, side * 62),
        (top * 0.86, 30.0, side * (body.cage_width + 14)),
    )
    for start, end, radii in (
        (ridge_in, ridge_out, (4.0, 6.0)),
        ((top * 0.95, -body.cage_depth * 0.62, side * 22.0), (top * 1.04, -30.0, side * 84), (8.0, 6.0)),
        ((top * 1.04, -30.0, side * 84), (top * 1.1, 4.0, side * (body.cage_width + 8)), (6.0, 6.5)),
    ):
        block, g = f.around(start, end, reach_mm=12)
        _bone(canvas, capsule(g.up, g.back, g.left, start, end, radii), block, 170.0)
    head = (top * 1.06 if body.arms_up else top * 0.92, 12.0, side * (body.cage_width + 34))
    block, g = f.around(head, reach_mm=26)
    ball = ellipsoid(g.up - head[0], g.back - head[1], g.left - head[2], (23, 23, 23))
    _bone(canvas, torch.maximum(ball, 2 - cage[block]), block, 130.0)


def _bone(canvas: Canvas, distance: Tensor, block: Block, spongy: float) -> None:
    canvas.paint(soft(distance, 0.7), _CORTEX_HU * 0.8, block)
    canvas.paint(soft(distance + 2.0, 0.7), spongy, block)
