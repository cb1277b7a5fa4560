"""Fills slices that were not measured, between their measured neighbours."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from ai.scan.stacking import bridged


def blend(below: NDArray[np.int16], above: NDArray[np.int16], weight: float) -> NDArray[np.int16]:
    """Return (1 − weight)·below + weight·above, rounded."""
    mixed: NDArray[np.float32] = below * np.float32(1 - weight)
    mixed += above * np.float32(weight)
    np.rint(mixed, out=mixed)
    return mixed.astype(np.int16)


def bridge(hu: NDArray[np.int16], missing: Iterable[int], spacing_mm: float) -> set[int]:
    """Fill the missing slices of ``hu`` that have a measured neighbour on both sides no farther apart than allowed.

    Returns:
        The slices filled; the others (at an end, or in too long a gap) are left as they are.
    """
    gone = set(missing)
    measured = np.array([s for s in range(len(hu)) if s not in gone], dtype=np.int64)
    filled: set[int] = set()
    for slot in sorted(gone):
        at = int(np.searchsorted(measured, slot))
        if at in (0, len(measured)):
            continue
        below, above = int(measured[at - 1]), int(measured[at])
        if not bridged((above - below) * spacing_mm, spacing_mm):
            continue
        hu[slot] = blend(hu[below], hu[above], (slot - below) / (above - below))
        filled.add(slot)
    return filled
