"""What is told of parts, centred and scaled, so that no number speaks louder than another by its unit."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

_SOFTENED = 0.05
"""Share of the median deviation that is added to each number's own, so that what hardly varies says little."""
_FURTHEST = 5.0
_FLAT = 1e-4


@dataclass(frozen=True, eq=False)
class Evened:
    """See the module's text.

    Args:
        values: float64 (parts, scans, numbers).
        scale: float64 (parts, numbers): what a number is multiplied by after centring; 0 where it never varies.
        varying: float64 (parts,): how many numbers do.
    """

    values: Tensor
    scale: Tensor
    varying: Tensor

    @classmethod
    def of(cls, told: Tensor) -> Evened:
        """Return it of what is told, float64 (parts, scans, numbers)."""
        apart, deviation = told - told.mean(1, keepdim=True), told.std(1)
        varies = deviation > _FLAT
        typical = torch.where(varies, deviation, torch.nan).nanmedian(1).values.nan_to_num(1.0)
        scale = torch.where(varies, 1 / (deviation + _SOFTENED * typical[:, None]), 0.0)
        evened = (apart * scale[:, None]).clamp(-_FURTHEST, _FURTHEST)
        return cls(evened, scale, varies.sum(1).clamp_min(1).double())

    @property
    def products(self) -> Tensor:
        """Mean product of the numbers of two scans, (parts, scans, scans)."""
        return self.values @ self.values.transpose(1, 2) / self.varying[:, None, None]
