"""Builds a thorax as anatomy: body wall, skeleton, mediastinum, diaphragm and abdomen, two lungs with their vessels."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ai.geometry import PointMm
from ai.phantom.body import Body
from ai.phantom.canvas import Canvas, soft
from ai.phantom.fields import smooth_field
from ai.phantom.frame import Frame
from ai.phantom.organs import AIR_HU, draw_airway, draw_mediastinum, from_heart
from ai.phantom.shapes import ellipse, ellipsoid, smooth_min
from ai.phantom.skeleton import draw_skeleton
from ai.phantom.vessels import draw_vessels

_FAT_HU, _MUSCLE_HU, _LIVER_HU = -105.0, 52.0, 58.0


def build_thorax(body: Body, rng: np.random.Generator, spacing_mm: float = 2.0) -> Canvas:
    """Build a healthy thorax.

    Args:
        body: the patient.
        rng: source of chance for texture and vessels.
        spacing_mm: voxel size; the field of view follows from the body.

    Returns:
        A canvas without findings, before blur and noise.
    """
    half = (
        body.lung_height / 2 + 30,
        body.cage_depth + body.muscle + body.fat + 22,
        body.cage_width + body.muscle + body.fat + 30,
    )
    f = Frame.within(half, spacing_mm)
    cage = f.computed(lambda coarse: _cage(body, coarse))
    bumps = smooth_field((12, 10, 14), 2, rng)
    depth = f.computed(lambda coarse: _lungs(body, coarse, bumps))
    origin = PointMm(-half[2], -half[1], -half[0])
    canvas = Canvas(torch.full(f.shape, AIR_HU), depth, (f.left < 0).expand(f.shape), spacing_mm, origin)
    _wall(canvas, body, f, cage, rng)
    draw_mediastinum(canvas, body, f, cage)
    _abdomen(canvas, body, f, cage, rng)
    draw_skeleton(canvas, body, f, cage)
    _fill_lungs(canvas, body, f, rng)
    draw_airway(canvas, f)
    for right in (True, False):
        side = -1.0 if right else 1.0
        hilum = (half[0] + 5.0, half[1] - 5.0, half[2] + side * (body.mediastinum_half_width + 6))
        draw_vessels(canvas, hilum, right, int(rng.integers(220, 420)), rng)
    return canvas


def _cage(body: Body, f: Frame) -> Tensor:
    """Distance to the inside of the rib cage: an elliptic barrel that closes as a dome above."""
    top = body.lung_height / 2
    height = ((f.up + top) / (2 * top)).clamp(0, 1.04)
    taper = torch.sqrt((1 - (height.clamp(min=0.45) - 0.45) ** 2 / 0.36).clamp(min=0.02))
    return ellipse(f.left, f.back, body.cage_width * taper, body.cage_depth * (0.35 + 0.65 * taper), 2.3)


def _domes(body: Body, f: Frame) -> Tensor:
    """Height of the diaphragm above the lungs' lowest level, over the plane."""

    def dome(height: float, middle: float) -> Tensor:
        wide = ((f.left - middle) / (body.cage_width * 0.62)) ** 2
        deep = ((f.back + 8) / (body.cage_depth * 1.05)) ** 2
        return height * (1 - 0.45 * wide - 0.7 * deep - 0.12 * f.back / body.cage_depth)

    right, left = dome(body.dome_right, -body.cage_width * 0.46), dome(body.dome_left, body.cage_width * 0.46)
    return torch.maximum(right, left)


def _under_diaphragm(body: Body, f: Frame) -> Tensor:
    return f.up + body.lung_height / 2 - _domes(body, f)


def _lungs(body: Body, f: Frame, bumps: Tensor) -> Tensor:
    """Depth under the lung's surface: inside the cage, beside the mediastinum, above the diaphragm."""
    narrow = body.mediastinum_half_width * (0.75 + 0.25 * torch.tanh((10 - f.up) / 30))
    in_front = (-f.back / 40).clamp(min=0, max=1) * 8  # the lungs come closer together in front of the heart
    heart = ellipsoid(*from_heart(body, f), body.heart) - 2
    spine = torch.sqrt(f.left**2 + (f.back - body.cage_depth * 0.82) ** 2) - 27
    aorta = torch.sqrt((f.left - 26) ** 2 + (f.back - body.cage_depth * 0.5) ** 2) - body.aorta_radius - 2
    aorta = torch.where(f.up > 55, torch.tensor(60.0), aorta)
    inside = smooth_min(-_cage(body, f) - 3, _under_diaphragm(body, f), 8.0)
    for other in (f.left.abs() - narrow + in_front, heart, spine, aorta):
        inside = smooth_min(inside, other, 6.0)
    uneven = functional.interpolate(bumps[None, None], size=f.shape, mode="trilinear", align_corners=True)[0, 0]
    return inside + 1.5 * uneven - 1.0


def _wall(canvas: Canvas, body: Body, f: Frame, cage: Tensor, rng: np.random.Generator) -> None:
    b = body.cage_depth + body.muscle

    def wall(coarse: Frame) -> Tensor:
        shoulders = torch.sigmoid((coarse.up - body.lung_height * 0.33) / 12) * 26
        return ellipse(coarse.left, coarse.back, body.cage_width + body.muscle + shoulders, b, 2.5)

    muscle = f.computed(wall)
    canvas.paint(soft(muscle - body.fat, canvas.spacing_mm * 0.4), _FAT_HU)
    if body.female:
        _breasts(canvas, body, f, rng)
    uneven = smooth_field(canvas.shape, 14 / canvas.spacing_mm, rng) * 3
    canvas.paint(soft(muscle + uneven, 1.2), _MUSCLE_HU)
    canvas.paint(soft(cage, 1.2), 10.0)
    if rng.random() < 0.6:
        table = (f.back - (b + body.fat + 10) + (f.left / 260) ** 2 * 26).abs() - 1.5
        canvas.paint(soft(table, 1.0) * (canvas.hu < -500), -250.0)


def _breasts(canvas: Canvas, body: Body, f: Frame, rng: np.random.Generator) -> None:
    size = float(rng.uniform(24, 50))
    gland = float(rng.uniform(0, 40))
    for side in (-1, 1):
        own = size * float(rng.uniform(0.95, 1.05))
        middle = (-15.0, -(body.cage_depth + body.muscle + body.fat * 0.7), side * body.cage_width * 0.5)
        block, g = f.around(middle, reach_mm=own + 4)
        breast = ellipsoid(g.up - middle[0], g.back - middle[1], g.left - middle[2], (own, own * 0.8, own))
        canvas.paint(soft(breast, 1.0), _FAT_HU + gland, block)


def _abdomen(canvas: Canvas, body: Body, f: Frame, cage: Tensor, rng: np.random.Generator) -> None:
    top = body.lung_height / 2
    highest = -top + max(body.dome_right, body.dome_left) + 8
    block, g = f.around((-400.0, -400.0, -400.0), (highest, 400.0, 400.0), reach_mm=0)
    inside = torch.maximum(g.computed(lambda coarse: _under_diaphragm(body, coarse)) + 3, cage[block])
    canvas.paint(soft(inside, 1.5), -85.0, block)
    liver = torch.maximum(inside, g.left - 35 - 0.25 * g.up)
    enhanced = float(rng.uniform(20, 60)) if body.blood_hu > 100 else 0.0
    canvas.paint(soft(liver, 1.5), _LIVER_HU + enhanced, block)
    spleen = ellipsoid(g.up + body.lung_height * 0.38, g.back - 38, g.left - 88, (40, 30, 26))
    canvas.paint(soft(torch.maximum(spleen, inside), 1.5), 50.0, block)
    size = float(rng.uniform(22, 45))
    place = ellipsoid(g.up + body.lung_height * 0.36, g.back + 20, g.left - 62, (size * 0.8, size, size))
    gas = g.back + 20 < float(rng.uniform(-25, 15))
    content = torch.where(gas, torch.tensor(-990.0), torch.tensor(20.0))
    canvas.paint(soft(torch.maximum(place, inside + 3), 1.5), content, block)


def _fill_lungs(canvas: Canvas, body: Body, f: Frame, rng: np.random.Generator) -> None:
    gravity = (f.back / body.cage_depth).clamp(-1, 1) * body.gravity_hu * 0.5
    texture = smooth_field(canvas.shape, 18 / canvas.spacing_mm, rng) * 10
    fine = smooth_field(canvas.shape, 5 / canvas.spacing_mm, rng) * 12
    canvas.paint(soft(-canvas.depth_mm, canvas.spacing_mm * 0.4), texture + fine + (body.lung_hu + gravity))
    height = torch.where(f.left < 0, -25.0, -15.0)
    fissure = soft((f.up - height - 1.1 * f.back).abs() / 1.5 - 0.5, 0.4) * 0.25
    canvas.paint(fissure * canvas.lung, -500.0)
