"""Cases as training wants them: int16 voxels at 2 mm and, per label, how much of each 4 mm cell is abnormal."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional

from ai.model.preparation import padding
from ai.phantom import Case
from ai.volume import AIR_HU

UNKNOWN = 255
"""In a truth array: nobody may say whether the abnormality is there. 0…200 is the share in half per cent."""
_FULL = 200
_CELL = 2
"""Voxels of 2 mm per cell of 4 mm along each axis."""


@dataclass(frozen=True, eq=False)
class TrainingCase:
    """One scan with its truth.

    Args:
        hu: int16 (S, R, C) at 2 mm, each size a multiple of 16.
        truth: uint8 (labels, S/2, R/2, C/2): 0…200, or ``UNKNOWN``.
    """

    hu: Tensor
    truth: Tensor

    def present(self) -> NDArray[np.float32]:
        """Return per label 1 present, 0 absent, NaN where only unknown places could hold it."""
        share = torch.where(self.truth == UNKNOWN, 0, self.truth).flatten(1).sum(1, dtype=torch.int64)
        unknown = (self.truth == UNKNOWN).flatten(1).any(1)
        result = torch.where(share >= _FULL // 4, 1.0, torch.where(unknown | (share > 0), torch.nan, 0.0))
        return np.asarray(result.numpy(), dtype=np.float32)


def training_case(case: Case, labels: tuple[str, ...]) -> TrainingCase:
    """Bring a drawn case into training's form; sizes are padded with air to multiples of 16."""
    pads = padding(case.canvas.shape)
    hu = functional.pad(case.hu.float()[None, None], pads, value=float(AIR_HU))[0, 0].to(torch.int16)
    layers = []
    for label in labels:
        share = case.canvas.truth.get(label, torch.zeros(case.canvas.shape))
        cells = functional.avg_pool3d(functional.pad(share[None, None], pads), _CELL)[0, 0]
        layer = (cells * _FULL).round().to(torch.uint8)
        if label in case.canvas.unknown:
            vague = functional.pad(case.canvas.unknown[label].float()[None, None], pads)
            layer[(functional.max_pool3d(vague, _CELL)[0, 0] > 0) & (layer < _FULL // 4)] = UNKNOWN
        layers.append(layer)
    return TrainingCase(hu, torch.stack(layers))


def save_case(case: TrainingCase, path: Path) -> None:
    """Write a case; the file appears whole or not at all."""
    draft = path.with_suffix(".part")
    save_file({"hu": case.hu.contiguous(), "truth": case.truth.contiguous()}, draft)
    draft.replace(path)


def load_case(path: Path) -> TrainingCase:
    """Read a case."""
    tensors = load_file(path)
    return TrainingCase(tensors["hu"], tensors["truth"])


def share_of(truth: Tensor) -> tuple[Tensor, Tensor]:
    """Split stored truth into share (0…1, float) and known (bool)."""
    known = truth != UNKNOWN
    return torch.where(known, truth.float() / _FULL, 0.0), known
