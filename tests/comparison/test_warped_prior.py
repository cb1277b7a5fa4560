"""The prior in the current scan's frame."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ai.comparison import warped_prior
from ai.geometry import PointMm
from ai.progress import Cancelled
from ai.volume import AIR_HU, Volume
from tests.support.grids import GRIDS, volume_with_cube
from tests.support.readings import grid_of, shift

CURRENT = grid_of((20, 40, 44), (2.5, 1.0, 1.0))
PRIOR = grid_of((30, 30, 30), (1.5, 1.5, 1.5), PointMm(-15.0, -20.0, -95.0))


def middle_mm(volume: Volume) -> PointMm:
    """The middle of all that is dense."""
    return PointMm.of(volume.grid.points_mm(np.argwhere(volume.hu > -200).astype(float)).mean(axis=0))


def test_a_cube_lies_where_the_registration_says_on_the_current_grid() -> None:
    there = PointMm(5.0, 2.0, -70.0)
    prior = volume_with_cube(PRIOR, there, 9.0)
    warped = warped_prior(prior, CURRENT, shift(left=3.0, posterior=-2.0, superior=4.0)).whole()
    assert warped.grid == CURRENT
    assert middle_mm(warped).distance_mm(middle_mm(prior).moved(3.0, -2.0, 4.0)) < 0.6


@pytest.mark.parametrize("name", GRIDS)
def test_any_two_orientations_are_laid_onto_each_other(name: str) -> None:
    prior = volume_with_cube(GRIDS[name], GRIDS[name].centre, 16.0)
    warped = warped_prior(prior, GRIDS["straight"], shift()).whole()
    assert middle_mm(warped).distance_mm(middle_mm(prior)) < 0.6


def test_the_same_scan_unmoved_stays_as_it_is() -> None:
    prior = volume_with_cube(CURRENT, CURRENT.centre, 12.0)
    assert np.abs(warped_prior(prior, CURRENT, shift()).whole().hu.astype(int) - prior.hu).max() <= 1


def test_a_deformable_map_is_followed() -> None:
    def stretched(points: np.ndarray) -> np.ndarray:
        return np.column_stack([points[:, :2], -75.0 + (points[:, 2] + 75.0) * 0.8])

    prior = volume_with_cube(PRIOR, PointMm(0.0, 0.0, -83.0), 8.0)
    found = warped_prior(prior, CURRENT, replace(shift(), warp_to_prior=stretched)).whole()
    assert middle_mm(found).superior == pytest.approx(-75.0 - 8.0 / 0.8, abs=1.3)


def test_it_is_what_the_map_says_voxel_by_voxel() -> None:
    """A density that is linear in space leaves nothing to sampling: what differs is the place, by a fifth of a mm."""

    def breathes(points: np.ndarray) -> np.ndarray:
        there = points.copy()
        there[:, 2] += 9.0 * np.exp(-(((points[:, 2] + 75.0) / 30.0) ** 2)) * np.cos(points[:, 0] / 25.0)
        there[:, 1] += 3.0 * np.sin(points[:, 1] / 30.0)
        return there

    along = np.array([11.0, -7.0, 5.0])
    wide = grid_of((120, 120, 120), (1.5, 1.5, 1.5), PointMm(-90.0, -90.0, -170.0))
    everywhere = wide.points_mm(np.argwhere(np.ones(wide.shape, dtype=bool)).astype(float))
    prior = Volume((everywhere @ along).round().astype(np.int16).reshape(wide.shape), wide)
    found = warped_prior(prior, CURRENT, replace(shift(), warp_to_prior=breathes)).whole().hu.astype(float)
    places = CURRENT.points_mm(np.argwhere(np.ones(CURRENT.shape, dtype=bool)).astype(float))
    off_hu = np.abs(found.ravel() - breathes(places) @ along)
    assert np.percentile(off_hu, 99) < 3.0
    assert off_hu.max() < 6.0


def test_beyond_the_prior_lies_air() -> None:
    prior = Volume(np.full(PRIOR.shape, 40, np.int16), PRIOR)
    assert (warped_prior(prior, CURRENT, shift(left=500.0)).whole().hu == AIR_HU).all()


def test_it_can_be_stopped() -> None:
    class Impatient:
        def report(self, fraction: float, doing: str) -> None:
            raise Cancelled

    with pytest.raises(Cancelled):
        warped_prior(Volume(np.zeros(PRIOR.shape, np.int16), PRIOR), CURRENT, shift()).whole(Impatient())


@pytest.mark.parametrize("axis", range(3))
def test_layers_looked_at_are_those_of_the_whole(axis: int) -> None:
    prior = volume_with_cube(PRIOR, PointMm(5.0, 2.0, -70.0), 9.0)
    warped = warped_prior(prior, CURRENT, shift(left=3.3, posterior=-2.1, superior=4.4))
    whole = warped.whole()
    middle = CURRENT.shape[axis] // 2
    for first, stop in (
        (0, 2),
        (middle, middle + 1),
        (middle, middle + 5),
        (CURRENT.shape[axis] - 2, CURRENT.shape[axis]),
    ):
        assert np.array_equal(warped.layers(axis, first, stop), whole.layers(axis, first, stop))


def test_the_voxel_under_the_cursor_is_that_of_the_whole() -> None:
    prior = volume_with_cube(PRIOR, PointMm(5.0, 2.0, -70.0), 9.0)
    warped = warped_prior(prior, CURRENT, shift(left=3.3))
    inside = PointMm(8.0, 2.0, -70.0)
    assert warped.hu_at(inside) == warped.whole().hu_at(inside) != AIR_HU
    assert warped.hu_at(PointMm(900.0, 0.0, 0.0)) is None


def test_a_layer_looked_at_twice_is_made_once_and_few_are_kept() -> None:
    deep = grid_of((2400, 60, 60), (0.1, 2.0, 2.0))
    prior = Volume(np.zeros(deep.shape, np.int16), deep)
    warped = warped_prior(prior, deep, shift())
    first = warped.layers(0, 0, 1)
    assert warped._layer(0, 0) is warped._layer(0, 0)
    for number in range(2400):
        warped.layers(0, number, number + 1)
    assert np.array_equal(warped.layers(0, 0, 1), first)
    assert sum(layer.nbytes for layer in warped._kept.values()) <= 2**24 < prior.hu.nbytes
