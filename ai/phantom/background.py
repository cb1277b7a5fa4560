"""Any real scan as the anatomy that lesions are drawn into."""

from __future__ import annotations

import numpy as np
import torch
from scipy import ndimage

from ai.anatomy import find_lungs, resampled, standardised
from ai.errors import IntervalError
from ai.geometry import PointMm
from ai.phantom.canvas import Canvas
from ai.volume import Volume


class PhantomError(IntervalError):
    """A phantom that cannot be drawn."""


def background(volume: Volume, spacing_mm: float = 2.0, margin_mm: float = 26.0) -> Canvas:
    """Make a canvas of a real scan, cropped to its lungs with a margin.

    Args:
        volume: a chest CT; its own disease stays in it and is not part of the truth.
        spacing_mm: voxel size of the canvas.
        margin_mm: how much beyond the lungs is kept.

    Raises:
        PhantomError: no lungs are found.
    """
    array, grid = standardised(volume.hu, volume.grid)
    hu, grid = resampled(array, grid, spacing_mm)
    lungs = find_lungs(hu, grid)
    if lungs is None:
        raise PhantomError("No pair of lungs is found in this scan; lesions cannot be drawn into it.")
    box = lungs.box(margin_mm)
    hu, sides = hu[box], lungs.sides[box]
    start = (box[0].start, box[1].start, box[2].start)
    origin = grid.crop(start, (1, 1, 1)).affine[:3, 3]
    inside = ndimage.distance_transform_edt(sides > 0)
    outside = ndimage.distance_transform_edt(sides == 0)
    depth = (inside - outside + np.where(sides > 0, -0.5, 0.5)) * spacing_mm
    columns = [np.argwhere(sides == side)[:, 2].mean() if (sides == side).any() else np.nan for side in (1, 2)]
    middle = float(np.nanmean(columns))
    right = np.broadcast_to(np.arange(hu.shape[2]) < middle, hu.shape)
    right = np.where(sides == 1, True, np.where(sides == 2, False, right))
    return Canvas(
        torch.from_numpy(np.ascontiguousarray(hu, dtype=np.float32)),
        torch.from_numpy(depth.astype(np.float32)),
        torch.from_numpy(np.ascontiguousarray(right)),
        spacing_mm,
        PointMm.of(origin),
    )
