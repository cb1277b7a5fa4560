"""Standard axes and one spacing: voxels stay where they are in the patient."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai.anatomy import resampled, standardised
from ai.geometry import PointMm
from ai.volume import VoxelGrid, axis_aligned
from tests.support.grids import GRIDS, reordered, rotated
from tests.support.thorax import distances_mm

ORDERS: list[tuple[int, int, int]] = [(a, b, c) for a, b, c in itertools.permutations(range(3))]
FLIPS: list[tuple[bool, bool, bool]] = [(a, b, c) for a, b, c in itertools.product((False, True), repeat=3)]
SMALL = axis_aligned((4, 5, 6), (2.5, 0.8, 1.1), PointMm(-20.0, -15.0, 100.0))


def assert_same_places(before: VoxelGrid) -> None:
    """Every voxel bears its own number; the number must lie at the same millimetres afterwards."""
    numbers = np.arange(np.prod(before.shape)).reshape(before.shape)
    view, grid = standardised(numbers, before)
    assert np.shares_memory(view, numbers)
    was = before.points_mm(np.argwhere(numbers >= 0).astype(np.float64))
    now = grid.points_mm(np.argwhere(np.ones(view.shape, dtype=bool)).astype(np.float64))
    assert np.allclose(now, was[np.asarray(view).ravel()], atol=1e-9)


def assert_up_back_left(grid: VoxelGrid) -> None:
    """Slices go up, rows back, columns left: each axis lies nearest to its own patient direction."""
    towards = grid.affine[[2, 1, 0], :3] / np.array(grid.spacing_mm)
    assert (np.argmax(np.abs(towards), axis=0) == [0, 1, 2]).all()
    assert (np.diag(towards) > 0).all()


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("flips", FLIPS)
def test_all_48_ways_to_store_a_box(order: tuple[int, int, int], flips: tuple[bool, bool, bool]) -> None:
    grid = reordered(order, flips)
    assert_same_places(grid)
    assert_up_back_left(standardised(np.zeros(grid.shape), grid)[1])


@given(
    order=st.sampled_from(ORDERS),
    flips=st.sampled_from(FLIPS),
    spacing_mm=st.tuples(*[st.floats(0.3, 8.0)] * 3),
    turns=st.tuples(*[st.floats(-25.0, 25.0)] * 2),
)
def test_oblique_boxes_of_any_spacing(
    order: tuple[int, int, int], flips: tuple[bool, bool, bool],
    spacing_mm: tuple[float, float, float], turns: tuple[float, float],
) -> None:  # fmt: skip
    upright = axis_aligned((4, 5, 6), spacing_mm, PointMm(30.0, -200.0, 7.0))
    oblique = rotated(rotated(upright, turns[0], (0, 1)), turns[1], (1, 2))
    affine = oblique.affine[:, [*order, 3]].copy()
    shape = [oblique.shape[axis] for axis in order]
    for axis, flip in enumerate(flips):
        if flip:
            affine[:3, 3] += affine[:3, axis] * (shape[axis] - 1)
            affine[:3, axis] *= -1
    stored = VoxelGrid((shape[0], shape[1], shape[2]), affine)
    assert_same_places(stored)
    _, grid = standardised(np.zeros(stored.shape), stored)
    assert grid.shape == oblique.shape
    assert np.allclose(grid.affine, oblique.affine, atol=1e-9)


@pytest.mark.parametrize("name", GRIDS)
@pytest.mark.parametrize("spacing_mm", [0.7, 2.0, 3.7])
def test_a_blob_keeps_its_place_and_its_mass(name: str, spacing_mm: float) -> None:
    before = GRIDS[name]
    place = before.centre.moved(1.3, -0.7, 2.1)
    blob = np.exp(-0.5 * (distances_mm(before, place) / 4.0) ** 2)
    values, grid = resampled(blob, before, spacing_mm)
    spots = grid.points_mm(np.argwhere(values > -1).astype(np.float64))
    centroid = PointMm.of((spots * values.reshape(-1, 1)).sum(0) / values.sum())
    assert centroid.distance_mm(place) < 0.15
    assert values.sum() * grid.voxel_mm3 == pytest.approx(blob.sum() * before.voxel_mm3, rel=0.02)


@pytest.mark.parametrize("spacing_mm", [0.7, 2.0, 3.7, 5.0])
def test_the_field_of_view_stays_and_spacing_is_one(spacing_mm: float) -> None:
    before = GRIDS["straight"]
    values, grid = resampled(np.full(before.shape, -321, dtype=np.int16), before, spacing_mm)
    assert values.dtype == np.float32
    assert np.allclose(values, -321, atol=1e-3)
    assert np.allclose(grid.spacing_mm, spacing_mm)
    assert np.abs(grid.corners_mm() - before.corners_mm()).max() <= spacing_mm / 2 + 1e-9


def test_noise_is_averaged_not_picked() -> None:
    noise = np.random.default_rng(1).normal(0, 100, size=(40, 40, 40))
    fine = axis_aligned((40, 40, 40), (1.0, 1.0, 1.0), PointMm(0, 0, 0))
    values, _ = resampled(noise, fine, 4.0)
    assert values.std() < 100 / 4
    assert abs(values.mean() - noise.mean()) < 3


def test_one_voxel_thick_is_enough() -> None:
    thin = axis_aligned((1, 5, 6), (1.0, 0.8, 1.1), PointMm(0, 0, 0))
    values, grid = resampled(np.ones(thin.shape), thin, 4.0)
    assert values.shape == grid.shape == (1, 1, 2)
    assert np.allclose(values, 1)
