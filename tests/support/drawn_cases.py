"""Small drawn cases for training's tests: the 4 mm thorax stands for one of 2 mm."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from ai.phantom import Case, drawn_case
from ai.phantom.canvas import Canvas
from ai.training import LABELS
from ai.training.truth import TrainingCase, save_case, training_case
from tests.support.thorax import healthy


def small_case(rng: np.random.Generator, anatomy: Canvas | None = None) -> Case:
    """Draw as ``drawn_case`` does, into the small thorax where no anatomy is given."""
    return drawn_case(rng, anatomy or healthy())


def kept_cases(folder: Path, split: str, count: int, first_seed: int = 0) -> list[Path]:
    """Draw and keep cases of every abnormality in turn; one in seven is clear."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number in range(count):
        wanted = frozenset({LABELS[number % 7]}) if number % 7 < len(LABELS) else frozenset()
        case = drawn_case(np.random.default_rng(first_seed + number), healthy(), wanted)
        path = folder / f"{split}-procedural-{first_seed + number}.safetensors"
        save_case(training_case(case, LABELS), path)
        paths.append(path)
    return paths


def cube_case(label: int = 0, labels: int = len(LABELS), size: int = 64) -> TrainingCase:
    """Return lung of −850 HU with one cube of 8 mm cells wherein every voxel is 100 HU and true for one label."""
    hu = torch.full((size, size, size), -850, dtype=torch.int16)
    hu[32:40, 16:24, 40:48] = 100
    truth = torch.zeros((labels, size // 2, size // 2, size // 2), dtype=torch.uint8)
    truth[label, 16:20, 8:12, 20:24] = 200
    return TrainingCase(hu, truth)
