"""Cases as training wants them: int16 voxels at 2 mm and, per 4 mm cell, how abnormal it is and which organ's."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from scipy import ndimage
from torch import Tensor
from torch.nn import functional

from ai.model.preparation import MARGIN_MM, padding
from ai.organs import ORGANS
from ai.phantom import Case
from ai.phantom.canvas import Canvas
from ai.volume import AIR_HU

Block = tuple[slice, slice, slice]

UNKNOWN = 255
"""In a truth or organ array: nobody may say. 0…200 is a share in half per cent; organs are codes of ``ai.organs``."""
FULL = 200
HALF = FULL // 2
"""A cell whose densest voxel is at least half abnormal is abnormal."""
_CELL = 2
"""Voxels of 2 mm per cell of 4 mm along each axis."""
_STEPS_A_HALVING = 16
"""Weights are kept in steps of 4 %."""


@dataclass(frozen=True, eq=False)
class TrainingCase:
    """One scan with its truth.

    Args:
        hu: int16 (S, R, C) at 2 mm, each size a multiple of 16.
        labels: int64 (n,): places in the list of labels for which ``truth`` has a layer; all others are absent.
        truth: uint8 (n, S/2, R/2, C/2): the share of the cell's most abnormal voxel, 0…200, or ``UNKNOWN``. Not its
            mean: a catheter or a 4 mm nodule fills no cell, and must still be found.
        organs: uint8 (S/2, R/2, C/2): codes, or ``UNKNOWN``.
        rarity: uint8, shape of ``truth``: how little a cell weighs among those of its label, see ``rarity_of``.
        instances: float32 (m, 6): place in the list of labels, middle (up, back, left) in millimetres from voxel 0,
            diameter in millimetres, volume in cubic millimetres.
    """

    hu: Tensor
    labels: Tensor
    truth: Tensor
    rarity: Tensor
    organs: Tensor
    instances: Tensor

    def layers(self, count: int, block: tuple[slice, ...] = (slice(None),) * 3) -> Tensor:
        """Return the truth of all ``count`` labels in a block, (count, s, r, c)."""
        part = self.truth[(slice(None), *block)]
        full = torch.zeros((count, *part.shape[1:]), dtype=torch.uint8)
        full[self.labels] = part
        return full

    def present(self, count: int) -> NDArray[np.float32]:
        """Return per label 1 present, 0 absent, NaN where only slivers or unknown places could hold it."""
        result = np.zeros(count, dtype=np.float32)
        for label, layer in zip(self.labels.tolist(), self.truth, strict=True):
            known = torch.where(layer == UNKNOWN, 0, layer)
            result[label] = 1.0 if int(known.max()) >= HALF else np.nan
        return result


def training_case(case: Case, labels: tuple[str, ...]) -> TrainingCase:
    """Bring a drawn case into training's form: cut to the lungs with a margin as a scan to be read, padded with air."""
    canvas = case.canvas
    box = _box(canvas)
    cut = case.hu[box]
    pads = padding((cut.shape[0], cut.shape[1], cut.shape[2]))
    hu = functional.pad(cut.float()[None, None], pads, value=float(AIR_HU))[0, 0].to(torch.int16)
    kept, layers = [], []
    for number, label in enumerate(labels):
        layer = _layer(_cut(canvas.truth.get(label), box), _cut(canvas.unknown.get(label), box), pads)
        if layer is not None:
            kept.append(number)
            layers.append(layer)
    cells = tuple(n // _CELL for n in hu.shape)
    truth = torch.stack(layers) if layers else torch.zeros((0, *cells), dtype=torch.uint8)
    organs = _organ_cells(_cut(canvas.organs, box), pads, cells)
    start_mm = [part.start * canvas.spacing_mm for part in box]
    instances = _instances(canvas, labels, start_mm)
    return TrainingCase(hu, torch.tensor(kept, dtype=torch.int64), truth, rarity_of(truth), organs, instances)


def _box(canvas: Canvas) -> Block:
    """The lungs with the margin that a scan to be read is cut to."""
    margin = round(MARGIN_MM / canvas.spacing_mm)
    parts = []
    for axis, count in enumerate(canvas.shape):
        others = tuple(a for a in range(3) if a != axis)
        there = torch.nonzero((canvas.depth_mm > 0).any(others[1]).any(others[0])).flatten()
        low, high = (int(there[0]), int(there[-1]) + 1) if there.numel() else (0, count)
        parts.append(slice(max(0, low - margin), min(count, high + margin)))
    return parts[0], parts[1], parts[2]


def _cut(values: Tensor | None, box: Block) -> Tensor | None:
    return None if values is None else values[box]


def _instances(canvas: Canvas, labels: tuple[str, ...], start_mm: list[float]) -> Tensor:
    rows = [
        [
            float(labels.index(one.label)),
            *(place - start for place, start in zip(one.centre, start_mm, strict=True)),
            one.diameter_mm,
            one.volume_mm3,
        ]
        for one in canvas.instances
        if one.label in labels
    ]
    return torch.tensor(rows, dtype=torch.float32).reshape(-1, 6)


def _layer(share: Tensor | None, vague: Tensor | None, pads: list[int]) -> Tensor | None:
    if share is None and vague is None:
        return None
    most = _strongest(share, pads) if share is not None else torch.zeros(())
    layer = (most * FULL).round().to(torch.uint8)
    if vague is not None:
        undecided = _strongest(vague.float(), pads) > 0
        layer = layer.expand(undecided.shape).clone()
        layer[undecided & (layer < HALF)] = UNKNOWN
    return layer if bool(layer.any()) else None


def _strongest(values: Tensor, pads: list[int]) -> Tensor:
    return functional.max_pool3d(functional.pad(values[None, None], pads), _CELL)[0, 0]


def _organ_cells(organs: Tensor | None, pads: list[int], cells: tuple[int, ...]) -> Tensor:
    """The organ of most of a cell's voxels; nobody's where the canvas does not know."""
    if organs is None:
        return torch.full(cells, UNKNOWN, dtype=torch.uint8)
    padded = functional.pad(organs, pads)
    shares = [
        functional.avg_pool3d((padded == code).float()[None, None], _CELL)[0, 0] for code in range(1 + len(ORGANS))
    ]
    return torch.stack(shares).argmax(0).to(torch.uint8)


def save_case(case: TrainingCase, path: Path) -> None:
    """Write a case; the file appears whole or not at all."""
    draft = path.with_suffix(".part")
    tensors = {field.name: getattr(case, field.name).contiguous() for field in fields(case)}
    save_file(tensors, draft)
    draft.replace(path)


def load_case(path: Path) -> TrainingCase:
    """Read a case."""
    return TrainingCase(**load_file(path))


def share_of(truth: Tensor) -> tuple[Tensor, Tensor]:
    """Split stored truth into how abnormal (0…1, float: a cell from half on counts whole) and known (bool)."""
    known = truth != UNKNOWN
    return torch.where(known, (truth.float() / HALF).clamp(max=1), 0.0), known


def bodies(layer: Tensor) -> tuple[NDArray[np.int32], int]:
    """Number the connected abnormal bodies of one label, diagonal neighbours included.

    Args:
        layer: uint8 (s, r, c) of stored truth.

    Returns:
        int32 (s, r, c), 0 outside, and how many there are.
    """
    abnormal = ((layer > 0) & (layer != UNKNOWN)).numpy()
    numbers, count = ndimage.label(abnormal, np.ones((3, 3, 3)))
    return numbers.astype(np.int32, copy=False), int(count)


def rarity_of(truth: Tensor) -> Tensor:
    """Return how little each abnormal cell weighs: a body of n cells weighs as much as it is wide, the cube root of n.

    Were all cells worth the same, one nodule of 25 mm would count as fifty of 5 mm, and those would never be learned.

    Args:
        truth: uint8 (n, s, r, c) of stored truth, on the CPU.

    Returns:
        uint8 of the same shape, see ``weight_of``; 0 where nothing is abnormal.
    """
    rarity = torch.zeros_like(truth)
    for label in range(len(truth)):
        numbers, _ = bodies(truth[label])
        halvings = np.log2(np.maximum(np.bincount(numbers.ravel()), 1.0)) * 2 / 3
        halvings[0] = 0.0
        each = np.round(halvings * _STEPS_A_HALVING).clip(0, 255).astype(np.uint8)
        rarity[label] = torch.from_numpy(each[numbers])
    return rarity


def weight_of(rarity: Tensor) -> Tensor:
    """Return the weight of cells, float32: 1 for a body of one cell, n^(-2/3) for each of a body's n."""
    return torch.exp2(-rarity.float() / _STEPS_A_HALVING)
