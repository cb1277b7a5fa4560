"""Whether a stack of slices is one body, cut in order: neighbours resemble each other most, and none is a copy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai.anatomy import standardised
from ai.volume import Volume

_CELL_MM = 8.0
"""Slices are compared in cells this large, so that noise does not count."""
_SAME_HU = 0.01
_BLANK_HU = 1.0
_OUTLIER = 1.5
"""A slice is out of place where its neighbours resemble each other this much more than they resemble it."""


@dataclass(frozen=True)
class Stack:
    """What was measured of the slices' order; shares of all slices.

    Args:
        out_of_place: slices unlike both neighbours, while those are like each other.
        copies: slices that are the one before once more.
        blank: slices without any content between slices that have some.
        darkest_hu: 1st percentile of all cells; air, in any scan of a chest.
        jump: greatest difference of two neighbours, by the 95th percentile of all.
        ends: difference of the first and the last slice, by the same: small where a stack was cut and its parts
            exchanged, for there they were neighbours.
    """

    out_of_place: float
    copies: float
    blank: float
    jump: float
    darkest_hu: float
    ends: float = np.inf


def stack_of(volume: Volume) -> Stack:
    """Measure the order of the slices, from below upwards."""
    hu, grid = standardised(volume.hu, volume.grid)
    planes = _cells(np.asarray(hu), grid.spacing_mm)
    content = np.ptp(planes, axis=(1, 2)) > _BLANK_HU
    filled = np.flatnonzero(content)
    darkest_hu = float(np.percentile(planes, 1))
    if filled.size < 3:
        return Stack(0.0, 0.0, 1.0 if filled.size == 0 else 0.0, 1.0, darkest_hu)
    between = slice(filled[0], filled[-1] + 1)
    blank = float(np.count_nonzero(~content[between])) / float(filled[-1] - filled[0] + 1)
    kept = planes[filled]
    near = _unlike(kept, 1)
    over = _unlike(kept, 2)
    copies = float(np.mean(near < _SAME_HU))
    strange = np.minimum(near[:-1], near[1:]) > _OUTLIER * np.maximum(over, _SAME_HU)
    usual = max(float(np.percentile(near, 95)), 1.0)
    ends = float(_unlike(kept[[0, -1]], 1)[0]) / usual
    return Stack(float(np.mean(strange)), copies, blank, float(near.max()) / usual, darkest_hu, ends)


def _cells(hu: NDArray[np.generic], spacing_mm: tuple[float, float, float]) -> NDArray[np.float32]:
    """Average each slice in cells of about 8 mm; what is left over at the far edges is dropped."""
    rows, columns = (max(1, min(round(_CELL_MM / s), n)) for s, n in zip(spacing_mm[1:], hu.shape[1:], strict=True))
    height, width = hu.shape[1] // rows * rows, hu.shape[2] // columns * columns
    planes = [
        plane[:height, :width].astype(np.float32).reshape(height // rows, rows, width // columns, columns).mean((1, 3))
        for plane in hu
    ]
    return np.stack(planes)


def _unlike(planes: NDArray[np.float32], apart: int) -> NDArray[np.float64]:
    """Mean absolute difference of slices that lie ``apart`` places from each other, HU."""
    return np.asarray(np.abs(planes[apart:] - planes[:-apart]).mean(axis=(1, 2), dtype=np.float64))
