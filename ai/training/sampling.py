"""Patches out of drawn cases: half of them around something abnormal, varied as scanners and patients vary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ai.phantom.fields import blurred, torch_generator
from ai.training.truth import UNKNOWN, TrainingCase, load_case


@dataclass(frozen=True, eq=False)
class Batch:
    """Patches.

    Args:
        hu: float32 (B, 1, S, R, C) at 2 mm.
        truth: uint8 (B, L, S/2, R/2, C/2), see ``TrainingCase``.
    """

    hu: Tensor
    truth: Tensor


class PatchSampler:
    """Takes patches from the cases of a folder; cases that appear while it works are used as well.

    Args:
        folder: where ``draw_share`` writes.
        split: which split.
        size: patch size in 2 mm voxels, a multiple of 16 along each axis.
        rng: source of chance.
    """

    def __init__(self, folder: Path, split: str, size: tuple[int, int, int], rng: np.random.Generator) -> None:
        self.folder, self.split, self.size, self.rng = folder, split, size, rng
        self.cases: dict[Path, TrainingCase] = {}

    def refresh(self) -> int:
        """Read cases that are new in the folder; return how many there are."""
        for path in sorted(self.folder.glob(f"{self.split}-*.safetensors")):
            if path not in self.cases:
                self.cases[path] = load_case(path)
        return len(self.cases)

    def batch(self, count: int) -> Batch:
        """Return patches from ``count`` cases."""
        paths = list(self.cases)
        chosen = [self.cases[paths[int(self.rng.integers(len(paths)))]] for _ in range(count)]
        patches = [self._patch(case) for case in chosen]
        return Batch(torch.stack([p[0] for p in patches])[:, None], torch.stack([p[1] for p in patches]))

    def _patch(self, case: TrainingCase) -> tuple[Tensor, Tensor]:
        start = self._start(case)
        block = tuple(slice(a, a + n) for a, n in zip(start, self.size, strict=True))
        cells = tuple(slice(a // 2, (a + n) // 2) for a, n in zip(start, self.size, strict=True))
        hu = _padded(case.hu[block], self.size, -1024).float()
        truth = _padded(case.truth[(slice(None), *cells)], tuple(n // 2 for n in self.size), 0)
        return self._varied(hu, truth)

    def _start(self, case: TrainingCase) -> tuple[int, int, int]:
        centre: Sequence[float] | None = None
        if self.rng.random() < 0.6:
            centre = self._lesion_cell(case)
        starts = []
        for axis, (n, size) in enumerate(zip(case.hu.shape, self.size, strict=True)):
            if centre is None:
                start = int(self.rng.integers(0, max(1, n - size + 1)))
            else:
                start = int(centre[axis] * 2 - size * self.rng.uniform(0.2, 0.8))
            starts.append(max(0, min(start, n - size)) // 2 * 2)
        return starts[0], starts[1], starts[2]

    def _lesion_cell(self, case: TrainingCase) -> list[float] | None:
        present = np.flatnonzero(np.nan_to_num(case.present()) > 0)
        if present.size == 0:
            return None
        layer = case.truth[int(self.rng.choice(present))]
        spots = torch.nonzero((layer > 60) & (layer != UNKNOWN))
        if spots.shape[0] == 0:
            return None
        return [float(v) for v in spots[int(self.rng.integers(spots.shape[0]))]]

    def _varied(self, hu: Tensor, truth: Tensor) -> tuple[Tensor, Tensor]:
        rng = self.rng
        if rng.random() < 0.5:
            hu, truth = hu.flip(2), truth.flip(3)
        if rng.random() < 0.15:
            hu = blurred(hu, (float(rng.uniform(0, 0.9)), float(rng.uniform(0, 0.6)), float(rng.uniform(0, 0.6))))
        hu = (hu + 1000) * float(rng.normal(1, 0.02)) - 1000 + float(rng.normal(0, 8))
        if rng.random() < 0.5:
            hu = hu + torch.randn(hu.shape, generator=torch_generator(rng)) * float(rng.uniform(0, 35))
        return hu, truth


def _padded(block: Tensor, size: tuple[int, ...], value: int) -> Tensor:
    """Fill up at the far ends where a case is smaller than the patch."""
    if tuple(block.shape[-3:]) == size:
        return block
    full = torch.full((*block.shape[:-3], *size), value, dtype=block.dtype)
    s, r, c = block.shape[-3:]
    full[..., :s, :r, :c] = block
    return full
