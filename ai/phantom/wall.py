"""The chest wall outside the ribs: skin, fat, muscles, breasts; arms and the table."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ai.phantom.body import Body
from ai.phantom.cage import cage_mm
from ai.phantom.canvas import Canvas, soft
from ai.phantom.fields import smooth_field
from ai.phantom.frame import Frame
from ai.phantom.shapes import capsule, ellipse, ellipsoid

_FAT_HU, _MUSCLE_HU, _SKIN_HU = -105.0, 52.0, 30.0
_CORTEX_HU, _MARROW_HU = 1000.0, 30.0


def _muscle_mm(body: Body, f: Frame) -> Tensor:
    """Distance to the outside of the chest's muscles; shoulders widen it above."""
    shoulders = torch.sigmoid((f.up - body.lung_height * 0.33) / 12) * 26
    deep = body.cage_depth + 0.85 * body.muscle + 12.0 * torch.sigmoid(f.back / 12)
    return ellipse(f.left, f.back, body.cage_width + body.muscle + shoulders, deep, 2.25)


def draw_wall(canvas: Canvas, body: Body, f: Frame, cage: Tensor, rng: np.random.Generator) -> None:
    """Paint skin, fat under it, the muscles around the cage with fat between their layers, and the cage's inside."""
    uneven = smooth_field((20, 20, 26), 2, rng)
    between = smooth_field((14, 12, 16), 2, rng)

    def muscle_mm(coarse: Frame) -> Tensor:
        return _muscle_mm(body, coarse) + 3 * _on(uneven, coarse)

    def layer_mm(coarse: Frame) -> Tensor:
        return cage_mm(body, coarse) - 0.5 * body.muscle - 7 - 3 * _on(between, coarse)

    def septa(coarse: Frame) -> Tensor:
        """Fat between the muscles of the shoulder girdle, and in the armpits."""
        outside = cage_mm(body, coarse)
        sheets = (1.1 - _on(between, coarse).abs() * 4).clamp(0, 0.8) * torch.sigmoid((outside - 17) / 2)
        aside = coarse.left.abs() - body.cage_width - 0.8 * body.muscle
        pit = ellipsoid(coarse.up - 0.3 * body.lung_height, coarse.back + 8, aside, (34, 20, 12 + 0.15 * body.fat))
        return torch.maximum(sheets, soft(pit, 1.5) * torch.sigmoid((outside - 9) / 1.5))

    skin = f.computed(lambda coarse: _muscle_mm(body, coarse)).sub_(body.fat)
    edge = canvas.spacing_mm * 0.35
    inside = _below(skin, 1.5, edge)
    # Air to skin to fat in one pass: the skin is a millimetre and a half.
    canvas.hu = (_below(skin, 0.0, edge).mul_(_FAT_HU - _SKIN_HU)).add_(inside.mul_(_SKIN_HU + 1000.0)).sub_(1000.0)
    if body.female:
        _breasts(canvas, body, f, rng)
    muscle = f.computed(muscle_mm)
    layer = f.computed(layer_mm).abs_().div_(-1.8).add_(1).clamp_(0, 0.8)
    layer = torch.maximum(layer, f.computed(septa))
    tissue = layer.mul_(_FAT_HU - _MUSCLE_HU).add_(_MUSCLE_HU)
    canvas.paint(_below(muscle, 0.0, 1.2), tissue)
    canvas.paint(_below(cage, 0.0, 1.2), 10.0)


def _below(distance_mm: Tensor, margin_mm: float, width_mm: float) -> Tensor:
    """The share inside a surface as a ramp: on a whole canvas far cheaper than ``soft`` and hardly another."""
    return distance_mm.mul(-0.25 / width_mm).add_(0.5 + 0.25 * margin_mm / width_mm).clamp_(0, 1)


def _on(field: Tensor, f: Frame) -> Tensor:
    """Lay a coarse field over a frame."""
    return functional.interpolate(field[None, None], size=f.shape, mode="trilinear", align_corners=True)[0, 0]


def _breasts(canvas: Canvas, body: Body, f: Frame, rng: np.random.Generator) -> None:
    size = float(rng.uniform(24, 50)) + body.fat * 0.3
    gland = float(rng.uniform(0.1, 0.9)) * float(np.clip(1.3 - body.age / 90, 0.2, 1))
    for side in (-1, 1):
        own = size * float(rng.uniform(0.95, 1.05))
        middle = (-20.0, -0.88 * (body.cage_depth + body.muscle + body.fat * 0.8), side * body.cage_width * 0.5)
        block, g = f.around(middle, reach_mm=own * 1.3 + 4)
        away = (g.up - middle[0], g.back - middle[1] + 0.2 * side * (g.left - middle[2]), g.left - middle[2])
        breast = ellipsoid(*away, (own * 1.15, own * 0.75, own * 1.25))
        canvas.paint(soft(breast - 1.5, 0.8), _SKIN_HU, block)
        canvas.paint(soft(breast, 0.8), _FAT_HU, block)
        shape = tuple(s.stop - s.start for s in block)
        strands = smooth_field((shape[0], shape[1], shape[2]), 5 / canvas.spacing_mm, rng)
        inner = soft(ellipsoid(*away, (own * 0.7, own * 0.55, own * 0.7)), 2.0)
        canvas.paint(inner * torch.sigmoid(strands * 2 + 4 * gland - 2) * soft(breast + 3, 1.0), 35.0, block)


def draw_arms(canvas: Canvas, body: Body, f: Frame, rng: np.random.Generator) -> None:
    """Paint what the field of view catches of arms that lie beside the chest: fat, muscle, humerus."""
    for side in (-1.0, 1.0):
        out = side * (body.cage_width + body.muscle + body.fat + 34)
        top, low = (body.lung_height * 0.42, -4.0, out * 0.93), (-body.lung_height, 18.0, out * 1.02)
        block, g = f.around(top, low, reach_mm=44)
        distance = capsule(g.up, g.back, g.left, top, low, (38.0, 32.0))
        outside = canvas.hu[block] < -500
        for deeper, hu in ((0.0, _FAT_HU), (6 + 0.15 * body.fat, _MUSCLE_HU), (26.0, _CORTEX_HU), (30.0, _MARROW_HU)):
            canvas.paint(soft(distance + deeper, 0.8) * outside, hu, block)


def draw_table(canvas: Canvas, body: Body, f: Frame, rng: np.random.Generator) -> None:
    """Paint the table's shell behind (prone: in front of) the patient, where the field of view shows it."""
    if rng.random() > 0.6:
        return
    down = -1.0 if body.prone else 1.0
    place = body.cage_depth + body.muscle + body.fat + 10
    line = (down * f.back - place + (f.left / 260) ** 2 * 26).abs() - 1.5
    canvas.paint(soft(line, 1.0) * (canvas.hu < -500) * (canvas.depth_mm < -25), -250.0)
