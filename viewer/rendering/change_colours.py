"""The colours of change: a perceptual diverging map made by formula."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from viewer.rendering.oklch import shown_colours
from viewer.rendering.table import STEPS

LIGHTNESS = (0.58, 0.70)
CHROMA = (0.15, 0.21)
MORE_DEG, LESS_DEG = 35.0, 250.0
"""Vermilion and blue in OKLCh, equally light: who cannot tell red from green tells these apart."""


@dataclass(frozen=True)
class ChangeScale:
    """What the colours mean.

    Args:
        top: the change of the strongest colour, upwards and downwards.
        least: a smaller change is not drawn.
        unit: of both.
    """

    top: float
    least: float
    unit: str


@cache
def change_colours() -> NDArray[np.uint8]:
    """Return 256 sRGB colours from the strongest decrease to the strongest increase, (256, 3)."""
    signed = _signed()
    share = np.abs(signed)
    return shown_colours(
        LIGHTNESS[0] + share * (LIGHTNESS[1] - LIGHTNESS[0]),
        CHROMA[0] + share * (CHROMA[1] - CHROMA[0]),
        np.radians(np.where(signed > 0, MORE_DEG, LESS_DEG)),
    )


def change_table(opacity: float, scale: ChangeScale) -> NDArray[np.uint8]:
    """Return RGBA, (256, 4), for changes from −top to +top.

    Alpha grows from 0 in proportion to the change up to ``opacity``; steps that reach below ``least`` are wholly
    transparent. Alpha is not premultiplied.
    """
    share = np.abs(_signed())
    alpha = np.clip(share * opacity, 0.0, 1.0)
    alpha[share - 1 / STEPS < scale.least / scale.top - 1e-9] = 0.0
    return np.column_stack([change_colours(), np.round(255 * alpha).astype(np.uint8)])


def _signed() -> NDArray[np.float64]:
    """Return the middle of each step, −1…1."""
    return np.asarray((np.arange(STEPS) + 0.5) / (STEPS / 2) - 1)
