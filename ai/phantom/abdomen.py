"""Upper abdomen: fat, liver, spleen, stomach with fluid and gas, bowel gas under the left dome."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ai.phantom.body import Body
from ai.phantom.cage import under_diaphragm_mm
from ai.phantom.canvas import Canvas, soft
from ai.phantom.fields import smooth_field
from ai.phantom.frame import Block, Frame
from ai.phantom.plan import Plan
from ai.phantom.shapes import ellipsoid

_FAT_HU, _MUSCLE_HU, _SPLEEN_HU, _GAS_HU = -100.0, 50.0, 50.0, -990.0


def draw_abdomen(canvas: Canvas, body: Body, plan: Plan, f: Frame, cage: Tensor, rng: np.random.Generator) -> None:
    """Paint all that lies under the diaphragm, the diaphragm itself included."""
    top = body.lung_height / 2
    highest = -top + max(body.dome_right, body.dome_left) + 8
    block, g = f.around((-400.0, -400.0, -400.0), (highest, 400.0, 400.0), reach_mm=0)
    inside = torch.maximum(g.computed(lambda coarse: under_diaphragm_mm(body, coarse)) + 1, cage[block] + 2)
    canvas.paint(soft(inside, 1.2), _MUSCLE_HU, block)
    canvas.paint(soft(inside + 4, 1.5), _FAT_HU, block)
    _liver(canvas, body, plan, g, inside, block, rng)
    away = (g.up + top * 0.8, g.back - 36, g.left - body.cage_width * 0.68)
    spleen = torch.maximum(ellipsoid(*away, (38 * body.size, 32, 24)), inside + 3)
    canvas.paint(soft(spleen, 1.2), _SPLEEN_HU + body.contrast.organs * 1.3, block)
    _stomach(canvas, body, g, inside, block, rng)


def _liver(
    canvas: Canvas, body: Body, plan: Plan, g: Frame, inside: Tensor, block: Block, rng: np.random.Generator
) -> None:
    """The right side and across the middle in front; its hepatic veins show with contrast."""
    reach = float(rng.uniform(20, 60))
    edge = g.left - reach + 0.9 * (g.back + 20).clamp(min=0) + 0.1 * (g.up + body.lung_height / 2)
    liver = torch.maximum(torch.maximum(inside + 3, edge), 18 - torch.hypot(g.left + 2, g.back - 60))
    fatty = float(rng.uniform(-25, 0)) if rng.random() < 0.2 else 0.0
    size = (liver.shape[0], liver.shape[1], liver.shape[2])
    uneven = smooth_field(size, 10 / canvas.spacing_mm, rng) * 3
    canvas.paint(soft(liver, 1.2), uneven + (58.0 + fatty + body.contrast.organs), block)


def _stomach(canvas: Canvas, body: Body, g: Frame, inside: Tensor, block: Block, rng: np.random.Generator) -> None:
    """A bag under the left dome: fluid or food behind, gas in front; beside it sometimes a loop of colon."""
    down = -1.0 if body.prone else 1.0
    size = float(rng.uniform(22, 45))
    middle = (-body.lung_height * 0.36, -12.0 + float(rng.normal(0, 6)), 56.0 * body.size)
    place = ellipsoid(g.up - middle[0], g.back - middle[1], g.left - middle[2], (size * 0.8, size, size))
    gas = down * (g.back - middle[1]) < float(rng.uniform(-0.9, 0.5)) * size
    content = torch.where(gas, _GAS_HU, float(rng.uniform(5, 55)))
    bag = torch.maximum(place, inside + 5)
    canvas.paint(soft(bag, 1.2), 42.0, block)
    canvas.paint(soft(bag + 3.5, 1.0), content, block)
    if rng.random() < 0.5:
        spot = (middle[0] + float(rng.uniform(-20, 15)), -45.0, 78.0 * body.size)
        loop = ellipsoid(g.up - spot[0], g.back - spot[1], g.left - spot[2], (15, 20, 17))
        loop = torch.maximum(loop, inside + 5)
        canvas.paint(soft(loop, 1.0), 35.0, block)
        canvas.paint(soft(loop + 2, 1.0), _GAS_HU, block)
