"""The round field of view, rings around its middle, and shading between the shoulders."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

PADDING_HU = -1024.0
_LONG_PATH_MM = 330.0


def from_middle_mm(shape: tuple[int, ...], spacing_mm: float, middle: tuple[float, float]) -> Tensor:
    """Return the distance of each pixel (row, column) to a place given as shares of the picture."""
    rows, columns = shape[-2:]
    down = (torch.arange(rows, dtype=torch.float32) - middle[0] * (rows - 1)) * spacing_mm
    right = (torch.arange(columns, dtype=torch.float32) - middle[1] * (columns - 1)) * spacing_mm
    return torch.sqrt(down[:, None] ** 2 + right[None] ** 2)


def cut_field(hu: Tensor, off_mm: Tensor, field_mm: float) -> None:
    """Empty what lies outside the field in place; where the body goes on beyond it, the rim is too bright."""
    edge = off_mm - field_mm / 2
    rim = torch.exp(edge.clamp_max(0) / 6.0) * 90.0
    beyond = ((hu > -300) & ((edge > 0) & (edge < 8))).flatten(1).float().mean(1)
    hu += rim * (beyond > 0.0005).float()[:, None, None] * (hu > -1000)
    hu.masked_fill_(edge > 0, PADDING_HU)


def rings(off_mm: Tensor, height_hu: float, rng: np.random.Generator) -> Tensor:
    """Return one to three rings of a badly calibrated detector element, to be added to every slice."""
    found = torch.zeros_like(off_mm)
    for _ in range(int(rng.integers(1, 4))):
        radius = float(rng.uniform(5, 110))
        found += float(rng.choice([-1.0, 1.0])) * torch.exp(-(((off_mm - radius) / 1.4) ** 2))
    return found * height_hu


def shading(across_mm: Tensor, depth_hu: float, columns: int) -> Tensor:
    """Return the dark band (slice, row, column) that beam hardening leaves between dense shoulders."""
    dense = ((across_mm - _LONG_PATH_MM) / 150.0).clamp(0, 1.5)
    side = torch.linspace(-1, 1, columns)
    return -depth_hu * dense[:, :, None] * (1 - side**2).clamp_min(0)
