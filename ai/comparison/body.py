"""The patient without the table, on a coarse grid."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

_TISSUE_HU = -400
"""Halfway between air and tissue, on the air side, so that coarse voxels at the skin still count."""

_TABLE_MM = 8.0
"""Structures thinner than this (table top, sheets, tubes) do not belong to the patient."""


_THIN_WALL_HU = -650
"""Of a wall that fills a coarse voxel in part; air is below, and so is most lung."""
_HOLLOW_MM = 100.0
"""A chest wall thinner than a table top is lost with it, along as much of the chest as this; what it encloses lies
within what is left of the patient, closed over by a disk of this radius, and a table does not. Where a whole side is so
thin, what is left does not reach around it, and that lung is still lost."""


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
    reach = max(1, round(_HOLLOW_MM / spacing_mm))
    wall = hu > _THIN_WALL_HU
    filled = np.stack([_filled(own, thin, reach) for own, thin in zip(whole, wall, strict=True)])
    between = np.ones((2 * steps + 1, 1, 1), dtype=bool)
    closed: NDArray[np.bool_] = ndimage.binary_closing(np.pad(filled, ((steps,) * 2, (0, 0), (0, 0)), "edge"), between)
    return closed[steps:-steps] | filled


def _filled(own: NDArray[np.bool_], wall: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    """Fill one slice of the patient: ``own`` without walls too thin to be told from a table, ``wall`` with them."""
    if not own.any():
        return own
    inside = _closed_over(own, reach)
    return _without_holes(own) | (_without_holes(wall) & inside)


def _closed_over(own: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    """Close a slice over by a disk of ``reach`` voxels; found at half its size, as it need not be sharp."""
    rows, columns = own.shape
    blocks = np.pad(own, ((0, rows % 2), (0, columns % 2)))
    half = blocks[::2, ::2] | blocks[1::2, ::2] | blocks[::2, 1::2] | blocks[1::2, 1::2]
    radius = reach / 2
    margin = int(radius) + 2
    near = np.asarray(ndimage.distance_transform_edt(~np.pad(half, margin))) <= radius
    hull = (np.asarray(ndimage.distance_transform_edt(near)) > radius + 0.5)[margin:-margin, margin:-margin]
    return np.asarray(hull.repeat(2, 0).repeat(2, 1)[:rows, :columns])


def _without_holes(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Fill what does not reach the slice's edge; as ``binary_fill_holes`` does, in less time."""
    labels, count = ndimage.label(~mask)
    outside = np.zeros(count + 1, dtype=bool)
    for edge in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        outside[edge] = True
    outside[0] = False
    return np.asarray(~outside[labels])
