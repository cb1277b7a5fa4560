"""Ribs, spine, sternum, shoulder blades and collar bones."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from ai.phantom.body import Body
from ai.phantom.canvas import Canvas, soft
from ai.phantom.shapes import capsule, ellipsoid

_CORTEX_HU, _SPONGY_HU = 750.0, 190.0
_RIB_PITCH_MM = 25.0


class Coordinates(Protocol):
    """Centred coordinates, millimetres, that broadcast over the canvas."""

    up: Tensor
    back: Tensor
    left: Tensor


def draw_skeleton(canvas: Canvas, body: Body, f: Coordinates, cage: Tensor, rng: np.random.Generator) -> None:
    """Paint all bones of the thorax."""
    _ribs(canvas, body, f, cage)
    _spine(canvas, body, f)
    sternum = ellipsoid(f.up - 15, f.back + body.cage_depth + 4, f.left, (85, 6, 18))
    _bone(canvas, sternum)
    for side in (-1.0, 1.0):
        blade = capsule(
            f.up, f.back, f.left,
            (110.0, body.cage_depth * 0.75, side * body.cage_width * 0.85),
            (10.0, body.cage_depth * 1.02, side * body.cage_width * 0.62), (7.0, 4.0),
        )  # fmt: skip
        _bone(canvas, torch.maximum(blade, -cage + 6))
        collar = capsule(
            f.up, f.back, f.left,
            (body.lung_height * 0.47, -body.cage_depth * 0.75, side * 20.0),
            (body.lung_height * 0.52, -5.0, side * 140.0), (6.5, 6.0),
        )  # fmt: skip
        _bone(canvas, collar)
    del rng


def _ribs(canvas: Canvas, body: Body, f: Coordinates, cage: Tensor) -> None:
    """Rings along the cage that sink towards the front; the front ends are cartilage."""
    height = f.up + body.rib_tilt * (f.back * -1) * -1.0
    phase = torch.remainder(height, _RIB_PITCH_MM) - _RIB_PITCH_MM / 2
    distance = torch.sqrt((phase / 1.0) ** 2 + (cage - 5.5) ** 2) - 5.5
    spread = (f.back > -body.cage_depth * 0.75) & (f.up < body.lung_height * 0.5)
    shell = soft(distance, 0.8) * spread
    canvas.paint(shell, _CORTEX_HU)
    canvas.paint(soft(distance + 2.5, 0.8) * spread, _SPONGY_HU)
    front = soft(distance, 0.8) * (~spread) * (f.up < body.lung_height * 0.4) * (f.left.abs() > 18)
    canvas.paint(front, 95.0)


def _spine(canvas: Canvas, body: Body, f: Coordinates) -> None:
    back = f.back - body.cage_depth * 0.85
    disc = (torch.remainder(f.up, 24.0) - 12.0).abs() > 10.0
    vertebra = torch.sqrt((f.left / 1.15) ** 2 + back**2) - 16.0
    canvas.paint(soft(vertebra, 0.8), torch.where(disc, torch.tensor(90.0), torch.tensor(_CORTEX_HU * 0.75)))
    canvas.paint(soft(vertebra + 2.5, 0.8) * (~disc), _SPONGY_HU)
    arch = torch.sqrt(f.left**2 + (back - 24) ** 2)
    _bone(canvas, (arch - 13.0).abs() - 4.0)
    canvas.paint(soft(arch - 8.0, 0.8), 25.0)
    process = torch.maximum(ellipsoid(torch.remainder(f.up, 24.0) - 12, back - 45, f.left, (9, 16, 3.5)), f.left * 0)
    _bone(canvas, process)


def _bone(canvas: Canvas, distance: Tensor) -> None:
    canvas.paint(soft(distance, 0.8).expand(canvas.shape), _CORTEX_HU * 0.85)
    canvas.paint(soft(distance + 2.2, 0.8).expand(canvas.shape), _SPONGY_HU)
