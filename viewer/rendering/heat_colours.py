"""The colours of heat: a perceptual sequential map made by formula."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from ai.geometry import Matrix
from viewer.mpr.pane_state import OverlayLook
from viewer.rendering.table import STEPS

LIGHTNESS = (0.42, 0.88)
CHROMA = (0.18, 0.18)
HUE_DEG = (-40.0, 90.0)
"""From a dark magenta through red and orange to a light yellow, in OKLCh; the dark end still shows on black lung."""

# OKLab to linear sRGB: Björn Ottosson, "A perceptual color space for image processing", 2020.
LAB_TO_LMS = np.array(
    [[1.0, 0.3963377774, 0.2158037573], [1.0, -0.1055613458, -0.0638541728], [1.0, -0.0894841775, -1.2914855480]]
)
LMS_TO_RGB = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)


@cache
def heat_colours() -> NDArray[np.uint8]:
    """Return 256 sRGB colours from the weakest heat to the strongest, (256, 3); lightness rises evenly."""
    share = np.linspace(0.0, 1.0, STEPS)
    lightness = LIGHTNESS[0] + share * (LIGHTNESS[1] - LIGHTNESS[0])
    chroma = CHROMA[0] + share * (CHROMA[1] - CHROMA[0])
    hue = np.radians(HUE_DEG[0] + share * (HUE_DEG[1] - HUE_DEG[0]))
    colours = np.round(255 * _srgb(_into_gamut(lightness, chroma, hue))).astype(np.uint8)
    colours.setflags(write=False)
    return colours


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


def _into_gamut(lightness: Matrix, chroma: Matrix, hue: Matrix) -> Matrix:
    """Return linear sRGB, (n, 3), with the chroma lowered by bisection where a screen cannot show it."""
    low, high = np.zeros_like(chroma), chroma.copy()
    inside = _shown(_linear(lightness, high, hue))
    low[inside] = high[inside]
    for _ in range(20):
        middle = (low + high) / 2
        inside = _shown(_linear(lightness, middle, hue))
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    clipped: Matrix = np.clip(_linear(lightness, low, hue), 0.0, 1.0)
    return clipped


def _linear(lightness: Matrix, chroma: Matrix, hue: Matrix) -> Matrix:
    lab = np.column_stack([lightness, chroma * np.cos(hue), chroma * np.sin(hue)])
    rgb: Matrix = (lab @ LAB_TO_LMS.T) ** 3 @ LMS_TO_RGB.T
    return rgb


def _shown(linear: Matrix) -> NDArray[np.bool_]:
    shown: NDArray[np.bool_] = np.all((linear >= -1e-4) & (linear <= 1 + 1e-4), axis=1)
    return shown


def _srgb(linear: Matrix) -> Matrix:
    """Apply the transfer curve of IEC 61966-2-1."""
    curved: Matrix = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return curved
