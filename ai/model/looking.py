"""Looks at one place of a scan for a body of about a known size: no network is asked."""

from __future__ import annotations

import numpy as np

from ai.geometry import PointMm
from ai.model.lung_bodies import Body, Mask, lung_body
from ai.volume import Volume, VoxelGrid, axis_aligned

_CELL_MM = 4.0
"""As coarse as the network's evidence, so that a body is bounded alike."""


def body_at(
    place: PointMm,
    diameter_mm: float,
    volume: Volume,
    lung: tuple[Mask, VoxelGrid] | None = None,
    hazy: bool | None = None,
) -> Body | None:
    """Measure the body at a place.

    Args:
        place: its middle, to a few millimetres.
        diameter_mm: about how large it is.
        volume: the scan.
        lung: where lung is; None where nobody knows.
        hazy: whether to bound it as ground glass; None lets the scan decide.

    Returns:
        The body, or None where nothing there is denser than lung, or outside the scan.
    """
    if volume.grid.nearest(place) is None:
        return None
    reach = int(np.ceil(diameter_mm / 2 / _CELL_MM)) + 1
    count = 2 * reach + 1
    first = place.moved(left=-reach * _CELL_MM, posterior=-reach * _CELL_MM, superior=-reach * _CELL_MM)
    grid = axis_aligned((count, count, count), (_CELL_MM, _CELL_MM, _CELL_MM), first)
    away = np.linalg.norm((np.indices(grid.shape) - reach) * _CELL_MM, axis=0)
    return lung_body(away <= max(diameter_mm / 2, _CELL_MM / 2), grid, volume, lung, hazy)
