"""Voxels out of a cohort's store for the steps of a training."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ai.training.cohort.store import Cohort
from ai.volume import AIR_HU


def patches(cohort: Cohort, keys: Sequence[str], side: int, count: int, seed: int, step: int) -> NDArray[np.int16]:
    """Take cubes by chance from scans by chance; only the chunks they touch are read.

    Args:
        cohort: to take them from.
        keys: of the scans.
        side: of a cube, voxels; where a scan is smaller it is filled up with air.
        count: how many.
        seed, step: decide everything.

    Returns:
        int16 (count, side, side, side).
    """
    rng = np.random.default_rng([seed, step])
    found = np.full((count, side, side, side), AIR_HU, dtype=np.int16)
    for cube in found:
        key = keys[int(rng.integers(len(keys)))]
        starts = [int(rng.integers(0, max(1, n - side + 1))) for n in cohort.scan(key).shape]
        block = (
            slice(starts[0], starts[0] + side),
            slice(starts[1], starts[1] + side),
            slice(starts[2], starts[2] + side),
        )
        part = cohort.read(key, block)
        s, r, c = part.shape
        cube[:s, :r, :c] = part
    return found
