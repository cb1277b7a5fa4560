"""Which evidence gets the strongest colour."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from ai.findings import Heatmap

FAINTEST_TOP = 0.005
"""Logit points a voxel. A map whose strongest place is weaker than this is not stretched to full colour."""

_tops: WeakKeyDictionary[Heatmap, float] = WeakKeyDictionary()


def heat_top(heatmap: Heatmap) -> float:
    """Return the top of a heatmap's scale, logit points a voxel: its strongest positive evidence.

    Each heatmap has its own scale, written on the colour bar: abnormalities that show in a single voxel and those
    that fill a lung differ by orders of magnitude. Zero is always the bottom; evidence against an abnormality
    (negative values) is not drawn.
    """
    top = _tops.get(heatmap)
    if top is None:
        top = max(float(heatmap.values.max()), FAINTEST_TOP)
        _tops[heatmap] = top
    return top
