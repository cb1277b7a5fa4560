"""In which order scans are learned from: by the seed and the step alone, so that nothing need be remembered."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Order:
    """Every scan once an epoch, each epoch in another order.

    Args:
        scans: how many there are.
        seed: of chance.
        slots: how many scans a step has, over all processes together.
    """

    scans: int
    seed: int
    slots: int

    def scan(self, step: int, slot: int) -> int:
        """Return the place of the scan that a slot of a step learns from."""
        epoch, place = divmod(step * self.slots + slot, self.scans)
        return int(_shuffled(self.scans, self.seed, epoch)[place])

    def chance(self, step: int, slot: int) -> np.random.Generator:
        """Return the source of chance of a slot of a step; the same whichever process asks, and after any kill."""
        return np.random.default_rng([self.seed, step, slot])


@lru_cache(maxsize=4)
def _shuffled(scans: int, seed: int, epoch: int) -> NDArray[np.int64]:
    return np.random.default_rng([seed, epoch]).permutation(scans)
