"""Cubes to learn from, as they lie in memory, and how they are drawn by lot and varied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor

from ai.model.close_look import SIDE, TYPICAL

SPARE = 2
"""Voxels a cube is kept larger on every side: it is looked at a little off its middle."""
KEPT = SIDE + 2 * SPARE
_POSITIVE = 0.4
"""Share of nodules in a batch."""
_HARD = 0.5
"""Share of the others that is taken from those the first network holds likeliest."""
_HARDEST = 0.25
_FORGOTTEN = 0.3
"""Share of cubes without the first network's word: it must be seen, not believed."""


@dataclass(frozen=True, eq=False)
class Cubes:
    """Cubes around the candidates of one scan, or of many.

    Args:
        hu: int16 (n, 36, 36, 36) at 1.5 mm.
        places: float32 (n,) logits of the first network there, of the place and its neighbours together.
        peaks: float32 (n,) the highest of them.
        present: uint8 (n,): 1 a nodule, 0 something else.
        diameters_mm: float32 (n,), 0 without a nodule.
        found: uint8 (n,): 1 where the first network set a mark, 0 for the middle of a drawn nodule.
    """

    hu: Tensor
    places: Tensor
    peaks: Tensor
    present: Tensor
    diameters_mm: Tensor
    found: Tensor

    def save(self, path: Path) -> None:
        """Write them; the file appears whole or not at all."""
        draft = path.with_suffix(".part")
        save_file({field.name: getattr(self, field.name).contiguous() for field in fields(self)}, draft)
        draft.replace(path)

    @classmethod
    def load(cls, path: Path) -> Cubes:
        """Read them."""
        return cls(**load_file(path))

    @classmethod
    def joined(cls, parts: Sequence[Cubes]) -> Cubes:
        """Return many scans' cubes as one."""
        return cls(*(torch.cat([getattr(part, field.name) for part in parts]) for field in fields(cls)))


class Lots:
    """Draws batches by lot.

    Args:
        cubes: to draw from.
        rng: source of chance.
    """

    def __init__(self, cubes: Cubes, rng: np.random.Generator) -> None:
        self._cubes, self._rng = cubes, rng
        present = cubes.present.numpy() == 1
        places = cubes.places.numpy()
        self._nodules, self._others = np.flatnonzero(present), np.flatnonzero(~present)
        bar = np.quantile(places[self._others], 1 - _HARDEST) if self._others.size else 0.0
        self._hard = self._others[places[self._others] >= bar]

    def batch(self, count: int) -> tuple[Tensor, Tensor, Tensor]:
        """Return (hu (count, 1, 32, 32, 32), places (count,), present (count,)), all float32."""
        rng = self._rng
        nodules = round(_POSITIVE * count)
        hard = round(_HARD * (count - nodules))
        rows = np.concatenate([
            rng.choice(self._nodules, nodules),
            rng.choice(self._hard, hard),
            rng.choice(self._others, count - nodules - hard),
        ])  # fmt: skip
        hu = torch.stack([varied(self._cubes.hu[row], rng) for row in rows])[:, None]
        index = torch.from_numpy(rows)
        places = self._cubes.places[index] + torch.from_numpy(rng.normal(0, 0.3, count)).float()
        told = torch.from_numpy(rng.random(count) >= _FORGOTTEN)
        return hu, torch.where(told, places, TYPICAL), self._cubes.present[index].float()


def middle_of(cubes: Tensor) -> Tensor:
    """Return the middle (n, 32, 32, 32) of kept cubes as float32."""
    inner = slice(SPARE, SPARE + SIDE)
    return cubes[:, inner, inner, inner].float()


def varied(kept: Tensor, rng: np.random.Generator) -> Tensor:
    """Return a cube of a kept one as another scan of another patient could show it: shifted, turned, brighter, noisier.

    Args:
        kept: int16 (36, 36, 36).
        rng: source of chance.
    """
    a, b, c = (int(n) for n in rng.integers(0, 2 * SPARE + 1, 3))
    hu = kept[a : a + SIDE, b : b + SIDE, c : c + SIDE].float()
    turned: NDArray[np.int64] = rng.permutation(3)
    hu = hu.permute(*(int(axis) for axis in turned))
    mirrored = [axis for axis in range(3) if rng.random() < 0.5]
    hu = hu.flip(mirrored)
    hu = (hu + 1000) * float(rng.normal(1, 0.03)) - 1000 + float(rng.normal(0, 12))
    if rng.random() < 0.3:
        hu = hu + torch.from_numpy(rng.normal(0, float(rng.uniform(0, 40)), hu.shape)).float()
    return hu.contiguous()
