"""Diameters of bodies whose diameters are known."""

from __future__ import annotations

import numpy as np
import pytest

from ai.geometry import PointMm
from ai.model.diameters import axial_diameters_mm
from ai.volume import VoxelGrid, axis_aligned
from tests.support.grids import reordered

AXIAL = axis_aligned((9, 90, 100), (2.5, 0.6, 0.5), PointMm(-25.0, -27.0, -10.0))


@pytest.mark.parametrize("turn_deg", [0, 20, 45, 77, 90, 135])
@pytest.mark.parametrize("axes_mm", [(30.0, 18.0), (20.0, 20.0), (40.0, 6.0)])
def test_an_ellipse(turn_deg: int, axes_mm: tuple[float, float]) -> None:
    mask = np.zeros(AXIAL.shape, dtype=bool)
    places = AXIAL.points_mm(np.argwhere(~mask).astype(np.float64)) - AXIAL.centre.array()
    angle = np.deg2rad(turn_deg)
    along = places[:, 0] * np.cos(angle) + places[:, 1] * np.sin(angle)
    across = places[:, 1] * np.cos(angle) - places[:, 0] * np.sin(angle)
    inside = (2 * along / axes_mm[0]) ** 2 + (2 * across / axes_mm[1]) ** 2 <= 1
    mask[4] = inside.reshape(AXIAL.shape)[4]
    # The slices beside are smaller: the largest is measured.
    mask[3, ::2] = mask[4, ::2] & (np.arange(100) > 50)
    long, short = axial_diameters_mm(mask, AXIAL)
    assert long == pytest.approx(axes_mm[0], abs=1.0)
    assert short == pytest.approx(axes_mm[1], abs=1.0)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_axial_is_the_patients_axial(order: tuple[int, int, int]) -> None:
    """A rod along the patient's height has the diameter of its cross-section, however the scan is stored."""
    grid = reordered(order, (False, True, False))
    centre = grid.centre.array()
    places = grid.points_mm(np.argwhere(np.ones(grid.shape, dtype=bool)).astype(np.float64)) - centre
    rod = (np.hypot(places[:, 0], places[:, 1]) <= 6.0) & (np.abs(places[:, 2]) < 30)
    long, short = axial_diameters_mm(rod.reshape(grid.shape), grid)
    assert long == pytest.approx(12.0, abs=1.1)
    assert short == pytest.approx(12.0, abs=1.1)


def test_one_voxel_is_as_wide_as_a_voxel() -> None:
    mask = np.zeros(AXIAL.shape, dtype=bool)
    mask[4, 10, 10] = True
    long, short = axial_diameters_mm(mask, AXIAL)
    assert 0.5 <= short <= long <= np.hypot(0.5, 0.6) + 1e-6


def test_long_is_never_less_than_short() -> None:
    rng = np.random.default_rng(2)
    grid = VoxelGrid((5, 12, 12), np.diag([1.0, 1.0, 1.0, 1.0]))
    for _ in range(20):
        mask = rng.random(grid.shape) > 0.8
        long, short = axial_diameters_mm(mask, grid)
        assert long >= short > 0
