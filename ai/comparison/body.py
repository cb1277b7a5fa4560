"""The patient without the table, on a coarse grid."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

_TISSUE_HU = -400
"""Halfway between air and tissue, on the air side, so that coarse voxels at the skin still count."""

_TABLE_MM = 8.0
"""Structures thinner than this (table top, sheets, tubes) do not belong to the patient."""


def body_mask(hu: NDArray[np.float32], spacing_mm: float) -> NDArray[np.bool_]:
    """Return the largest thick tissue object with its holes filled slice by slice; all False where there is none.

    Args:
        hu: Hounsfield units, [up, back, left], isotropic.
        spacing_mm: of that grid.
    """
    tissue = hu > _TISSUE_HU
    steps = max(1, round(_TABLE_MM / 2 / spacing_mm))
    opened = ndimage.binary_opening(np.pad(tissue, steps, mode="edge"), iterations=steps)
    opened = opened[steps:-steps, steps:-steps, steps:-steps]
    labels, count = ndimage.label(opened)
    if count == 0:
        return np.zeros(hu.shape, dtype=bool)
    largest = labels == 1 + int(np.argmax(np.bincount(labels.ravel())[1:]))
    whole = ndimage.binary_dilation(largest, iterations=steps) & (tissue | largest)
    return np.stack([ndimage.binary_fill_holes(level) for level in whole])
