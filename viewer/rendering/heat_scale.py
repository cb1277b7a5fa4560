"""Which evidence gets the strongest colour."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np

from ai.findings import Heatmap

FULL_AT = 0.5
"""Logit points in all. A map with less evidence than this is not stretched to full colour."""
_LEAST_TOP = 1e-9

_tops: WeakKeyDictionary[Heatmap, float] = WeakKeyDictionary()


def heat_top(heatmap: Heatmap) -> float:
    """Return the top of a heatmap's scale, logit points a voxel: its strongest positive evidence.

    The scale of a map whose evidence adds up to less than ``FULL_AT`` is widened in proportion, so it stays faint.

    Each heatmap has its own scale, written on the colour bar: abnormalities that show in a single voxel and those
    that fill a lung differ by orders of magnitude. Zero is always the bottom; evidence against an abnormality
    (negative values) is not drawn.
    """
    top = _tops.get(heatmap)
    if top is None:
        total = float(heatmap.values.clip(min=0).sum(dtype=np.float64))
        top = max(float(heatmap.values.max()) * max(1.0, FULL_AT / max(total, _LEAST_TOP)), _LEAST_TOP)
        _tops[heatmap] = top
    return top
