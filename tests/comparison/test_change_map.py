"""Density and heat then and now: what changed stands out, what was only moved or breathed does not."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from ai.change import Registration
from ai.comparison import change_map, heat_change
from ai.findings import Heatmap
from ai.geometry import Matrix, PointMm
from ai.volume import Volume, axis_aligned

GRID = axis_aligned((40, 48, 48), (2.0, 2.0, 2.0), PointMm(-48, -48, 0))
STILL = Registration(np.eye(4), 1.0)


def body(noise_hu: float = 0.0, seed: int = 0) -> NDArray[np.float32]:
    """Return lung in a wall of soft tissue."""
    hu = np.full(GRID.shape, 40, np.float32)
    hu[6:-6, 8:-8, 8:-8] = -850
    return hu + np.random.default_rng(seed).normal(0, noise_hu, hu.shape).astype(np.float32)


def volume(hu: NDArray[np.float32]) -> Volume:
    """Return it as a scan."""
    return Volume(np.clip(np.rint(hu), -1024, 3000).astype(np.int16), GRID)


def test_what_came_is_positive_and_what_went_is_negative() -> None:
    then, now = body(15, 1), body(15, 2)
    then[20:26, 30:36, 14:20] = 40
    now[20:26, 14:20, 30:36] = 40
    found = change_map(volume(then), volume(now), STILL)
    assert found.grid == GRID
    assert found.values[22:24, 16:18, 32:34].min() > 600
    assert found.values[22:24, 32:34, 16:18].max() < -600
    quiet = np.ones(GRID.shape, dtype=bool)
    quiet[18:28, 12:22, 28:38] = quiet[18:28, 28:38, 12:22] = False
    assert np.abs(found.values[quiet]).max() < 60
    assert np.mean(np.abs(found.values[quiet]) > 20) < 0.003


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_an_edge_half_a_millimetre_off_is_no_change(axis: int) -> None:
    then = body()
    shift = np.eye(4)
    shift[axis, 3] = 0.5
    off = Registration(shift, 1.0)
    assert np.abs(change_map(volume(then), volume(then), off).values[2:-2, 2:-2, 2:-2]).max() < 20


def test_the_rim_of_what_grew_is_seen() -> None:
    """A nodule whose radius grew by 2.5 mm: half of the rim and more stands out."""
    places = GRID.points_mm(np.argwhere(np.ones(GRID.shape, dtype=bool)).astype(np.float64)).reshape(*GRID.shape, 3)
    far = np.linalg.norm(places - [10.0, 0.0, 40.0], axis=-1)
    then, now = body(10, 1), body(10, 2)
    then[far < 8] = 40
    now[far < 10.5] = 40
    rim = (far > 8) & (far < 10.5)
    assert np.mean(change_map(volume(then), volume(now), STILL).values[rim] > 20) > 0.5


def test_lung_that_only_breathed_in_is_no_change() -> None:
    """The chest is a fifth longer, its lung as much thinner: same mass in more room."""

    def towards_prior(points: Matrix) -> Matrix:
        return np.asarray(points * [1.0, 1.0, 1 / 1.2] + [0.0, 0.0, 6.5], dtype=np.float64)

    breathed = Registration(np.eye(4), 1.0, warp_to_current=lambda p: p, warp_to_prior=towards_prior)
    then, now = body(), body()
    now[6:-6, 8:-8, 8:-8] = -1000 + 150 / 1.2
    middle = (slice(12, 28), slice(16, 32), slice(16, 32))
    assert np.abs(change_map(volume(then), volume(now), breathed).values[middle]).max() < 8
    assert np.abs(change_map(volume(then), volume(now), STILL).values[middle] + 25).max() < 8


def test_where_the_prior_was_not_scanned_nothing_is_said() -> None:
    below = Registration(np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, -40], [0, 0, 0, 1.0]]), 1.0)
    now = body()
    now[30:34, 20:26, 20:26] = 40
    assert (change_map(volume(body()), volume(now), below).values[22:] == 0).all()


def test_the_change_of_heat_is_taken_at_corresponding_places() -> None:
    coarse = axis_aligned((20, 24, 24), (4.0, 4.0, 4.0), PointMm(-48, -48, 0))
    then, now = np.zeros(coarse.shape, np.float32), np.zeros(coarse.shape, np.float32)
    then[5, 10, 10], now[5, 10, 12], now[15, 4, 4] = 2.0, 3.0, 1.0
    moved = Registration(np.array([[1, 0, 0, 8.0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1.0]]), 1.0)
    found = heat_change(Heatmap(then, coarse, -3.0), Heatmap(now, coarse, -3.0), moved)
    assert np.isclose(found.values[5, 10, 12], 1.0)
    assert np.isclose(found.values[15, 4, 4], 1.0)
    assert np.isclose(np.abs(found.values).sum(), 2.0)
