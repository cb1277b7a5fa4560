"""Which evidence gets the strongest colour."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np

from ai.findings import Heatmap

FULL_AT = 0.5
"""Logit points in all. A map with less evidence than this is not stretched to full colour."""
_LEAST_TOP = 1e-9

_strengths: WeakKeyDictionary[Heatmap, tuple[float, float]] = WeakKeyDictionary()


def heat_top(*heatmaps: Heatmap) -> float:
    """Return the top of the scale of one heatmap, or of several that share one: logit points a voxel.

    It is the strongest positive evidence of any. Each abnormality has its own scale, written on the colour bar: those
    that show in a single voxel and those that fill a lung differ by orders of magnitude. Where even the fullest map
    adds up to less than ``FULL_AT``, the scale is widened in proportion, so that the heat stays faint. Zero is always
    the bottom; evidence against an abnormality (negative values) is not drawn.
    """
    strengths = [_strength(heatmap) for heatmap in heatmaps]
    strongest = max(top for top, _ in strengths)
    fullest = max(total for _, total in strengths)
    return max(strongest * max(1.0, FULL_AT / max(fullest, _LEAST_TOP)), _LEAST_TOP)


def _strength(heatmap: Heatmap) -> tuple[float, float]:
    """Strongest value and sum of the positive evidence."""
    found = _strengths.get(heatmap)
    if found is None:
        positive = heatmap.values.clip(min=0)
        found = _strengths[heatmap] = float(positive.max()), float(positive.sum(dtype=np.float64))
    return found
