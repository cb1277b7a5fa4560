"""A scan told a little otherwise each time: scanners and crops vary, lungs are not always found whole."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ai.phantom.fields import torch_generator

_STRETCH, _SHIFT = 0.03, 0.03
"""Standard deviations by which a crop is told to lie elsewhere, as a share of it."""
_SCALE, _OFFSET_HU, _NOISE_HU = 0.02, 8.0, 30.0
_NOISY = 0.4
"""Share of the times that a scan becomes noisier."""


def varied(hu: Tensor, chance: np.random.Generator, at_all: bool = True) -> tuple[Tensor, Tensor]:
    """Return (float32 Hounsfield units, extent (3, 2) as ``EvidenceNet.features`` takes it).

    It is never mirrored: the report speaks of sides.
    """
    extent = torch.tensor([[-1.0, 1.0]]).repeat(3, 1)
    if not at_all:
        return hu.float(), extent
    extent = _moved(extent, chance)
    told = (hu.float() + 1000) * float(chance.normal(1, _SCALE)) - 1000 + float(chance.normal(0, _OFFSET_HU))
    if chance.random() < _NOISY:
        told = told + torch.randn(hu.shape, generator=torch_generator(chance)) * float(chance.uniform(0, _NOISE_HU))
    return told, extent


def _moved(extent: Tensor, chance: np.random.Generator) -> Tensor:
    """Tell a crop to lie a little elsewhere."""
    stretch, shift = chance.normal(1, _STRETCH, (3, 1)), chance.normal(0, _SHIFT, (3, 1))
    return extent * torch.from_numpy(stretch).float() + torch.from_numpy(shift).float()
