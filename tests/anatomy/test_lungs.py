"""Lungs are found where the drawn patient has them, on the right side, without the windpipe."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from ai.anatomy import Lungs, find_lungs
from ai.phantom.canvas import Canvas
from ai.phantom.case import thorax_of
from ai.volume import VoxelGrid
from tests.support.thorax import healthy, overlap, water_box


def found_in(canvas: Canvas) -> Lungs:
    lungs = find_lungs(canvas.hu.numpy(), canvas.grid)
    assert lungs is not None
    return lungs


def drawn(canvas: Canvas) -> NDArray[np.bool_]:
    return np.asarray(canvas.lung.numpy())


@pytest.fixture(scope="module")
def lungs() -> Lungs:
    return found_in(healthy())


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_the_drawn_lungs_are_found(seed: int) -> None:
    canvas = healthy(seed)
    lungs = found_in(canvas)
    assert overlap(lungs.mask, drawn(canvas)) >= 0.95
    assert lungs.volume_ml == pytest.approx(np.count_nonzero(drawn(canvas)) * 0.064, rel=0.08)


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_right_is_right_and_left_is_left(seed: int) -> None:
    canvas = healthy(seed)
    lungs = found_in(canvas)
    inside = lungs.mask & drawn(canvas)
    said = np.where(canvas.right.numpy(), 1, 2)
    assert (lungs.sides == said)[inside].mean() > 0.8595
    left_mm = canvas.grid.points_mm(np.argwhere(lungs.sides == 1).astype(np.float64))[:, 0]
    assert left_mm.mean() < -30


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_the_windpipe_is_no_lung(seed: int) -> None:
    canvas = thorax_of(seed, 2.5)
    lungs = found_in(canvas)
    for share in (0.5, 0.65, 0.8):
        (up, back, left), _ = canvas.landmarks.airways[0].course.at(share)
        voxel = canvas.grid.nearest(canvas.origin.moved(left, back, up))
        assert voxel is not None
        assert canvas.hu[voxel] < -850
        assert lungs.sides[voxel] == 0
        assert lungs.body[voxel]


def test_a_table_is_no_body(lungs: Lungs) -> None:
    canvas = healthy()
    hu = np.pad(canvas.hu.numpy(), ((0, 0), (0, 12), (0, 0)), constant_values=-1000.0)
    hu[:, -4:-2, :] = 200.0
    found = find_lungs(hu, VoxelGrid((hu.shape[0], hu.shape[1], hu.shape[2]), canvas.grid.affine))
    assert found is not None
    assert not found.body[:, -4:, :].any()
    assert overlap(found.body[:, :-12], lungs.body) > 0.99


def test_a_small_dense_spot_at_the_edge_still_counts_as_lung() -> None:
    canvas = thorax_of(3, 2.5).copy()
    lungs = found_in(canvas)
    up, back, left = canvas.axes()
    beside = np.argwhere((lungs.sides == 1) & (canvas.depth_mm.numpy() > 3) & (canvas.depth_mm.numpy() < 6))
    middle = beside[np.argmin(beside[:, 2])] * canvas.spacing_mm
    ball = (up - middle[0]) ** 2 + (back - middle[1]) ** 2 + (left - middle[2]) ** 2 < 4**2
    canvas.hu[ball] = 40.0
    inside = ball.numpy() & drawn(canvas)
    assert found_in(canvas).mask[inside].mean() > 0.85


def test_no_lungs_in_water_and_none_in_air() -> None:
    box = water_box()
    assert find_lungs(box.hu.astype(np.float32), box.grid) is None
    assert find_lungs(np.full(box.grid.shape, -1000.0, dtype=np.float32), box.grid) is None


def test_one_lung_is_named_for_its_side() -> None:
    canvas = healthy()
    canvas.hu[canvas.lung & ~canvas.right] = 40.0
    sides = found_in(canvas).sides
    assert (sides == 1).any()
    assert np.count_nonzero(sides == 2) < 0.05 * np.count_nonzero(sides == 1)


def test_locations_name_side_and_third(lungs: Lungs) -> None:
    for side, word in ((1, "right"), (2, "left")):
        spots = np.argwhere(lungs.sides == side)
        low, high = spots[:, 0].min(), spots[:, 0].max()
        for share, third in ((0.1, "lower"), (0.5, "mid"), (0.9, "upper")):
            level = spots[spots[:, 0] == round(low + share * (high - low))]
            s, r, c = (float(v) for v in level[len(level) // 2])
            assert lungs.location((s, r, c)) == f"{word}_{third}"


def test_a_place_outside_is_named_for_the_nearer_lung(lungs: Lungs) -> None:
    levels = np.flatnonzero(lungs.mask.any(axis=(1, 2)))
    middle = float(levels.mean())
    rows = lungs.grid.shape[1]
    assert lungs.location((middle, rows / 2, -500.0)) == "right_mid"
    assert lungs.location((middle, rows / 2, 5000.0)) == "left_mid"
    assert lungs.location((1e4, rows / 2, 0.0)) == "right_upper"


def test_the_box_holds_both_lungs_with_a_margin(lungs: Lungs) -> None:
    box = lungs.box(20.0)
    assert lungs.mask[box].sum() == lungs.mask.sum()
    for part, axis in zip(box, range(3), strict=True):
        others = tuple(a for a in range(3) if a != axis)
        filled = np.flatnonzero(lungs.mask.any(axis=others))
        assert part.start == max(0, filled[0] - 5)
        assert part.stop == min(lungs.grid.shape[axis], filled[-1] + 1 + 5)
