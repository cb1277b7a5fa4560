"""A chest drawn from formulas, so that it can be sampled after any rigid motion without a trace of interpolation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.spatial.transform import Rotation

from ai.change import PointMap
from ai.geometry import Matrix, PointMm
from ai.volume import Volume, VoxelGrid, axis_aligned

HEAD_MM, FEET_MM = 150.0, -150.0
"""The synthetic patient reaches from feet to head; its middle is the origin."""

_EDGE_MM = 3.0
_MIDDLE = PointMm(0, 0, 0)


def motion(turn_deg: tuple[float, float, float], shift_mm: tuple[float, float, float]) -> Matrix:
    """Return a rigid 4×4 about the origin: turns about left, posterior, superior, then a shift."""
    rigid = np.eye(4)
    rigid[:3, :3] = Rotation.from_euler("xyz", turn_deg, degrees=True).as_matrix()
    rigid[:3, 3] = shift_mm
    return rigid


def chest_grid(
    spacing_mm: tuple[float, float, float] = (4.0, 3.0, 3.0),
    middle: PointMm = _MIDDLE,
    size_mm: tuple[float, float, float] = (310.0, 280.0, 400.0),
) -> VoxelGrid:
    """Return an axial grid of about ``size_mm`` (slices, rows, columns) around a place."""
    slices, rows, columns = (round(size / spacing) for size, spacing in zip(size_mm, spacing_mm, strict=True))
    first = middle.moved(
        -(columns - 1) / 2 * spacing_mm[2], -(rows - 1) / 2 * spacing_mm[1], -(slices - 1) / 2 * spacing_mm[0]
    )
    return axis_aligned((slices, rows, columns), spacing_mm, first)


def chest(
    grid: VoxelGrid,
    moved: Matrix | None = None,
    table_mm: float | None = None,
    noise_hu: float = 0,
    at_rest: PointMap | None = None,
) -> Volume:
    """Draw the patient on a grid.

    Args:
        grid: where.
        moved: rigid motion of the patient.
        table_mm: posterior place of a table, which does not move with the patient.
        noise_hu: standard deviation.
        at_rest: breath: where the tissue at a place of the breathing patient lies at rest.
    """
    places = grid.points_mm(np.argwhere(np.ones(grid.shape, dtype=bool)).astype(np.float64))
    patient = places if moved is None else (places - moved[:3, 3]) @ moved[:3, :3]
    hu = _patient_hu(patient if at_rest is None else at_rest(patient))
    if table_mm is not None:
        hu[np.abs(places[:, 1] - table_mm) < 2.0] = 300.0
    if noise_hu:
        hu += np.random.default_rng(7).normal(0, noise_hu, hu.shape)
    return Volume(np.clip(hu, -1024, 3000).astype(np.int16).reshape(grid.shape), grid)


def _patient_hu(p: Matrix) -> Matrix:
    y, z = p[:, 1], p[:, 2]
    ends = np.clip(0.5 + np.minimum(z - FEET_MM, HEAD_MM - z) / _EDGE_MM, 0, 1)
    wall = _ellipsoid(p, (0, 0, 0), (145, 90, 9e9)) - _ellipsoid(p, (0, 0, 0), (138, 84, 9e9))
    hu = np.full(len(p), -1000.0)
    hu = _blend(hu, 40.0, ends * _ellipsoid(p, (0, 0, 0), (165, 105, 9e9)))
    hu = _blend(hu, 400.0, ends * wall * (np.mod(z + 0.3 * y, 26) < 9))
    hu = _blend(hu, -850.0, _ellipsoid(p, (75, 5, 25), (52, 68, 105)))
    hu = _blend(hu, -850.0, _ellipsoid(p, (-75, 5, 20), (55, 70, 110)))
    hu = _blend(hu, 45.0, _ellipsoid(p, (18, -22, -30), (48, 40, 45)))
    hu = _blend(hu, 60.0, _ellipsoid(p, (-70, 10, -95), (80, 75, 55)))
    hu = _blend(hu, 250.0, ends * _ellipsoid(p, (0, 78, 0), (17, 17, 9e9)))
    rng = np.random.default_rng(3)
    for _ in range(25):
        place = (rng.choice([-1, 1]) * rng.uniform(45, 105), rng.uniform(-40, 45), rng.uniform(-40, 90))
        near = np.flatnonzero(np.abs(p - place).max(axis=1) < 16)
        hu[near] = _blend(hu[near], 30.0, _ellipsoid(p[near], place, rng.uniform(4, 11, size=3)))
    return hu


def _blend(hu: Matrix, inside_hu: float, share: Matrix) -> Matrix:
    return np.asarray(hu + (inside_hu - hu) * share)


def _ellipsoid(p: Matrix, centre: tuple[float, float, float], radii: Sequence[float] | Matrix) -> Matrix:
    """Return 1 inside, 0 outside, and the share in between across ``_EDGE_MM``, as a scanner blurs it."""
    radius = np.sqrt((((p - np.asarray(centre)) / np.asarray(radii)) ** 2).sum(axis=1))
    return np.asarray(np.clip(0.5 + (1 - radius) * float(np.min(radii)) / _EDGE_MM, 0, 1))
