"""Builds a thorax as anatomy: body wall, skeleton, mediastinum, diaphragm and abdomen, two lungs with their vessels.

The frame while building is centred: up 0 in the middle of the lungs' height, back 0 in the middle of the cage,
left 0 at the midline.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ai.geometry import PointMm
from ai.phantom.body import Body
from ai.phantom.canvas import Canvas, soft
from ai.phantom.fields import smooth_field
from ai.phantom.shapes import capsule, ellipse, ellipsoid, smooth_min
from ai.phantom.skeleton import draw_skeleton
from ai.phantom.vessels import draw_vessels

_FAT_HU, _MUSCLE_HU, _LIVER_HU, _AIR_HU = -105.0, 52.0, 58.0, -1000.0


@dataclass(eq=False)
class Frame:
    """Centred coordinates of a canvas under construction."""

    up: Tensor
    back: Tensor
    left: Tensor


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
    lines = [torch.arange(-h, h, spacing_mm, dtype=torch.float32) for h in half]
    frame = Frame(lines[0][:, None, None], lines[1][None, :, None], lines[2][None, None, :])
    shape = tuple(line.numel() for line in lines)
    hu = torch.full(shape, _AIR_HU)
    origin = PointMm(-half[2], -half[1], -half[0])
    canvas = Canvas(hu, torch.zeros(1), (frame.left < 0).expand(shape), spacing_mm, origin)
    cage = _cage(body, frame)
    _wall(canvas, body, frame, cage, rng)
    depth = _lungs(body, frame, cage, rng, shape)
    _mediastinum(canvas, body, frame, cage)
    _abdomen(canvas, body, frame, cage, rng)
    draw_skeleton(canvas, body, frame, cage, rng)
    canvas.depth_mm = depth
    _fill_lungs(canvas, body, frame, rng)
    _airway(canvas, body, frame)
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


def _wall(canvas: Canvas, body: Body, f: Frame, cage: Tensor, rng: np.random.Generator) -> None:
    shoulders = torch.sigmoid((f.up - body.lung_height * 0.33) / 12) * 26
    a = body.cage_width + body.muscle + shoulders
    b = body.cage_depth + body.muscle
    muscle = ellipse(f.left, f.back, a, torch.as_tensor(b), 2.5)
    skin = ellipse(f.left, f.back, a + body.fat, torch.as_tensor(b + body.fat), 2.5)
    width = canvas.spacing_mm * 0.4
    canvas.paint(soft(skin, width), _FAT_HU)
    if body.female:
        for side in (-1, 1):
            size = float(rng.uniform(24, 50))
            breast = ellipsoid(
                f.up + 15, f.back + b + body.fat * 0.7, f.left - side * body.cage_width * 0.5, (size, size * 0.8, size)
            )
            canvas.paint(soft(breast, 1.0), _FAT_HU + 40 * float(rng.random()))
    uneven = smooth_field(canvas.shape, 14 / canvas.spacing_mm, rng) * 3
    canvas.paint(soft(muscle + uneven, 1.2), _MUSCLE_HU)
    canvas.paint(soft(cage, 1.2), 10.0)
    if rng.random() < 0.6:  # the table
        table = (f.back - (b + body.fat + 10) + (f.left / 260) ** 2 * 26).abs() - 1.5
        canvas.paint(soft(table, 1.0).expand(canvas.shape) * (canvas.hu < -500), -250.0)


def _domes(body: Body, f: Frame) -> Tensor:
    """Height of the diaphragm above the lungs' lowest level, over the plane."""

    def dome(height: float, middle: float) -> Tensor:
        wide = ((f.left - middle) / (body.cage_width * 0.62)) ** 2
        deep = ((f.back + 8) / (body.cage_depth * 1.05)) ** 2
        return height * (1 - 0.45 * wide - 0.7 * deep - 0.12 * f.back / body.cage_depth)

    right, left = dome(body.dome_right, -body.cage_width * 0.46), dome(body.dome_left, body.cage_width * 0.46)
    return torch.maximum(right, left)


def _lungs(body: Body, f: Frame, cage: Tensor, rng: np.random.Generator, shape: tuple[int, ...]) -> Tensor:
    """Depth under the lung's surface: inside the cage, beside the mediastinum, above the diaphragm."""
    height = f.up + body.lung_height / 2
    above = height - _domes(body, f)
    narrow = body.mediastinum_half_width * (0.75 + 0.25 * torch.tanh((10 - f.up) / 30))
    retro = (-f.back / 40).clamp(min=0, max=1) * 8  # the lungs come closer together in front of the heart
    beside = f.left.abs() - narrow + retro
    heart = ellipsoid(*_from_heart(body, f), body.heart) - 2
    spine = torch.sqrt(f.left**2 + (f.back - body.cage_depth * 0.82) ** 2) - 27
    aorta = torch.sqrt((f.left - 26) ** 2 + (f.back - body.cage_depth * 0.5) ** 2) - body.aorta_radius - 2
    aorta = aorta.expand(shape).clone()
    aorta[(f.up > 55).expand(shape)] = 60.0
    inside = smooth_min(-cage - 3, above, 8.0)
    for other in (beside, heart, spine, aorta):
        inside = smooth_min(inside, other, 6.0)
    uneven = smooth_field((shape[0], shape[1], shape[2]), 22, rng) * 1.5
    return inside + uneven - 1.0


def _from_heart(body: Body, f: Frame) -> tuple[Tensor, Tensor, Tensor]:
    return f.up + body.lung_height * 0.14, f.back + body.cage_depth * 0.2, f.left - body.heart_shift_left


def _mediastinum(canvas: Canvas, body: Body, f: Frame, cage: Tensor) -> None:
    middle = soft(torch.maximum(cage, f.left.abs() - 60), 2.0)
    canvas.paint(middle, -40.0)
    up, back, left = _from_heart(body, f)
    canvas.paint(soft(ellipsoid(up, back, left, body.heart), 1.2), 45.0)
    chambers = ellipsoid(up, back, left, (body.heart[0] * 0.8, body.heart[1] * 0.8, body.heart[2] * 0.8))
    canvas.paint(soft(chambers, 2.5), body.blood_hu)
    r = body.aorta_radius
    back_aorta, top = body.cage_depth * 0.5, 62.0
    tubes = [
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
    for start, end, radius in tubes:
        canvas.paint(soft(capsule(f.up, f.back, f.left, start, end, (radius, radius)), 1.0), body.blood_hu)
    oesophagus = capsule(f.up, f.back, f.left, (-200.0, 34.0, 8.0), (200.0, 34.0, 2.0), (7.0, 7.0))
    canvas.paint(soft(oesophagus, 1.0), 35.0)


def _abdomen(canvas: Canvas, body: Body, f: Frame, cage: Tensor, rng: np.random.Generator) -> None:
    under = f.up + body.lung_height / 2 - _domes(body, f) + 3
    inside = torch.maximum(under, cage)
    canvas.paint(soft(inside, 1.5), -85.0)
    liver = torch.maximum(inside, f.left - 35 - 0.25 * f.up)
    canvas.paint(soft(liver, 1.5), _LIVER_HU + (float(rng.uniform(20, 60)) if body.blood_hu > 100 else 0.0))
    spleen = ellipsoid(f.up + body.lung_height * 0.38, f.back - 38, f.left - 88, (40, 30, 26))
    canvas.paint(soft(torch.maximum(spleen, inside), 1.5), 50.0)
    size = float(rng.uniform(22, 45))
    place = ellipsoid(f.up + body.lung_height * 0.36, f.back + 20, f.left - 62, (size * 0.8, size, size))
    stomach = torch.maximum(place, inside + 3)
    gas = f.back + 20 < float(rng.uniform(-25, 15))
    canvas.paint(soft(stomach, 1.5), torch.where(gas, torch.tensor(-990.0), torch.tensor(20.0)))


def _fill_lungs(canvas: Canvas, body: Body, f: Frame, rng: np.random.Generator) -> None:
    gravity = (f.back / body.cage_depth).clamp(-1, 1) * body.gravity_hu * 0.5
    texture = smooth_field(canvas.shape, 18 / canvas.spacing_mm, rng) * 10
    fine = smooth_field(canvas.shape, 5 / canvas.spacing_mm, rng) * 12
    canvas.paint(soft(-canvas.depth_mm, canvas.spacing_mm * 0.4), body.lung_hu + gravity + texture + fine)
    for right in (True, False):
        tilt = f.up - (-25 if right else -15) + 1.1 * (-f.back)
        fissure = soft(tilt.abs() / 1.5 - 0.5, 0.4) * 0.25
        side = (canvas.right == right) & canvas.lung
        canvas.paint(fissure * side, -500.0)


def _airway(canvas: Canvas, body: Body, f: Frame) -> None:
    carina = (22.0, 18.0, 0.0)
    tubes = [
        ((200.0, 10.0, 0.0), carina, 8.5),
        (carina, (4.0, 14.0, -34.0), 6.5),
        (carina, (0.0, 16.0, 38.0), 5.8),
        ((4.0, 14.0, -34.0), (-45.0, 28.0, -58.0), 3.6),
        ((0.0, 16.0, 38.0), (-45.0, 30.0, 62.0), 3.4),
        ((4.0, 14.0, -34.0), (45.0, 4.0, -58.0), 3.2),
        ((0.0, 16.0, 38.0), (45.0, 2.0, 58.0), 3.0),
    ]
    for start, end, radius in tubes:
        distance = capsule(f.up, f.back, f.left, start, end, (radius, radius))
        canvas.paint(soft(distance - 1.5, 0.6), 20.0)
        canvas.paint(soft(distance, 0.6), _AIR_HU)
