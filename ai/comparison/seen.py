"""A scan with what was said of it, as lesions are compared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai.findings import Analysis
from ai.model.lesions import IN_LUNG
from ai.organs import LOBES
from ai.volume import Volume, VoxelGrid

BODIES = IN_LUNG - {"cavitation"}
"""Lesions that are bodies in the lung, which can be measured at a place without asking the network."""


@dataclass(frozen=True, eq=False)
class Seen:
    """One scan: its voxels, its analysis, and where lung is (None where nobody said)."""

    volume: Volume
    analysis: Analysis
    lung: tuple[NDArray[np.bool_], VoxelGrid] | None

    @classmethod
    def of(cls, volume: Volume, analysis: Analysis) -> Seen:
        """Take the lungs from the organs that the model saw."""
        organs = analysis.organs
        return cls(volume, analysis, None if organs is None else (organs.mask(*LOBES), organs.grid))
