"""The colours of heat: a perceptual sequential map made by formula."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from viewer.mpr.pane_state import OverlayLook
from viewer.rendering.oklch import shown_colours
from viewer.rendering.table import STEPS

LIGHTNESS = (0.42, 0.88)
CHROMA = (0.18, 0.18)
HUE_DEG = (-40.0, 90.0)
"""From a dark magenta through red and orange to a light yellow, in OKLCh; the dark end still shows on black lung."""


@cache
def heat_colours() -> NDArray[np.uint8]:
    """Return 256 sRGB colours from the weakest heat to the strongest, (256, 3); lightness rises evenly."""
    share = np.linspace(0.0, 1.0, STEPS)
    lightness = LIGHTNESS[0] + share * (LIGHTNESS[1] - LIGHTNESS[0])
    chroma = CHROMA[0] + share * (CHROMA[1] - CHROMA[0])
    hue = np.radians(HUE_DEG[0] + share * (HUE_DEG[1] - HUE_DEG[0]))
    return shown_colours(lightness, chroma, hue)


def heat_table(overlay: OverlayLook) -> NDArray[np.uint8]:
    """Return RGBA, (256, 4), for heat from 0 to the top of its scale.

    Alpha grows from 0 in proportion to the heat up to ``opacity``; zero heat and heat below the threshold are
    wholly transparent. Alpha is not premultiplied.
    """
    share = np.arange(STEPS) / (STEPS - 1)
    alpha = np.clip(share * overlay.opacity, 0.0, 1.0)
    alpha[share < overlay.threshold] = 0.0
    alpha[0] = 0.0
    return np.column_stack([heat_colours(), np.round(255 * alpha).astype(np.uint8)])
