"""Patches out of drawn cases: most of them around something abnormal, varied as scanners and patients vary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ai.phantom.fields import blurred, torch_generator
from ai.training.truth import HALF, UNKNOWN, TrainingCase, load_case, weight_of
from ai.volume import AIR_HU

Size = tuple[int, int, int]

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
        rarity: uint8, shape of ``truth``, see ``TrainingCase``.
        organs: uint8 (B, S/2, R/2, C/2), see ``TrainingCase``.
        extent: float32 (B, 3, 2): where each patch lies in its case, see ``EvidenceNet.features``.
    """

    hu: Tensor
    truth: Tensor
    rarity: Tensor
    organs: Tensor
    extent: Tensor

    @property
    def weight(self) -> Tensor:
        """How much each abnormal place counts among those of its label, float32, shape of ``truth``."""
        return weight_of(self.rarity)

    def tensors(self) -> Iterator[Tensor]:
        """Yield all of them."""
        return (getattr(self, field.name) for field in fields(self))

    def to(self, device: torch.device) -> Batch:
        """Return the patches on a device."""
        return Batch(*(tensor.to(device) for tensor in self.tensors()))


class PatchSampler:
    """Takes patches from the cases of a folder; cases that appear while it works are used as well.

    Args:
        folder: where ``draw_share`` writes.
        split: which split.
        labels: how many labels there are.
        rng: source of chance.
        lots: how many times as often as any other a label (by its place in the list) is sought.
        device: where patches are varied, and lie in the end.
    """

    def __init__(
        self,
        folder: Path,
        split: str,
        labels: int,
        rng: np.random.Generator,
        lots: Mapping[int, float] | None = None,
        device: torch.device | None = None,
    ) -> None:
        self.folder, self.split, self.labels, self.rng = folder, split, labels, rng
        self.lots = lots or {}
        self.device = device or torch.device("cpu")
        self.cases: dict[Path, TrainingCase] = {}
        self._having: dict[int, list[Path]] = {}
        self._spots: dict[tuple[Path, int], Spots] = {}

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
        half = _halved(size)
        shape = (count, self.labels, *half)
        truth = torch.zeros(shape, dtype=torch.uint8, device=self.device)
        rarity = torch.zeros_like(truth)
        hus, organs, extents = [], [], []
        for number in range(count):
            case, centre = self._place()
            patch = self._varied(self._patch(case, centre, size))
            labels = case.labels.to(self.device)
            truth[number].index_copy_(0, labels, patch.truth)
            rarity[number].index_copy_(0, labels, patch.rarity)
            hus.append(patch.hu)
            organs.append(patch.organs)
            extents.append(patch.extent)
        return Batch(torch.stack(hus)[:, None], truth, rarity, torch.stack(organs), torch.stack(extents))

    def _patch(self, case: TrainingCase, centre: Sequence[int] | None, size: Size) -> _Patch:
        """Cut a patch; its truth has the layers of its case's labels only."""
        start = self._start(case, centre, size)
        block = tuple(slice(a, a + n) for a, n in zip(start, size, strict=True))
        cells = tuple(slice(a // 2, (a + n) // 2) for a, n in zip(start, size, strict=True))
        half = _halved(size)
        there = (slice(None), *cells)
        return _Patch(
            _padded(case.hu[block], size, AIR_HU).to(self.device).float(),
            _padded(case.truth[there], half, 0).to(self.device),
            _padded(case.rarity[there], half, 0).to(self.device),
            _padded(case.organs[cells], half, 0).to(self.device),
            self._extent(start, size, case).to(self.device),
        )

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
            path = self._one_of(self._having[label])
            return self.cases[path], self._spot(path, label)
        return self.cases[self._one_of(list(self.cases))], None

    def _spot(self, path: Path, label: int) -> list[int]:
        """Choose an abnormal cell; a body is chosen the more often the wider it is, not the larger."""
        case = self.cases[path]
        if (path, label) not in self._spots:
            layer = int((case.labels == label).nonzero()[0])
            self._spots[path, label] = Spots.of(case.truth[layer], case.rarity[layer])
        return self._spots[path, label].one(self.rng)

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

    def _varied(self, patch: _Patch) -> _Patch:
        rng = self.rng
        if rng.random() < _MIRRORED:
            patch = patch.mirrored()
        hu = patch.hu
        if rng.random() < 0.15:
            hu = blurred(hu, (float(rng.uniform(0, 0.9)), float(rng.uniform(0, 0.6)), float(rng.uniform(0, 0.6))))
        hu = (hu + 1000) * float(rng.normal(1, 0.02)) - 1000 + float(rng.normal(0, 8))
        if rng.random() < 0.4:
            chance = torch_generator(rng, self.device)
            hu = hu + torch.randn(hu.shape, generator=chance, device=self.device) * float(rng.uniform(0, 30))
        return replace(patch, hu=hu)


@dataclass(frozen=True, eq=False)
class _Patch:
    """One patch: as ``Batch`` without its first axis, but with truth and rarity of a case's own labels only."""

    hu: Tensor
    truth: Tensor
    rarity: Tensor
    organs: Tensor
    extent: Tensor

    def mirrored(self) -> _Patch:
        """Turn left and right round."""
        up, back, left = self.extent
        return _Patch(
            self.hu.flip(2),
            self.truth.flip(3),
            self.rarity.flip(3),
            torch.full_like(self.organs, UNKNOWN),
            torch.stack([up, back, left.flip(0)]),
        )


@dataclass(frozen=True, eq=False)
class Spots:
    """The abnormal cells of one label in a case.

    Args:
        cells: int32, flat.
        lots: float64, rising: the weights of all cells up to each.
        shape: of the layer.
    """

    cells: NDArray[np.int32]
    lots: NDArray[np.float64]
    shape: tuple[int, ...]

    @classmethod
    def of(cls, truth: Tensor, rarity: Tensor) -> Spots:
        """Find them in a layer (s, r, c)."""
        cells = torch.nonzero(((truth >= HALF) & (truth != UNKNOWN)).reshape(-1)).flatten()
        lots = weight_of(rarity.reshape(-1)[cells]).double().cumsum(0)
        return cls(cells.numpy().astype(np.int32), lots.numpy(), tuple(truth.shape))

    def one(self, rng: np.random.Generator) -> list[int]:
        """Choose one by its weight."""
        number = int(np.searchsorted(self.lots, rng.random() * self.lots[-1]))
        return [int(n) for n in np.unravel_index(self.cells[min(number, len(self.cells) - 1)], self.shape)]


def _halved(size: Size) -> Size:
    s, r, c = size
    return s // 2, r // 2, c // 2


def _padded(block: Tensor, size: tuple[int, ...], value: int) -> Tensor:
    """Fill up at the far ends where a case is smaller than the patch."""
    if tuple(block.shape[-3:]) == size:
        return block
    full = torch.full((*block.shape[:-3], *size), value, dtype=block.dtype)
    s, r, c = block.shape[-3:]
    full[..., :s, :r, :c] = block
    return full
