"""How much a lesion changed, and whether that is more than measurement error."""

from __future__ import annotations

import math

from ai.change import ChangeKind

REAL_VOLUME_CHANGE = 0.25
"""A volume change of 25 % or more is real (BTS 2015; NELSON): within it, segmentations differ by themselves."""

REAL_DIAMETER_CHANGE_MM = 2.0
"""Where volumes are not known, 2 mm of mean diameter (Fleischner 2017)."""

THICKEST_MM = 2.5
"""Of thicker slices volumes are not compared: 1.25 and 2.5 mm measure alike, 5 mm does not (Zhao et al., Transl Oncol
2014;7:88)."""

_ROUNDED_MM = 0.05
"""Headers round: 2.54 mm are slices of 2.5."""


def too_thick(thickness_mm: float | None, most_mm: float = THICKEST_MM) -> bool:
    """Return whether slices are known to be thicker than what is asked for, to the rounding of headers."""
    return thickness_mm is not None and thickness_mm > most_mm + _ROUNDED_MM


def volume_change(prior_mm3: float, current_mm3: float) -> float | None:
    """Return (V2 − V1) / V1; None where a volume is not known (zero, negative or not finite)."""
    if not (_known(prior_mm3) and _known(current_mm3)):
        return None
    return (current_mm3 - prior_mm3) / prior_mm3


def doubling_days(prior_mm3: float, current_mm3: float, days: int | None) -> float | None:
    """Return the volume doubling time Δt · ln 2 / ln(V2 / V1), days (Schwartz 1961; BTS 2015).

    None where it cannot be told: no growth, an unknown volume, unknown dates, or a prior not taken before.
    """
    if days is None or days <= 0 or not (_known(prior_mm3) and _known(current_mm3)) or current_mm3 <= prior_mm3:
        return None
    doublings = math.log2(current_mm3 / prior_mm3)
    return days / doublings if doublings > 0 and math.isfinite(days / doublings) else None


def kind_of_change(prior_mm3: float, current_mm3: float, diameter_change_mm: float = 0.0) -> ChangeKind:
    """Return grown, shrunk or stable by volume, by mean diameter where a volume is not known."""
    change = volume_change(prior_mm3, current_mm3)
    if change is None:
        return _kind(diameter_change_mm, REAL_DIAMETER_CHANGE_MM)
    return _kind(change, REAL_VOLUME_CHANGE)


def kind_by_diameter(then_mm: float, now_mm: float) -> ChangeKind:
    """Return grown, shrunk or stable by mean diameters: 2 mm, and of a large lesion as much as 25 % of volume is."""
    of_volume = ((1 + REAL_VOLUME_CHANGE) ** (1 / 3) - 1) * then_mm
    return _kind(now_mm - then_mm, max(REAL_DIAMETER_CHANGE_MM, of_volume))


def _kind(change: float, real: float) -> ChangeKind:
    if change >= real - 1e-9:
        return ChangeKind.GROWN
    return ChangeKind.SHRUNK if change <= -real + 1e-9 else ChangeKind.STABLE


def _known(volume_mm3: float) -> bool:
    return math.isfinite(volume_mm3) and volume_mm3 > 0
