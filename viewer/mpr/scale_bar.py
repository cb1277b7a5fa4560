"""A bar of a round length in the picture's scale."""

from __future__ import annotations

import math

from viewer.mpr.slice_look import ScaleBar

SHARE = 0.25
"""The bar is at most this share of the picture's width."""


def scale_bar(mm_per_px: float, width_px: int) -> ScaleBar:
    """Return the longest bar of 1, 2 or 5 times a power of ten millimetres that takes a quarter of the width."""
    room_mm = max(mm_per_px * width_px * SHARE, 1e-6)
    decade = 10.0 ** math.floor(math.log10(room_mm))
    length_mm = max(factor * decade for factor in (1, 2, 5) if factor * decade <= room_mm * (1 + 1e-9))
    return ScaleBar(length_mm=length_mm, length_px=length_mm / mm_per_px)
