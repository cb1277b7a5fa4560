"""Scattered voxels of a canvas: thin, far-reaching things are computed only where they are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ai.phantom.canvas import Canvas, Instance

CERTAIN_SHARE = 0.25
"""Less than this of a voxel is a fringe that an honest reader could call either way."""
_FRINGE_SHARE = 0.04


_PERIOD, _STEPS = 96, 8
"""The field of smooth noise repeats after that many samples; samples over its correlation length."""


@lru_cache(maxsize=1)
def _field() -> NDArray[np.float32]:
    """Gaussian-filtered white noise over one period, flat."""
    white = np.random.default_rng(7).normal(size=(_PERIOD,) * 3)
    waves = np.fft.fftfreq(_PERIOD)[:, None, None] ** 2 + np.fft.fftfreq(_PERIOD)[:, None] ** 2
    kept = np.exp(-2 * (np.pi * 0.5 * _STEPS) ** 2 * (waves + np.fft.fftfreq(_PERIOD) ** 2))
    smooth = np.fft.ifftn(np.fft.fftn(white) * kept).real
    return np.asarray(smooth / smooth.std(), dtype=np.float32).reshape(-1)


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
        if chosen.dtype == torch.bool:
            chosen = torch.nonzero(chosen).reshape(-1)
        s, r, c = self.index
        return Spots((s[chosen], r[chosen], c[chosen]), self.places[chosen], self.depth_mm[chosen])

    def __len__(self) -> int:
        return int(self.depth_mm.numel())

    def inside(self, inset_mm: float = 0.0, width_mm: float = 0.8) -> Tensor:
        """Return the share of each voxel that lies in the lung."""
        return torch.sigmoid((self.depth_mm - inset_mm) / width_mm)

    def noise(self, scale_mm: float, rng: np.random.Generator) -> Tensor:
        """Return smooth noise of unit variance that varies over ``scale_mm``."""
        return self.noises(scale_mm, 1, rng)[0]

    def noises(self, scale_mm: float, count: int, rng: np.random.Generator) -> list[Tensor]:
        """Return several independent smooth noises of one scale: parts of one field, turned by chance."""
        turn = np.linalg.qr(rng.normal(size=(3, 3)))[0] * (_STEPS / scale_mm)
        phase = torch.as_tensor(rng.uniform(_PERIOD, 2 * _PERIOD, 3), dtype=torch.float32)
        cells = torch.addmm(phase, self.places, torch.as_tensor(turn, dtype=torch.float32)).to(torch.int32)
        up, back, left = cells.remainder_(_PERIOD).unbind(1)
        flat = (up * _PERIOD + back) * _PERIOD + left
        shifts = rng.integers(_PERIOD**3, size=count)
        return [torch.as_tensor(np.roll(_field(), int(shift))).index_select(0, flat) for shift in shifts]

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
