"""Drawn cases mixed in, so that some truth is told voxel by voxel."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from torch import Tensor

from ai.model.network import Evidence
from ai.training.labels import LABELS
from ai.training.losses import total_loss
from ai.training.reports.errors import ReportsError
from ai.training.sampling import Batch, PatchSampler

SPACING_MM = 2.0
"""Drawn cases have voxels of this size."""


class DrawnPatches:
    """Patches of a folder of drawn cases, by a chance that the caller brings.

    Args:
        folder: with ``train-*.safetensors``, see ``ai.training.share``.
        labels: of the network.
        spacing_mm: that it reads at.
        side: of a patch, voxels; a multiple of 16.

    Raises:
        ReportsError: no cases, or a network of other labels or another spacing.
    """

    def __init__(self, folder: Path, labels: tuple[str, ...], spacing_mm: float, side: int = 64) -> None:
        if labels != LABELS or spacing_mm != SPACING_MM:
            raise ReportsError(
                f"Drawn cases teach {len(LABELS)} labels at {SPACING_MM:g} mm, this network has {len(labels)} at "
                f"{spacing_mm:g} mm; leave --phantom out, or begin with the shipped model."
            )
        self._sampler = PatchSampler(folder, "train", len(LABELS), np.random.default_rng(0))
        self._side = side
        if not self._sampler.refresh():
            raise ReportsError(
                f"{folder} holds no drawn cases (train-….safetensors); draw some, or leave --phantom out."
            )

    @property
    def names(self) -> tuple[str, ...]:
        """The cases' file names."""
        return tuple(path.name for path in self._sampler.cases)

    def batch(self, chance: np.random.Generator) -> Batch:
        """Return one patch; the same for the same chance."""
        self._sampler.rng = chance
        return self._sampler.batch(1, (self._side,) * 3)

    def loss(self, evidence: Evidence, batch: Batch) -> Tensor:
        """Return the cost of what is said of a patch."""
        here = batch.to(evidence.places.device)
        return total_loss(evidence, here.truth, here.weight, here.organs)[0]
