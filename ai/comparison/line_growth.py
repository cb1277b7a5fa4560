"""How fast a lesion grows that was measured more than twice."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ai.comparison.growth import doubling_days

Measured = tuple[int, float]
"""(day, volume in mm³)."""


def fitted_doubling_days(measured: Sequence[Measured]) -> float | None:
    """Return the volume doubling time over all measurements, days: the slope of log₂ volume by least squares.

    Growth is taken as exponential (Schwartz 1961), so that the logarithm of the volume lies on a line. None with fewer
    than two different days or volumes known, and where the fitted line does not rise.
    """
    known = [(day, math.log2(mm3)) for day, mm3 in measured if math.isfinite(mm3) and mm3 > 0]
    if len({day for day, _ in known}) < 2:
        return None
    days, doublings = np.array(known, dtype=np.float64).T
    apart = days - days.mean()
    slope = float(apart @ doublings / (apart @ apart))
    return 1 / slope if slope > 1e-9 else None


def neighbours_doubling_days(points: Sequence[Measured | None]) -> tuple[float | None, ...]:
    """Return for each point the doubling time since the last one before it that was measured; None is not measured."""
    found: list[float | None] = []
    before: Measured | None = None
    for point in points:
        told = None
        if point is not None and before is not None:
            told = doubling_days(before[1], point[1], point[0] - before[0])
        found.append(told)
        before = point or before
    return tuple(found)
