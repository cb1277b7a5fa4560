"""What lies between the lungs: fat, great vessels, oesophagus, small lymph nodes, thyroid."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ai.phantom.body import Body
from ai.phantom.cage import back_of
from ai.phantom.canvas import Canvas, soft
from ai.phantom.conduits import draw_course
from ai.phantom.fields import smooth_field
from ai.phantom.frame import Frame
from ai.phantom.landmarks import Vector
from ai.phantom.plan import FORWARD_MM, Plan
from ai.phantom.shapes import ellipsoid

_FAT_HU, _MUSCLE_HU, _WALL_HU = -98.0, 50.0, 40.0


def draw_fat(canvas: Canvas, plan: Plan, f: Frame, cage: Tensor, rng: np.random.Generator) -> None:
    """Fill the middle of the chest with fat in which a little tissue is spread, and with muscle beside the spine."""
    block, g = f.around((-400.0, -400.0, -92.0), (400.0, 400.0, 92.0), reach_mm=0)
    size = tuple(s.stop - s.start for s in block)
    strands = smooth_field((size[0], size[1], size[2]), 6 / canvas.spacing_mm, rng) * 9
    behind = torch.sigmoid((g.back - back_of(plan.spine, g.up) - 8) / 2)
    hu = strands + (_FAT_HU + (_MUSCLE_HU - _FAT_HU) * behind)
    canvas.paint(soft(cage[block].maximum(g.left.abs() - 86), 2.0), hu, block)


def draw_great_vessels(canvas: Canvas, f: Frame, body: Body, plan: Plan, rng: np.random.Generator) -> None:
    """Paint aorta, pulmonary trunk, their branches and the veins; wall and blood differ only with contrast."""
    blood = body.contrast
    mixed = 0.5 * (blood.cava + blood.left)
    for course, hu, organ in (
        (plan.azygos, mixed, ""),
        (plan.cava_inferior, 0.4 * blood.left + 0.6 * min(blood.right, 120.0), ""),
        (plan.jugular_right, blood.right, ""),
        (plan.subclavian_right, blood.right, ""),
        (plan.subclavian_left, blood.cava, ""),
        (plan.cava, blood.cava, ""),
        (plan.right_artery, blood.right, ""),
        (plan.left_artery, blood.right, ""),
        (plan.trunk, blood.right, ""),
        *((branch, blood.left, "") for branch in plan.branches),
        (plan.aorta, blood.left, "aorta"),
    ):
        draw_course(canvas, f, course, _WALL_HU, 0.7, organ=organ)
        draw_course(canvas, f, course, hu, 0.7, wider_mm=-1.2)
    _oesophagus(canvas, f, plan, rng)


def _oesophagus(canvas: Canvas, f: Frame, plan: Plan, rng: np.random.Generator) -> None:
    draw_course(canvas, f, plan.oesophagus, 38.0)
    if rng.random() < 0.45:
        first = int(rng.integers(0, 9))
        part = plan.oesophagus.points[first : first + int(rng.integers(2, 4))]
        if len(part) > 1:
            radius = float(rng.uniform(1.2, 3.5))
            air = type(plan.oesophagus)(part, (radius,) * len(part))
            draw_course(canvas, f, air, -900.0, 0.6)


def node_places(plan: Plan, body: Body) -> dict[str, Vector]:
    """Return a place in the fat of each lymph node station (IASLC map), and of both axillae."""
    carina = plan.bronchi[0].course.points[-1]
    c, deep, wide = carina[0], body.cage_depth / 84, body.size
    given = {
        "2R": (c + 42, 6, -17), "2L": (c + 48, 26, 16), "4R": (c + 13, 4, -17), "4L": (c + 8, 10, 16),
        "5": (c + 17, 8, 27), "6": (c + 27, -13, 15), "7": (c - 18, 25, 1), "8": (c - 66, 33, -6),
        "10R": (c - 1, 10, -25), "10L": (c - 25, 15, 36),
    }  # fmt: skip
    stations = {name: (float(u), (b - FORWARD_MM) * deep, x * wide) for name, (u, b, x) in given.items()}
    for name, side in (("axilla_right", -1.0), ("axilla_left", 1.0)):
        stations[name] = (body.lung_height * 0.3, -8.0, side * (body.cage_width + 0.8 * body.muscle))
    return stations


def draw_nodes(canvas: Canvas, f: Frame, stations: dict[str, Vector], rng: np.random.Generator) -> None:
    """Paint normal nodes, below 8 mm across, the larger ones with a fatty hilum."""
    for place in stations.values():
        for _ in range(int(rng.integers(0, 3))):
            short = float(rng.uniform(1.4, 3.6))
            middle = tuple(float(p + rng.normal(0, 3.0)) for p in place)
            radii = (short * float(rng.uniform(1, 1.9)), short, short * float(rng.uniform(1, 1.5)))
            block, g = f.around((middle[0], middle[1], middle[2]), reach_mm=max(radii) + 4)
            fat = (canvas.hu[block] < -20) & (canvas.hu[block] > -300)
            if not bool(fat.any()):
                continue
            away = (g.up - middle[0], g.back - middle[1], g.left - middle[2])
            canvas.paint(soft(ellipsoid(*away, radii), 0.7) * fat, 38.0, block)
            if short > 2.8 and rng.random() < 0.6:
                hilum = ellipsoid(
                    away[0], away[1] - short * 0.4, away[2], (radii[0] * 0.4, short * 0.4, radii[2] * 0.4)
                )
                canvas.paint(soft(hilum, 0.7) * fat, -70.0, block)


def draw_thyroid(canvas: Canvas, f: Frame, body: Body, plan: Plan, rng: np.random.Generator) -> None:
    """Paint both lobes' lower ends beside the trachea, denser than muscle by their iodine."""
    top = body.lung_height / 2 + float(rng.uniform(8, 22))
    size = float(rng.uniform(0.8, 1.25))
    for side in (-1.0, 1.0):
        middle = (top, 6.0, side * 16.0)
        block, g = f.around(middle, reach_mm=26 * size)
        lobe = ellipsoid(g.up - middle[0], g.back - middle[1], g.left - middle[2], (20 * size, 9 * size, 8 * size))
        canvas.paint(soft(lobe, 0.8), 100.0 + 0.3 * max(0.0, body.contrast.left - 45), block)


def draw_thymus(canvas: Canvas, f: Frame, body: Body, plan: Plan, rng: np.random.Generator) -> None:
    """Paint what is left of the thymus in front of the ascending aorta: tissue in the young, fat later."""
    if body.age > 42 or rng.random() < 0.3:
        return
    carina = plan.bronchi[0].course.points[-1][0]
    middle = (carina + 8, -0.62 * body.cage_depth, 4.0)
    block, g = f.around(middle, reach_mm=40)
    away = (g.up - middle[0], g.back - middle[1] - 0.012 * (g.left - middle[2]) ** 2, g.left - middle[2])
    young = float(np.clip((45 - body.age) / 25, 0.1, 1))
    share = soft(ellipsoid(*away, (30, 4 + 4 * young, 14 + 8 * young)), 1.2)
    tissue = (canvas.hu[block] < 0) & (canvas.hu[block] > -300)
    canvas.paint(share * tissue * torch.tensor(0.35 + 0.6 * young), 40.0, block)
