"""Colours by lightness, chroma and hue as the eye tells them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ai.geometry import Matrix

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


def shown_colours(lightness: Matrix, chroma: Matrix, hue: Matrix) -> NDArray[np.uint8]:
    """Return sRGB, (n, 3), read-only, of OKLCh with hues in radians; chroma is lowered where a screen lacks it."""
    colours = np.round(255 * _srgb(_into_gamut(lightness, chroma, hue))).astype(np.uint8)
    colours.setflags(write=False)
    return colours


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
