"""The inside of a cavity: air, perhaps fluid that lies at the back, perhaps a fungus ball that lies on the ground."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ai.phantom.fields import smooth_field
from ai.phantom.finely import Fine

_AIR_HU = -990.0


@dataclass(frozen=True)
class Cavity:
    """A hole in a body.

    Args:
        wall_mm: mean thickness of what is left around it.
        ragged: 0…1, how uneven the inner edge is.
        fluid: share of the hole's depth that is fluid; the patient lies on the back.
        ball: a fungus ball with a crescent of air.
    """

    wall_mm: float
    ragged: float = 0.2
    fluid: float = 0.0
    ball: bool = False


def hollow(
    fine: Fine, distance_mm: Tensor, radius_mm: float, cavity: Cavity, rng: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """Return (share of each fine voxel that is the hole, its content in HU)."""
    scale = max(1.5, 0.35 * radius_mm / fine.spacing_mm)
    uneven = 1 + cavity.ragged * smooth_field(fine.shape, scale, rng).clamp(-2, 2)
    share = fine.inside(distance_mm + cavity.wall_mm * uneven)
    content = torch.full(fine.shape, _AIR_HU)
    inner = radius_mm - cavity.wall_mm
    if cavity.fluid > 0:
        level = inner * (1 - 2 * cavity.fluid)
        under = (0.5 + (fine.region.back - level) / fine.spacing_mm).clamp(0, 1)
        content = content + under * (float(rng.uniform(5, 30)) - _AIR_HU)
    if cavity.ball:
        size = inner * float(rng.uniform(0.55, 0.8))
        low = inner - size
        r = fine.region
        ball = torch.sqrt(r.up**2 + (r.back - low) ** 2 + r.left**2) - size
        grain = float(rng.uniform(20, 60)) + 60 * smooth_field(fine.shape, 2, rng).clamp(max=0)
        content = content + fine.inside(ball) * (grain - content)
    return share, content
