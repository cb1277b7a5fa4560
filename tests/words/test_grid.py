"""A grid ties array indices to the patient, both ways."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from ai.geometry import Index, PointMm
from ai.volume import GridError, VoxelGrid, axis_aligned

AXIAL = axis_aligned((40, 512, 500), (2.5, 0.7, 0.8), PointMm(-200, -180, 1000))


def oblique(seed: int) -> VoxelGrid:
    rng = np.random.default_rng(seed)
    affine = np.eye(4)
    affine[:3, :3] = Rotation.random(random_state=seed).as_matrix() * rng.uniform(0.3, 5, size=3)
    affine[:3, 3] = rng.uniform(-500, 500, size=3)
    return VoxelGrid((30, 40, 50), affine)


def test_an_axial_grid_goes_up_back_and_left() -> None:
    first = AXIAL.point(Index(0, 0, 0))
    assert first == PointMm(-200, -180, 1000)
    assert AXIAL.point(Index(1, 0, 0)) == first.moved(superior=2.5)
    assert AXIAL.point(Index(0, 1, 0)) == first.moved(posterior=0.7)
    assert AXIAL.point(Index(0, 0, 1)) == first.moved(left=0.8)


def test_spacing_and_voxel_size_are_in_millimetres() -> None:
    assert AXIAL.spacing_mm == pytest.approx((2.5, 0.7, 0.8))
    assert AXIAL.voxel_mm3 == pytest.approx(2.5 * 0.7 * 0.8)


def test_the_centre_lies_between_the_first_and_last_voxel() -> None:
    assert AXIAL.centre.superior == pytest.approx(1000 + 39 * 2.5 / 2)
    assert AXIAL.centre.left == pytest.approx(-200 + 499 * 0.8 / 2)


def test_the_corners_are_edges_of_voxels_not_their_centres() -> None:
    corners = AXIAL.corners_mm()
    assert corners.shape == (8, 3)
    assert np.ptp(corners, axis=0) == pytest.approx([500 * 0.8, 512 * 0.7, 40 * 2.5])


@given(st.integers(0, 10_000), st.tuples(*[st.floats(-100, 600)] * 3))
def test_there_and_back_for_any_oblique_grid(seed: int, place: tuple[float, float, float]) -> None:
    grid = oblique(seed)
    back = grid.index(grid.point(Index(*place)))
    assert back.array() == pytest.approx(np.array(place), abs=1e-6)


@given(st.integers(0, 10_000))
def test_many_points_are_mapped_as_one_is(seed: int) -> None:
    grid = oblique(seed)
    indices = np.random.default_rng(seed).uniform(-5, 60, size=(4, 3))
    one_by_one = [grid.point(Index(*row)).array() for row in indices]
    assert grid.points_mm(indices) == pytest.approx(np.array(one_by_one), abs=1e-9)
    assert grid.indices(grid.points_mm(indices)) == pytest.approx(indices, abs=1e-6)


@given(st.integers(0, 10_000))
def test_voxel_volume_is_the_product_of_spacings_where_axes_are_square(seed: int) -> None:
    grid = oblique(seed)
    assert grid.voxel_mm3 == pytest.approx(np.prod(grid.spacing_mm))


def test_the_nearest_voxel_is_none_outside() -> None:
    assert AXIAL.nearest(AXIAL.point(Index(39.4, 0.4, 499.4))) == (39, 0, 499)
    assert AXIAL.nearest(AXIAL.point(Index(39.6, 0, 0))) is None
    assert AXIAL.nearest(AXIAL.point(Index(-0.6, 0, 0))) is None


def test_a_crop_keeps_every_voxel_in_its_place() -> None:
    crop = AXIAL.crop((3, 10, 20), (5, 6, 7))
    assert crop.shape == (5, 6, 7)
    assert crop.point(Index(1, 2, 3)).array() == pytest.approx(AXIAL.point(Index(4, 12, 23)).array())


def test_equal_grids_are_equal_to_a_millionth_of_a_millimetre() -> None:
    moved = AXIAL.affine.copy()
    moved[0, 3] += 1e-8
    assert VoxelGrid(AXIAL.shape, moved) == AXIAL
    assert hash(VoxelGrid(AXIAL.shape, moved)) == hash(AXIAL)
    moved[0, 3] += 1e-2
    assert VoxelGrid(AXIAL.shape, moved) != AXIAL
    assert AXIAL != "a grid"


def test_the_affine_is_copied_and_cannot_be_written() -> None:
    mine = np.diag([1.0, 1.0, 1.0, 1.0])
    grid = VoxelGrid((2, 2, 2), mine)
    mine[0, 3] = 99
    assert grid.affine[0, 3] == 0
    with pytest.raises(ValueError, match="read-only"):
        grid.affine[0, 3] = 1


@pytest.mark.parametrize("shape", [(0, 5, 5), (5, 5), (5, -1, 5)])
def test_a_grid_without_voxels_is_refused(shape: tuple[int, int, int]) -> None:
    with pytest.raises(GridError, match="three positive sizes"):
        VoxelGrid(shape, np.eye(4))


@pytest.mark.parametrize(
    "affine", [np.zeros((4, 4)), np.eye(3), np.diag([1, 1, np.nan, 1]), np.diag([1.0, 0.0, 1.0, 1.0])]
)
def test_an_affine_that_maps_nothing_is_refused(affine: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> None:
    with pytest.raises(GridError, match="4×4 finite"):
        VoxelGrid((2, 2, 2), affine)
