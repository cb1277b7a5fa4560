"""Instances of a focal abnormality: from coarse evidence to a measured body in the scan's own voxels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai.anatomy import Lungs
from ai.findings import Lesion, sigmoid
from ai.geometry import Index, PointMm
from ai.model.diameters import axial_diameters_mm
from ai.model.lung_bodies import Body, composition_of, lung_body
from ai.model.organ_map import location_of
from ai.organs import LOBES, Organs
from ai.vocabulary import Abnormality
from ai.volume import Volume, VoxelGrid

Mask = NDArray[np.bool_]

_MARGIN_MM = 10.0
_LUNG_HU = -850.0
_OPENING_MM = 1.6
"""Vessels thinner than twice this are cut off the lesion."""
_MOST = 12
IN_LUNG = frozenset({"nodule", "nodulegr1cm", "mass", "granuloma", "cavitation", "lesion", "cancer"})
"""Dense bodies with lung around them; others have soft tissue around them, or are air."""
LEAST_POINTS = 0.1
"""Logit points: a place that raises the odds by less than a tenth is heat to look at, not an instance to measure.
Not a share of the strongest place: a small nodule beside a large mass must not vanish, and be called gone."""
LEAST_MM3 = 14.0
"""A ball of 3 mm: smaller is not measured."""


@dataclass(frozen=True, eq=False)
class Spots:
    """Where the evidence lies.

    Args:
        heat: logit points [slice, row, column] on ``grid``.
        grid: the evidence's grid.
        gain: logit points for each unit of a place's own logit: ``heat / gain`` is how sure the place is.
        least: evidence (cells times logit points) below which a body is no instance; None for what makes
            ``LEAST_POINTS`` of it. A norm's gain says little of it: there one sure place makes many points.
    """

    heat: NDArray[np.float32]
    grid: VoxelGrid
    gain: float
    least: float | None = None


def lesions_of(
    kind: Abnormality, spots: Spots, volume: Volume, lungs: Lungs, organs: Organs | None = None
) -> tuple[Lesion, ...]:
    """Return the measured instances, strongest evidence first.

    Args:
        kind: which abnormality.
        spots: where the evidence lies.
        volume: the scan.
        lungs: for the location's name, where organs are not known.
        organs: for the location's name.
    """
    heat = spots.heat
    labels, count = ndimage.label(heat > 0, structure=np.ones((3, 3, 3)))
    if count == 0:
        return ()
    strength = ndimage.sum_labels(heat, labels, range(1, count + 1))
    least = LEAST_POINTS if spots.least is None else spots.least * spots.gain
    order = np.argsort(-np.asarray(strength), kind="stable")[:_MOST]
    strongest = [int(i) + 1 for i in order if strength[i] >= least]
    lung = None if organs is None else (organs.mask(*LOBES), organs.grid)
    found = []
    for label in strongest:
        cells = labels == label
        if kind.name in IN_LUNG:
            body = lung_body(cells, spots.grid, volume, lung)
        else:
            body = _measured(cells, spots.grid, volume)
        if body is not None and body.volume_mm3 >= LEAST_MM3:
            sure = sigmoid(float(heat[cells].max()) / spots.gain)
            location = location_of(middle_of(body), lungs, organs)
            found.append(described(kind, body, volume.grid, location, sure))
    return tuple(found)


def _measured(cells: Mask, grid: VoxelGrid, volume: Volume) -> Body | None:
    block = _block(cells, grid, volume.grid)
    if block is None:
        return None
    start, shape = block
    crop = volume.hu[tuple(slice(a, a + n) for a, n in zip(start, shape, strict=True))]
    crop_grid = volume.grid.crop(start, shape)
    near = _sampled(ndimage.binary_dilation(cells, iterations=1), grid, crop_grid)
    core = _sampled(cells, grid, crop_grid)
    mask = _body(crop, near, core, crop_grid)
    if mask is None:
        return None
    return Body(mask, crop_grid, float(np.count_nonzero(mask)) * crop_grid.voxel_mm3, float(crop[mask].mean()))


def middle_of(body: Body) -> PointMm:
    """Return the mean place of a body's cubes."""
    return body.grid.point(Index(*(float(v) for v in np.argwhere(body.mask).mean(0))))


def described(
    kind: Abnormality, body: Body, scan: VoxelGrid, location: str, confidence: float = math.nan, again: bool = False
) -> Lesion:
    """Return a body as a lesion, its mask on a block of the scan's voxels; ``again``: found on a second look."""
    mask, grid = _in_scan(body, scan)
    composition, solid_mm = composition_of(body) if kind.name in IN_LUNG else (None, math.nan)
    return Lesion(
        kind,
        middle_of(body),
        axial_diameters_mm(body.mask, body.grid),
        body.volume_mm3,
        body.mean_hu,
        location,
        mask,
        grid,
        confidence,
        composition,
        solid_mm,
        again,
    )


def _in_scan(body: Body, scan: VoxelGrid) -> tuple[Mask, VoxelGrid]:
    """The body's mask on a block of the scan's own voxels, as it is where it was measured on them."""
    if np.allclose(body.grid.affine[:3, :3], scan.affine[:3, :3]):
        return body.mask, body.grid
    ends = scan.indices(body.grid.points_mm(np.argwhere(body.mask).astype(np.float64)))
    low = np.maximum(0, np.round(ends.min(0))).astype(int)
    size = np.minimum(np.array(scan.shape), np.round(ends.max(0)).astype(int) + 1) - low
    block = scan.crop((int(low[0]), int(low[1]), int(low[2])), (int(size[0]), int(size[1]), int(size[2])))
    return _sampled(body.mask, body.grid, block), block


def _block(cells: Mask, grid: VoxelGrid, fine: VoxelGrid) -> tuple[tuple[int, int, int], tuple[int, int, int]] | None:
    """The scan's voxels around the cells: (first voxel, shape); None outside the scan."""
    spots = fine.indices(grid.points_mm(np.argwhere(cells).astype(np.float64)))
    margin = np.array([_MARGIN_MM / s for s in fine.spacing_mm])
    low = np.maximum(0, np.floor(spots.min(0) - margin)).astype(int)
    high = np.minimum(np.array(fine.shape), np.ceil(spots.max(0) + margin).astype(int) + 1)
    if (high <= low).any():
        return None
    size = high - low
    return (int(low[0]), int(low[1]), int(low[2])), (int(size[0]), int(size[1]), int(size[2]))


def _sampled(cells: Mask, grid: VoxelGrid, fine: VoxelGrid) -> Mask:
    """Look cells up at the fine grid's voxel centres."""
    matrix = grid.inverse @ fine.affine
    result = ndimage.affine_transform(
        cells.astype(np.uint8), matrix[:3, :3], matrix[:3, 3], output_shape=fine.shape, order=0
    )
    return np.asarray(result > 0)


def _body(hu: NDArray[np.int16], near: Mask, core: Mask, grid: VoxelGrid) -> Mask | None:
    """The lesion: denser than half-way between lung and its own core, connected, without thin vessels."""
    if not core.any():
        return None
    dense = float(np.percentile(hu[core], 80))
    if dense < _LUNG_HU + 100:
        return None
    tissue = near & (hu > (_LUNG_HU + min(dense, 60.0)) / 2)
    opened = ndimage.binary_opening(tissue, structure=_ball(_OPENING_MM, grid))
    kept = opened if np.count_nonzero(opened) >= 0.3 * np.count_nonzero(tissue) else tissue
    labels, count = ndimage.label(kept)
    if count == 0:
        return None
    overlap = np.bincount(labels[core], minlength=count + 1)
    overlap[0] = 0
    if overlap.max() == 0:
        return None
    body = labels == int(np.argmax(overlap))
    return np.asarray(ndimage.binary_dilation(body, structure=_ball(_OPENING_MM / 2, grid)) & tissue | body)


def _ball(radius_mm: float, grid: VoxelGrid) -> Mask:
    reach = [int(radius_mm / s) for s in grid.spacing_mm]
    z, y, x = np.ogrid[-reach[0] : reach[0] + 1, -reach[1] : reach[1] + 1, -reach[2] : reach[2] + 1]
    a, b, c = grid.spacing_mm
    return np.asarray((z * a) ** 2 + (y * b) ** 2 + (x * c) ** 2 <= radius_mm**2)
