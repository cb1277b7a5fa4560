"""Plain facts by which a scan can be told from a chest CT: how much lung, how wide, how dense, what surrounds it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai.anatomy import Lungs, resampled
from ai.volume import VoxelGrid

Mask = NDArray[np.bool_]

STEP_MM = 4.0
_BONE_HU = 180.0
_FAT_HU, _SOFT_HU = (-160.0, -30.0), (-10.0, 110.0)
_SPINE_MM = 30.0
"""The spine is looked for this far to both sides of the body's middle."""


@dataclass(frozen=True)
class Likeness:
    """What was measured at 4 mm.

    Args:
        lungs_ml: right and left lung.
        lung_width_mm: from the outermost place of one lung to that of the other; of the only lung, where there is one.
        lung_height_mm: from the lowest to the highest.
        body_width_mm: median over the slices that hold lung.
        lung_hu: median of the lungs.
        vessels: share of the lungs' inside denser than −700 HU.
        darkest_hu: 1st percentile of all air inside the body.
        fat, soft, bone: shares of the body's voxels above −300 HU that are as dense.
        spine: share of the slices with lung that show bone in the body's middle behind the lungs' middle.
        even: smaller by larger half of the body's cross-section, about the spine; 1 is even.
        cut_above, cut_below: the lungs' area in the scan's last slice, as a share of their greatest.
        open_ml: what is as dense as lung, but open to the outside: lung that the field of view cuts.
        heart_left_mm: how far to the left the tissue between the lungs lies, from the middle of their outer ends.
    """

    lungs_ml: tuple[float, float]
    lung_width_mm: float
    lung_height_mm: float
    body_width_mm: float
    lung_hu: float
    vessels: float
    darkest_hu: float
    fat: float
    soft: float
    bone: float
    spine: float
    even: float
    cut_above: float
    cut_below: float
    open_ml: float
    heart_left_mm: float


def likeness_of(hu: NDArray[np.float32], lungs: Lungs) -> Likeness:
    """Measure a scan in standard axes.

    Args:
        hu: the whole field of view on the lungs' grid.
        lungs: of ``find_lungs``, not cropped.
    """
    coarse, grid = resampled(hu, lungs.grid, STEP_MM)
    sides = _coarse(lungs.sides, lungs.grid, grid)
    body = _coarse(lungs.body.astype(np.uint8), lungs.grid, grid) > 0
    lung = sides > 0
    slices = np.flatnonzero(lung.any(axis=(1, 2)))
    height = slice(int(slices[0]), int(slices[-1]) + 1)
    inner = ndimage.binary_erosion(lung, iterations=2)
    inner = inner if np.count_nonzero(inner) > 200 else lung
    tissue = coarse[body & ~lung]
    tissue = tissue[tissue > -300]
    cell_ml = grid.voxel_mm3 / 1000
    areas = lung.sum(axis=(1, 2))
    middle, even = _middle(body[height], coarse[height])
    air = coarse[body & (coarse < -400)]
    return Likeness(
        lungs_ml=(np.count_nonzero(sides == 1) * cell_ml, np.count_nonzero(sides == 2) * cell_ml),
        lung_width_mm=_width(np.asarray(lung.any(axis=(0, 1)))),
        lung_height_mm=_width(np.asarray(lung.any(axis=(1, 2)))),
        body_width_mm=float(np.median([_width(plane.any(axis=0)) for plane in body[height]])),
        lung_hu=float(np.median(coarse[lung])),
        vessels=float(np.mean(coarse[inner] > -700)),
        darkest_hu=float(np.percentile(air, 1)) if air.size else 0.0,
        fat=_share(tissue, *_FAT_HU),
        soft=_share(tissue, *_SOFT_HU),
        bone=_share(tissue, _BONE_HU, np.inf),
        spine=_spine(coarse[height], body[height], lung[height], middle),
        even=even,
        cut_above=float(areas[-1] / areas.max()),
        cut_below=float(areas[0] / areas.max()),
        open_ml=_open_ml(coarse, body, grid),
        heart_left_mm=_heart_left_mm(lung[height]),
    )


def _coarse(codes: NDArray[np.uint8], grid: VoxelGrid, coarse: VoxelGrid) -> NDArray[np.uint8]:
    lines = [
        np.clip(np.round((np.arange(n) + 0.5) * c / f - 0.5), 0, m - 1).astype(int)
        for n, c, f, m in zip(coarse.shape, coarse.spacing_mm, grid.spacing_mm, grid.shape, strict=True)
    ]
    return np.asarray(codes[np.ix_(*lines)])


def _width(line: Mask) -> float:
    places = np.flatnonzero(line)
    return float(places[-1] - places[0] + 1) * STEP_MM if places.size else 0.0


def _share(values: NDArray[np.float32], low: float, high: float) -> float:
    return float(np.mean((values >= low) & (values <= high))) if values.size else 0.0


def _middle(body: Mask, hu: NDArray[np.float32]) -> tuple[float, float]:
    """The column of the spine (densest column of bone behind), and how evenly the body lies about it."""
    columns = body.sum(axis=(0, 1)).astype(np.float64)
    filled = np.flatnonzero(columns)
    if filled.size == 0:
        return 0.0, 0.0
    centre = float((columns * np.arange(columns.size)).sum() / columns.sum())
    rows = np.flatnonzero(body.any(axis=(0, 2)))
    behind = slice(int((rows[0] + rows[-1]) / 2), int(rows[-1]) + 1)
    bone = ((hu > _BONE_HU) & body)[:, behind].sum(axis=(0, 1)).astype(np.float64)
    near = np.abs(np.arange(columns.size) - centre) < 2 * _SPINE_MM / STEP_MM
    bone = ndimage.gaussian_filter1d(np.where(near, bone, 0.0), 3.0)
    spine = float(np.argmax(bone)) if bone.max() > 0 else centre
    left = columns[: round(spine)].sum()
    right = columns[round(spine) + 1 :].sum()
    return spine, float(min(left, right) / max(left, right, 1.0))


def _spine(hu: NDArray[np.float32], body: Mask, lung: Mask, middle: float) -> float:
    """Share of slices with 3 cm² of bone in the body's middle, behind the lungs' middle; a sternum has less."""
    rows = np.arange(hu.shape[1])
    places = np.argwhere(lung)[:, 1]
    centre = float(places.mean())
    near = np.abs(np.arange(hu.shape[2]) - middle) * STEP_MM <= _SPINE_MM
    bone = (hu > _BONE_HU) & body & near
    least = 300.0 / STEP_MM**2
    return float((bone[:, rows > centre].sum(axis=(1, 2)) >= least).mean())


def _open_ml(hu: NDArray[np.float32], body: Mask, grid: VoxelGrid) -> float:
    """Volume outside the body that is as dense as lung and no thin edge, in bodies of 100 ml and more."""
    like_lung = ~body & (hu > -900) & (hu < -500)
    labels, count = ndimage.label(ndimage.binary_opening(like_lung, iterations=2))
    sizes_ml = np.bincount(labels.ravel(), minlength=count + 1)[1:] * grid.voxel_mm3 / 1000
    return float(sizes_ml[sizes_ml >= 100].sum())


def _heart_left_mm(lung: Mask) -> float:
    """Where the tissue between the lungs lies, between a quarter and a half of their height."""
    part = lung[len(lung) // 4 : max(len(lung) // 2, len(lung) // 4 + 1)]
    columns = np.flatnonzero(part.any(axis=(0, 1)))
    if columns.size == 0:
        return 0.0
    between = np.zeros(part.shape, dtype=bool)
    for plane, gap in zip(part, between, strict=True):
        for row, line in zip(plane, gap, strict=True):
            filled = np.flatnonzero(row)
            if filled.size:
                line[filled[0] : filled[-1] + 1] = ~row[filled[0] : filled[-1] + 1]
    places = np.argwhere(between)[:, 2]
    if places.size == 0:
        return 0.0
    return float(places.mean() - (columns[0] + columns[-1]) / 2) * STEP_MM
