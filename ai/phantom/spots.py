"""Scattered voxels of a canvas: thin, far-reaching things are computed only where they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ai.phantom.canvas import Canvas, Instance, Vector
from ai.phantom.fields import torch_generator

CERTAIN_SHARE = 0.25
"""Less than this of a voxel is a fringe that an honest reader could call either way."""
_FRINGE_SHARE = 0.04


@dataclass(frozen=True, eq=False)
class Spots:
    """Some voxels.

    Args:
        index: three int64 tensors (n,): slice, row, column.
        places: (n, 3) millimetres (up, back, left) from voxel 0.
        depth_mm: (n,) distance under the lung's surface.
    """

    index: tuple[Tensor, Tensor, Tensor]
    places: Tensor
    depth_mm: Tensor

    @classmethod
    def at(cls, canvas: Canvas, voxels: Tensor) -> Spots:
        """Take the voxels of an int64 tensor (n, 3)."""
        s, r, c = voxels.unbind(1)
        return cls((s, r, c), voxels.float() * canvas.spacing_mm, canvas.depth_mm[s, r, c])

    @classmethod
    def where(cls, canvas: Canvas, mask: Tensor, block: tuple[slice, ...] = (slice(None),) * 3) -> Spots:
        """Take the voxels of a mask over a block."""
        start = torch.tensor([part.start or 0 for part in block])
        return cls.at(canvas, torch.nonzero(mask) + start)

    def kept(self, chosen: Tensor) -> Spots:
        """Return those of a bool or index tensor."""
        s, r, c = self.index
        return Spots((s[chosen], r[chosen], c[chosen]), self.places[chosen], self.depth_mm[chosen])

    def __len__(self) -> int:
        return int(self.depth_mm.numel())

    def inside(self, inset_mm: float = 0.0, width_mm: float = 0.8) -> Tensor:
        """Return the share of each voxel that lies in the lung."""
        return torch.sigmoid((self.depth_mm - inset_mm) / width_mm)

    def noise(self, scale_mm: float, rng: np.random.Generator) -> Tensor:
        """Return smooth noise of about unit variance that varies over ``scale_mm``."""
        if not len(self):
            return torch.zeros(0)
        low, high = self.places.min(0).values, self.places.max(0).values
        counts = [max(2, min(96, int(float(reach) / scale_mm) + 3)) for reach in high - low]
        grid = torch.randn((1, 1, *counts), generator=torch_generator(rng))
        steps = torch.tensor(counts, dtype=torch.float32) - 1
        phase = torch.tensor(rng.uniform(0.5, 1.5, 3), dtype=torch.float32)
        cells = ((self.places - low) / scale_mm + phase).minimum(steps) / steps * 2 - 1
        found = functional.grid_sample(grid, cells.flip(1)[None, None, None], align_corners=True, mode="bilinear")
        # Trilinear mixing lowers the variance of white noise to about (2/3)^3.
        return found.reshape(-1) * 1.8

    def paint(self, canvas: Canvas, alpha: Tensor, hu: Tensor | float) -> None:
        """Blend Hounsfield units in."""
        old = canvas.hu[self.index]
        canvas.hu[self.index] = old + alpha * (hu - old)

    def add(self, canvas: Canvas, glow_hu: Tensor) -> None:
        """Add haze where there is air to fill, so that vessels stay visible."""
        old = canvas.hu[self.index]
        canvas.hu[self.index] = old + glow_hu * ((-250 - old) / 200).clamp(0, 1)

    def mark(self, canvas: Canvas, label: str, share: Tensor) -> None:
        """Write the truth; fringes are unknown."""
        layer = canvas.truth.setdefault(label, torch.zeros(canvas.shape))
        layer[self.index] = torch.maximum(layer[self.index], torch.where(share > CERTAIN_SHARE, share, 0.0))
        self.mark_unknown(canvas, label, (share <= CERTAIN_SHARE) & (share > _FRINGE_SHARE))

    def mark_unknown(self, canvas: Canvas, label: str, where: Tensor) -> None:
        """Say that a label is undecided."""
        layer = canvas.unknown.setdefault(label, torch.zeros(canvas.shape, dtype=torch.bool))
        layer[self.index] |= where

    def report(self, canvas: Canvas, label: str, share: Tensor, words: str, diameter_mm: float | None = None) -> None:
        """Add an instance: in the middle of what was drawn; its diameter, if not told, that of a ball as large."""
        sure = share > CERTAIN_SHARE
        if not bool(sure.any()):
            return
        up, back, left = (float(v) for v in self.places[sure].mean(0))
        volume = float(share[sure].sum()) * canvas.spacing_mm**3
        size = float((6 * volume / np.pi) ** (1 / 3)) if diameter_mm is None else diameter_mm
        canvas.instances.append(Instance(label, (up, back, left), size, volume, words))


def vector(place: NDArray[np.float64]) -> Vector:
    """Return three numbers as a place."""
    return float(place[0]), float(place[1]), float(place[2])
