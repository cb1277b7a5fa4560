"""Small drawn cases for training's tests: the 4 mm thorax stands for one of 2 mm."""

from __future__ import annotations

import torch

from ai.phantom import Case, drawn_case
from ai.phantom.canvas import Canvas
from ai.training.truth import TrainingCase, rarity_of
from tests.support.thorax import healthy


def small_case(seed: int, anatomy: Canvas | None = None, body: int | None = None) -> Case:
    """Draw as ``drawn_case`` does, into the small thorax where no anatomy is given."""
    return drawn_case(seed, anatomy or healthy())


def cube_case(label: int = 0, size: int = 64) -> TrainingCase:
    """Return lung of −850 HU with one cube of 8 voxels wherein every voxel is 100 HU and true for one label.

    The right half of it (smaller columns) is one organ, the left another.
    """
    hu = torch.full((size, size, size), -850, dtype=torch.int16)
    hu[32:40, 16:24, 40:48] = 100
    half = size // 2
    truth = torch.zeros((1, half, half, half), dtype=torch.uint8)
    truth[0, 16:20, 8:12, 20:24] = 200
    organs = torch.full((half, half, half), 1, dtype=torch.uint8)
    organs[:, :, half // 2 :] = 4
    instance = torch.tensor([[float(label), 71.0, 39.0, 87.0, 19.8, 4096.0]])
    return TrainingCase(hu, torch.tensor([label]), truth, rarity_of(truth), organs, instance)
