"""Paints airways: a wall of soft tissue, air inside, an artery beside, a plug where mucus fills it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from ai.phantom.canvas import Canvas, soft
from ai.phantom.spots import Spots
from ai.phantom.tubes import Tube, near_tubes

_AIR_HU, _WALL_HU, _BLOOD_HU = -970.0, 20.0, 40.0
_MARGIN_MM = 3.0


def draw_airways(
    canvas: Canvas, tubes: Sequence[Tube], wall_mm: float, inset_mm: float = 0.5, hu: float = _WALL_HU
) -> tuple[Spots, Tensor]:  # fmt: skip
    """Paint airways whose tubes' radii are the lumen's.

    Args:
        canvas: drawn on.
        tubes: middle lines and radii of the lumen.
        wall_mm: thickness of the wall.
        inset_mm: least depth in the lung; nothing is drawn outside it.
        hu: the wall's.

    Returns:
        The voxels touched and the share of each that is airway, wall included.
    """
    edge = 0.3 * canvas.spacing_mm
    spots, distance = near_tubes(canvas, tubes, wall_mm + _MARGIN_MM)
    inside = spots.inside(inset_mm)
    outer = soft(distance - wall_mm, edge) * inside
    lumen = soft(distance, edge) * inside
    spots.paint(canvas, outer, hu)
    spots.paint(canvas, lumen, _AIR_HU)
    return spots, outer


def fill_lumen(canvas: Canvas, tubes: Sequence[Tube], hu: float) -> tuple[Spots, Tensor]:
    """Fill tubes with mucus (10–40 HU) or blood; return the voxels and the share filled."""
    spots, distance = near_tubes(canvas, tubes, _MARGIN_MM)
    share = soft(distance, 0.3 * canvas.spacing_mm) * spots.inside(0.5)
    widest = max(float(tube.radii_mm.max()) for tube in tubes)
    faint = min(1.0, (2 * widest / canvas.spacing_mm) ** 2)  # thinner than a voxel is fainter, not sharper
    spots.paint(canvas, share * faint, hu)
    return spots, share * faint


def draw_arteries_beside(
    canvas: Canvas, tubes: Sequence[Tube], wall_mm: float, radius_mm: float, rng: np.random.Generator
) -> None:  # fmt: skip
    """Paint the artery that accompanies each airway: with a wide airway the stone of a signet ring."""
    beside = []
    for tube in tubes:
        way = tube.points[-1] - tube.points[0]
        across = np.cross(way, rng.normal(size=3))
        across /= max(1e-6, float(np.linalg.norm(across)))
        moved = tube.points + across * (tube.radii_mm + wall_mm + 0.8 * radius_mm)[:, None]
        beside.append(Tube(moved, np.full(len(moved), radius_mm)))
    fill_lumen(canvas, beside, _BLOOD_HU)


def level_in(canvas: Canvas, spots: Spots, share: Tensor, height: float, hu: float) -> None:
    """Let fluid lie in the lower (dependent) part of air already painted: ``height`` 0…1 of its extent to the back."""
    air = (share > 0.5) & (canvas.hu[spots.index] < -600)
    if not bool(air.any()):
        return
    backs = spots.places[air, 1]
    level = float(torch.quantile(backs, 1 - height))
    spots.paint(canvas, share * air * (spots.places[:, 1] > level), hu)
