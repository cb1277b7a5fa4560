"""Ribs, spine, sternum, shoulder blades and collar bones."""

from __future__ import annotations

import torch
from torch import Tensor

from ai.phantom.body import Body
from ai.phantom.canvas import Canvas, soft
from ai.phantom.frame import Block, Frame
from ai.phantom.shapes import capsule, ellipsoid

_CORTEX_HU, _SPONGY_HU, _CARTILAGE_HU = 750.0, 190.0, 95.0
_RIB_PITCH_MM = 25.0
_VERTEBRA_MM = 24.0


def draw_skeleton(canvas: Canvas, body: Body, f: Frame, cage: Tensor) -> None:
    """Paint all bones of the thorax."""
    _ribs(canvas, body, f, cage)
    _spine(canvas, body, f)
    middle = (15.0, -body.cage_depth - 4, 0.0)
    block, g = f.around(middle, reach_mm=92)
    _bone(canvas, ellipsoid(g.up - middle[0], g.back - middle[1], g.left, (85, 6, 18)), block)
    for side in (-1.0, 1.0):
        top = (110.0, body.cage_depth * 0.75, side * body.cage_width * 0.85)
        tip = (10.0, body.cage_depth * 1.02, side * body.cage_width * 0.62)
        block, g = f.around(top, tip, reach_mm=14)
        blade = capsule(g.up, g.back, g.left, top, tip, (7.0, 4.0))
        _bone(canvas, torch.maximum(blade, 6 - cage[block]), block)
        inner = (body.lung_height * 0.47, -body.cage_depth * 0.75, side * 20.0)
        outer = (body.lung_height * 0.52, -5.0, side * 140.0)
        block, g = f.around(inner, outer, reach_mm=12)
        _bone(canvas, capsule(g.up, g.back, g.left, inner, outer, (6.5, 6.0)), block)


def _ribs(canvas: Canvas, body: Body, f: Frame, cage: Tensor) -> None:
    """Rings along the cage that sink towards the front; the front ends are cartilage."""
    height = f.up + body.rib_tilt * f.back
    phase = torch.remainder(height, _RIB_PITCH_MM) - _RIB_PITCH_MM / 2
    distance = torch.sqrt(phase**2 + (cage - 5.5) ** 2) - 5.5
    ring = soft(distance, 0.8)
    bony = (f.back > -body.cage_depth * 0.75) & (f.up < body.lung_height * 0.5)
    canvas.paint(ring * bony, _CORTEX_HU)
    canvas.paint(soft(distance + 2.5, 0.8) * bony, _SPONGY_HU)
    front = int((f.back.flatten() <= -body.cage_depth * 0.75).sum())
    block = (slice(None), slice(0, front), slice(None))
    cartilage = (f.up < body.lung_height * 0.4) & (f.left.abs() > 18)
    canvas.paint(ring[block] * cartilage, _CARTILAGE_HU, block)


def _spine(canvas: Canvas, body: Body, f: Frame) -> None:
    middle = body.cage_depth * 0.85
    block, g = f.around((-400.0, middle, 0.0), (400.0, middle + 45, 0.0), reach_mm=26)
    back = g.back - middle
    phase = torch.remainder(g.up, _VERTEBRA_MM) - _VERTEBRA_MM / 2
    disc = phase.abs() > 10.0
    vertebra = torch.sqrt((g.left / 1.15) ** 2 + back**2) - 16.0
    canvas.paint(soft(vertebra, 0.8), torch.where(disc, 90.0, _CORTEX_HU * 0.75), block)
    canvas.paint(soft(vertebra + 2.5, 0.8) * (~disc), _SPONGY_HU, block)
    arch = torch.sqrt(g.left**2 + (back - 24) ** 2)
    _bone(canvas, (arch - 13.0).abs() - 4.0, block)
    canvas.paint(soft(arch - 8.0, 0.8), 25.0, block)
    _bone(canvas, ellipsoid(phase, back - 45, g.left, (9, 16, 3.5)), block)


def _bone(canvas: Canvas, distance: Tensor, block: Block) -> None:
    canvas.paint(soft(distance, 0.8), _CORTEX_HU * 0.85, block)
    canvas.paint(soft(distance + 2.2, 0.8), _SPONGY_HU, block)
