"""Patches out of drawn cases: most of them around something abnormal, varied as scanners and patients vary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ai.phantom.fields import blurred, torch_generator
from ai.training.truth import HALF, UNKNOWN, TrainingCase, by_width, load_case

Size = tuple[int, int, int]
Patch = tuple[Tensor, Tensor, Tensor, Tensor]

_SOUGHT = 0.75
"""Share of patches that look for an abnormality; each label is sought as often as any other."""
_MIRRORED = 0.3
"""Share of patches that are mirrored; a mirrored chest has no organs to learn, its heart lies on the wrong side. Its
places keep their names: the heart's side is still told as the left."""
_STRETCH, _SHIFT = 0.05, 0.05
"""Standard deviations by which a patch is told to lie elsewhere: lungs are not always found, or scanned, whole."""


@dataclass(frozen=True, eq=False)
class Batch:
    """Patches.

    Args:
        hu: float32 (B, 1, S, R, C) at 2 mm.
        truth: uint8 (B, L, S/2, R/2, C/2), see ``TrainingCase``.
        organs: uint8 (B, S/2, R/2, C/2), see ``TrainingCase``.
        extent: float32 (B, 3, 2): where each patch lies in its case, see ``EvidenceNet.features``.
    """

    hu: Tensor
    truth: Tensor
    organs: Tensor
    extent: Tensor


class PatchSampler:
    """Takes patches from the cases of a folder; cases that appear while it works are used as well.

    Args:
        folder: where ``draw_share`` writes.
        split: which split.
        labels: how many labels there are.
        rng: source of chance.
        lots: how many times as often as any other a label (by its place in the list) is sought.
    """

    def __init__(
        self, folder: Path, split: str, labels: int, rng: np.random.Generator, lots: Mapping[int, float] | None = None
    ) -> None:
        self.folder, self.split, self.labels, self.rng = folder, split, labels, rng
        self.lots = lots or {}
        self.cases: dict[Path, TrainingCase] = {}
        self._having: dict[int, list[Path]] = {}

    def refresh(self) -> int:
        """Read cases that are new in the folder; return how many there are."""
        for path in sorted(self.folder.glob(f"{self.split}-*.safetensors")):
            if path not in self.cases:
                case = self.cases[path] = load_case(path)
                for label in np.flatnonzero(np.nan_to_num(case.present(self.labels)) > 0):
                    self._having.setdefault(int(label), []).append(path)
        return len(self.cases)

    def batch(self, count: int, size: Size) -> Batch:
        """Return patches, each from a case of its own chance.

        Args:
            count: how many.
            size: in 2 mm voxels, a multiple of 16 along each axis.
        """
        patches = [self._patch(size) for _ in range(count)]
        hu, truth, organs, extent = (torch.stack(column) for column in zip(*patches, strict=True))
        return Batch(hu[:, None], truth, organs, extent)

    def _patch(self, size: Size) -> Patch:
        case, centre = self._place()
        start = self._start(case, centre, size)
        block = tuple(slice(a, a + n) for a, n in zip(start, size, strict=True))
        cells = tuple(slice(a // 2, (a + n) // 2) for a, n in zip(start, size, strict=True))
        half = tuple(n // 2 for n in size)
        hu = _padded(case.hu[block], size, -1024).float()
        truth = _padded(case.layers(self.labels, cells), half, 0)
        extent = self._extent(start, size, case)
        return self._varied((hu, truth, _padded(case.organs[cells], half, 0), extent))

    def _extent(self, start: Size, size: Size, case: TrainingCase) -> Tensor:
        """Where a patch begins and ends, as if the case had been cut a little differently."""
        ends = torch.tensor([[a, a + n] for a, n in zip(start, size, strict=True)], dtype=torch.float32)
        share = 2 * ends / torch.tensor(case.hu.shape, dtype=torch.float32)[:, None] - 1
        stretch, shift = self.rng.normal(1, _STRETCH, (3, 1)), self.rng.normal(0, _SHIFT, (3, 1))
        return share * torch.from_numpy(stretch).float() + torch.from_numpy(shift).float()

    def _place(self) -> tuple[TrainingCase, Sequence[int] | None]:
        """Choose a case and, most times, a cell where a label drawn by lot is present."""
        if self._having and self.rng.random() < _SOUGHT:
            there = sorted(self._having)
            lots = np.array([self.lots.get(label, 1.0) for label in there])
            label = int(self.rng.choice(there, p=lots / lots.sum()))
            case = self.cases[self._one_of(self._having[label])]
            return case, self._spot(case.truth[int((case.labels == label).nonzero()[0])])
        return self.cases[self._one_of(list(self.cases))], None

    def _spot(self, layer: Tensor) -> list[int]:
        """Choose an abnormal cell; a body is chosen the more often the wider it is, not the larger."""
        weight = by_width(layer[None, None])[0, 0]
        spots = torch.nonzero((layer >= HALF) & (layer != UNKNOWN))
        lots = weight[tuple(spots.T)].double().numpy()
        return [int(n) for n in spots[int(self.rng.choice(len(lots), p=lots / lots.sum()))]]

    def _one_of(self, paths: list[Path]) -> Path:
        return paths[int(self.rng.integers(len(paths)))]

    def _start(self, case: TrainingCase, centre: Sequence[int] | None, size: Size) -> Size:
        starts = []
        for axis, (n, side) in enumerate(zip(case.hu.shape, size, strict=True)):
            if centre is None:
                start = int(self.rng.integers(0, max(1, n - side + 1)))
            else:
                start = int(centre[axis] * 2 - side * self.rng.uniform(0.2, 0.8))
            starts.append(max(0, min(start, n - side)) // 2 * 2)
        return starts[0], starts[1], starts[2]

    def _varied(self, patch: Patch) -> Patch:
        rng = self.rng
        hu, truth, organs, extent = patch
        if rng.random() < _MIRRORED:
            hu, truth, organs = hu.flip(2), truth.flip(3), torch.full_like(organs, UNKNOWN)
            extent = torch.stack([extent[0], extent[1], extent[2].flip(0)])
        if rng.random() < 0.15:
            hu = blurred(hu, (float(rng.uniform(0, 0.9)), float(rng.uniform(0, 0.6)), float(rng.uniform(0, 0.6))))
        hu = (hu + 1000) * float(rng.normal(1, 0.02)) - 1000 + float(rng.normal(0, 8))
        if rng.random() < 0.4:
            hu = hu + torch.randn(hu.shape, generator=torch_generator(rng)) * float(rng.uniform(0, 30))
        return hu, truth, organs, extent


def _padded(block: Tensor, size: tuple[int, ...], value: int) -> Tensor:
    """Fill up at the far ends where a case is smaller than the patch."""
    if tuple(block.shape[-3:]) == size:
        return block
    full = torch.full((*block.shape[:-3], *size), value, dtype=block.dtype)
    s, r, c = block.shape[-3:]
    full[..., :s, :r, :c] = block
    return full
