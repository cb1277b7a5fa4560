"""What is measured: a scan's own voxels in standard axes, beside the maps of lungs and organs, which are coarser."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai.anatomy import Lungs, standardised
from ai.organs import Organs
from ai.volume import Volume, VoxelGrid

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Scene:
    """A scan to be measured.

    Args:
        hu: int16 [slice, row, column] in standard axes (up, back, left), at the scan's own spacing.
        grid: where the voxels lie.
        lungs: in standard axes too, usually cropped and coarser.
        organs: likewise; None where no model drew them.
    """

    hu: NDArray[np.int16]
    grid: VoxelGrid
    lungs: Lungs
    organs: Organs | None

    @classmethod
    def of(cls, volume: Volume, organs: Organs | None, lungs: Lungs) -> Scene:
        """Turn the scan's axes to standard; voxels are not copied."""
        hu, grid = standardised(volume.hu, volume.grid)
        return cls(np.asarray(hu, dtype=np.int16), grid, lungs, organs)

    def around(self, mask: Mask, grid: VoxelGrid, margin_mm: float = 0.0) -> tuple[NDArray[np.int16], VoxelGrid] | None:
        """Return the scan's block that holds a coarser mask, and its grid; None where there is nothing."""
        found = ndimage.find_objects(mask.astype(np.uint8))
        if not found or found[0] is None:
            return None
        ends = np.array([[part.start - 0.5, part.stop - 0.5] for part in found[0]])
        corners = np.array([[ends[0, i], ends[1, j], ends[2, k]] for i in (0, 1) for j in (0, 1) for k in (0, 1)])
        places = self.grid.indices(grid.points_mm(corners))
        margin = margin_mm / np.array(self.grid.spacing_mm)
        low = np.clip(np.ceil(places.min(0) - margin - 1e-6), 0, self.grid.shape).astype(int)
        high = np.clip(np.floor(places.max(0) + margin + 1e-6) + 1, 0, self.grid.shape).astype(int)
        if (high <= low).any():
            return None
        block = tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
        part = self.hu[block]
        start = (int(low[0]), int(low[1]), int(low[2]))
        return part, self.grid.crop(start, (part.shape[0], part.shape[1], part.shape[2]))


def looked_up(codes: NDArray[np.uint8], grid: VoxelGrid, fine: VoxelGrid) -> NDArray[np.uint8]:
    """Return the code of the cell that holds each voxel of ``fine``; 0 outside."""
    matrix = grid.inverse @ fine.affine
    turning = matrix[:3, :3] - np.diag(np.diag(matrix[:3, :3]))
    if np.abs(turning).max() * max(fine.shape) > 0.25:
        result = ndimage.affine_transform(codes, matrix[:3, :3], matrix[:3, 3], output_shape=fine.shape, order=0)
        return np.asarray(result, dtype=np.uint8)
    padded = np.pad(codes, 1)
    lines = []
    for axis in range(3):
        line = np.floor(matrix[axis, axis] * np.arange(fine.shape[axis]) + matrix[axis, 3] + 0.5 + 1e-6).astype(int)
        lines.append(np.clip(line, -1, codes.shape[axis]) + 1)
    return padded[np.ix_(*lines)]


def ball(radius_mm: float, grid: VoxelGrid) -> Mask:
    """Return a ball of voxels to grow or shrink masks with."""
    reach = [int(radius_mm / s + 1e-6) for s in grid.spacing_mm]
    z, y, x = np.ogrid[-reach[0] : reach[0] + 1, -reach[1] : reach[1] + 1, -reach[2] : reach[2] + 1]
    a, b, c = grid.spacing_mm
    return np.asarray((z * a) ** 2 + (y * b) ** 2 + (x * c) ** 2 <= radius_mm**2 + 1e-6)


def largest_part(mask: Mask) -> Mask:
    """Return the largest connected body of a mask: stray cells do not widen what is measured."""
    labels, count = ndimage.label(mask)
    if count < 2:
        return mask
    return np.asarray(labels == np.argmax(np.bincount(labels.ravel())[1:]) + 1)
