"""Finds body and lungs by their density; no learning.

Air inside the body is lung, airway, bowel or pneumothorax. Lung is what is large, lies high and is not the airway.
Dense disease at the lung's edge is left out by a threshold, so the mask is closed over it per slice and per lung.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai.progress import QUIET, Progress
from ai.volume import VoxelGrid

Mask = NDArray[np.bool_]

BODY_HU = -400.0
"""Between skin and air, with margin for partial volume."""
LUNG_HU = -400.0
"""Between aerated lung (−850) and soft tissue (40), nearer the tissue: ground glass still counts as lung."""
MIN_LUNG_ML = 150.0
"""A side smaller than this is not a lung one can read."""
_DOING = "finding the lungs"


@dataclass(frozen=True, eq=False)
class Lungs:
    """Where the lungs lie.

    Args:
        sides: uint8 [slice, row, column] in standard axes: 1 the patient's right lung, 2 the left, 0 elsewhere.
        body: the patient without table and clothes.
        grid: where both lie.
    """

    sides: NDArray[np.uint8]
    body: Mask
    grid: VoxelGrid

    @property
    def mask(self) -> Mask:
        """Both lungs."""
        return np.asarray(self.sides > 0)

    @property
    def volume_ml(self) -> float:
        """Volume of both lungs, millilitres."""
        return float(np.count_nonzero(self.sides)) * self.grid.voxel_mm3 / 1000

    def box(self, margin_mm: float) -> tuple[slice, slice, slice]:
        """Return the block that holds both lungs with a margin, cut at the grid's ends."""
        found = ndimage.find_objects(self.mask.astype(np.int8))[0]
        ranges = []
        for part, count, spacing in zip(found, self.grid.shape, self.grid.spacing_mm, strict=True):
            margin = round(margin_mm / spacing)
            ranges.append(slice(max(0, part.start - margin), min(count, part.stop + margin)))
        return ranges[0], ranges[1], ranges[2]

    def location(self, index: tuple[float, float, float]) -> str:
        """Name the region of an index: side and third of that lung's height (thirds, not lobes)."""
        spot = np.clip(np.round(index), 0, np.array(self.grid.shape) - 1).astype(int)
        side = int(self.sides[tuple(spot)]) or self._nearest_side(spot)
        slices = np.flatnonzero((self.sides == side).any(axis=(1, 2)))
        if slices.size == 0:
            return "lung"
        height = (spot[0] - slices[0]) / max(1, slices[-1] - slices[0])
        third = "lower" if height < 1 / 3 else "mid" if height < 2 / 3 else "upper"
        return f"{'right' if side == 1 else 'left'}_{third}"

    def _nearest_side(self, spot: NDArray[np.intp]) -> int:
        centres = [np.argwhere(self.sides == side)[:, 2] for side in (1, 2)]
        if not all(c.size for c in centres):
            return 1 if centres[0].size else 2
        return 1 if abs(spot[2] - centres[0].mean()) < abs(spot[2] - centres[1].mean()) else 2


def find_lungs(hu: NDArray[np.float32], grid: VoxelGrid, progress: Progress = QUIET) -> Lungs | None:
    """Find the lungs in a scan in standard axes of 2–5 mm spacing.

    Args:
        hu: float32 [slice, row, column], (up, back, left).
        grid: where the voxels lie.
        progress: asked between the stages, each a fraction of a second, whether to go on.

    Returns:
        None where no pair (or single) of air-filled lungs of plausible size is found.
    """
    progress.report(0.0, _DOING)
    body = _body(hu)
    progress.report(0.3, _DOING)
    air = (hu < LUNG_HU) & body
    air = ndimage.binary_opening(air, iterations=1)
    labels, count = ndimage.label(air)
    if count == 0:
        return None
    sizes_ml = np.bincount(labels.ravel())[1:] * grid.voxel_mm3 / 1000
    keep = np.flatnonzero(sizes_ml > MIN_LUNG_ML) + 1
    large = np.isin(labels, keep)
    progress.report(0.5, _DOING)
    candidates = large & ~_airway(hu, large, grid)
    progress.report(0.7, _DOING)
    sides = _two_sides(candidates, grid)
    progress.report(0.85, _DOING)
    if not sides.any() or np.count_nonzero(sides) * grid.voxel_mm3 / 1000 < 2 * MIN_LUNG_ML:
        return None
    return Lungs(_closed(sides, body, grid), body, grid)


def _body(hu: NDArray[np.float32]) -> Mask:
    tissue = ndimage.binary_opening(hu > BODY_HU, iterations=1)
    labels, count = ndimage.label(tissue)
    if count == 0:
        return np.zeros(hu.shape, dtype=bool)
    largest = labels == (np.argmax(np.bincount(labels.ravel())[1:]) + 1)
    largest = ndimage.binary_closing(largest, iterations=2, border_value=0) | largest
    return _filled(largest)


def _airway(hu: NDArray[np.float32], air: Mask, grid: VoxelGrid) -> Mask:
    """The trachea and main bronchi: very black, thin in every axial slice, near the midline."""
    black = (hu < -930) & air
    radius = max(1, round(6 / grid.spacing_mm[1]))
    core = np.zeros_like(black)
    disk = _disk(radius)
    for k, plane in enumerate(black):
        regions, count = ndimage.label(plane)
        if count == 0:
            continue
        area_mm2 = np.bincount(regions.ravel()) * grid.spacing_mm[1] * grid.spacing_mm[2]
        small = np.flatnonzero((area_mm2 > 40) & (area_mm2 < 900))
        wide = ndimage.binary_opening(np.isin(regions, small[small > 0]), structure=_disk(max(1, radius // 2)))
        core[k] = wide
    runs, count = ndimage.label(core)
    if count == 0:
        return core
    lengths = [s[0].stop - s[0].start for s in ndimage.find_objects(runs)]
    longest = int(np.argmax(lengths)) + 1
    if lengths[longest - 1] * grid.spacing_mm[0] < 40:
        return np.zeros_like(core)
    return np.asarray(ndimage.binary_dilation(runs == longest, structure=disk[None]))


def _two_sides(lung: Mask, grid: VoxelGrid) -> NDArray[np.uint8]:
    """Label the patient's right (smaller column) and left lung; parts them where they touch."""
    sides = np.zeros(lung.shape, dtype=np.uint8)
    if not lung.any():
        return sides
    labels, _ = ndimage.label(lung)
    sizes_ml = np.bincount(labels.ravel())[1:] * grid.voxel_mm3 / 1000
    large = np.flatnonzero(sizes_ml > MIN_LUNG_ML) + 1
    middle = _midline(np.isin(labels, large))
    for label in large:
        part = labels == label
        columns = np.argwhere(part)[:, 2]
        if (columns < middle).mean() > 0.9 or (columns < middle).mean() < 0.1:
            sides[part] = 1 if columns.mean() < middle else 2
        else:
            left = np.broadcast_to(np.arange(lung.shape[2]) >= middle, lung.shape)
            sides[part & ~left] = 1
            sides[part & left] = 2
    return sides


def _midline(lung: Mask) -> float:
    """The column with least lung between both halves of the lungs' extent."""
    profile = ndimage.gaussian_filter1d(lung.sum(axis=(0, 1)).astype(float), 2)
    filled = np.flatnonzero(profile > 0)
    low, high = filled[0], filled[-1]
    third = (high - low) // 3
    return float(low + third + np.argmin(profile[low + third : high - third + 1]))


def _closed(sides: NDArray[np.uint8], body: Mask, grid: VoxelGrid) -> NDArray[np.uint8]:
    """Close each lung per slice over vessels and over dense disease at its edge."""
    closed = np.zeros_like(sides)
    disk = _disk(max(2, round(8 / grid.spacing_mm[1])))
    reach = (0, disk.shape[0], disk.shape[0])
    for side in (1, 2):
        one = sides == side
        if not one.any():
            continue
        box = _box(one)
        wide = np.pad(one[box], [(n, n) for n in reach])
        wide = _filled(ndimage.binary_closing(wide, structure=disk[None]))
        own = wide[tuple(slice(n, m - n) for n, m in zip(reach, wide.shape, strict=True))]
        free = closed[box] == 0
        closed[box][own & body[box] & free] = side
    return closed


def _filled(mask: Mask) -> Mask:
    """Fill the holes of each slice: what is outside and does not reach the slice's edge. One pass over all slices;
    scipy's own filling takes one a voxel of depth."""
    in_plane = ndimage.generate_binary_structure(3, 1)
    in_plane[0] = in_plane[2] = False
    labels, count = ndimage.label(~mask, structure=in_plane)
    outside = np.zeros(count + 1, dtype=bool)
    for edge in (labels[:, 0], labels[:, -1], labels[:, :, 0], labels[:, :, -1]):
        outside[edge] = True
    outside[0] = False
    return np.asarray(~outside[labels])


def _box(mask: Mask) -> tuple[slice, slice, slice]:
    """The smallest block that holds all of a mask."""
    ends = [np.flatnonzero(mask.any(axis=tuple(a for a in range(3) if a != axis))) for axis in range(3)]
    s, r, c = (slice(int(found[0]), int(found[-1]) + 1) for found in ends)
    return s, r, c


def _disk(radius: int) -> Mask:
    y, x = np.ogrid[-radius : radius + 1, -radius : radius + 1]
    return np.asarray(x * x + y * y <= radius * radius)
