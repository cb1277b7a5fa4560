"""What can be drawn on a thorax, and how often chance draws it."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ai.phantom.canvas import Canvas


@dataclass(frozen=True)
class Drawable:
    """One thing that can be drawn.

    Args:
        name: unique; also decides its own chance, so that drawing or leaving one thing changes no other.
        labels: the abnormalities it writes truth for; empty for a look-alike, which is none of them.
        draw: paints it, writes truth, unknown places and instances; returns False, canvas unchanged, where this
            thorax does not allow it (a landmark is not known, no room).
        share: share of scans in which unguided chance draws it.
    """

    name: str
    labels: tuple[str, ...]
    draw: Callable[[Canvas, np.random.Generator], bool]
    share: float

    def chance(self, seed: int) -> np.random.Generator:
        """Return this thing's own source of chance in the case of that seed."""
        return np.random.default_rng([seed, zlib.crc32(self.name.encode())])
