"""The difference of two pictures of a lesion says how much its volume changed, whatever kernel, vessel or outline."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from ai.comparison.measured_alike import agreeing, measured_alike
from ai.comparison.paired_cubes import paired_cubes
from ai.comparison.seen import Seen
from ai.comparison.volume_difference import volume_difference
from ai.findings import Lesion
from ai.geometry import PointMm
from ai.model.looking import body_at
from ai.model.lung_bodies import Body
from ai.volume import Volume
from tests.support.nodule_scans import ball, knows, lung_with, rod
from tests.support.synthetic_analysis import sphere_mm3

HERE = PointMm(1.3, -0.7, 2.1)
MOVED = PointMm(2.6, -1.6, 3.0)
SOLID_HU, HAZE_HU = 30.0, -560.0


def seen(volume: Volume) -> Seen:
    """The scan, of which nothing is known."""
    return Seen(volume, knows(), None)


def blurred(volume: Volume, in_plane_voxels: float, slices: float = 0.0) -> Volume:
    """The scan by a softer kernel or of thicker slices."""
    soft = ndimage.gaussian_filter(volume.hu.astype(np.float32), (slices, in_plane_voxels, in_plane_voxels))
    return Volume(np.round(soft).astype(np.int16), volume.grid)


def body(volume: Volume, place: PointMm, diameter_mm: float) -> Body:
    """The body at a place."""
    found = body_at(place, diameter_mm, volume)
    assert found is not None
    return found


def difference(then: Volume, now: Volume, here: Body, there: Body) -> float:
    """The measured difference, mm³."""
    found = volume_difference(paired_cubes(here, there, seen(then), seen(now)), here.hazy)
    assert found is not None
    return found


@pytest.mark.parametrize(("diameter_mm", "hu"), [(5, SOLID_HU), (9, SOLID_HU), (16, SOLID_HU), (9, HAZE_HU)])
def test_what_did_not_change_differs_by_nothing_in_another_kernel(diameter_mm: float, hu: float) -> None:
    then = lung_with((ball(HERE, diameter_mm), hu))
    now = blurred(lung_with((ball(MOVED, diameter_mm), hu), seed=5), 1.1, 0.8)
    found = difference(then, now, body(then, HERE, diameter_mm), body(now, MOVED, diameter_mm))
    assert abs(found) < 0.08 * sphere_mm3(diameter_mm)


@pytest.mark.parametrize(
    ("before_mm", "after_mm", "hu"), [(5, 6, SOLID_HU), (8, 10, SOLID_HU), (14, 12, SOLID_HU), (10, 12, HAZE_HU)]
)
def test_growth_is_measured(before_mm: float, after_mm: float, hu: float) -> None:
    then = lung_with((ball(HERE, before_mm), hu))
    now = blurred(lung_with((ball(MOVED, after_mm), hu), seed=5), 1.1)
    found = difference(then, now, body(then, HERE, before_mm), body(now, MOVED, after_mm))
    true = sphere_mm3(after_mm) - sphere_mm3(before_mm)
    assert found == pytest.approx(true, abs=0.08 * sphere_mm3(max(before_mm, after_mm)))


def test_two_outlines_of_one_lesion_on_a_vessel_do_not_differ() -> None:
    """One outline holds a stretch of the vessel, the other does not; both middles lie apart."""
    things = (rod(HERE, 3.0), SOLID_HU), (ball(HERE, 8), SOLID_HU)
    then, now = lung_with(*things), lung_with(*things, seed=5)
    own = body(then, HERE, 8)
    long = np.asarray(ndimage.binary_dilation(own.mask, iterations=8)) & (then_on(then, own) > -400)
    long[: long.shape[0] // 2] = False
    long |= own.mask
    assert np.count_nonzero(long) > 1.1 * np.count_nonzero(own.mask)
    found = difference(then, now, replace(own, mask=long), body(now, HERE, 8))
    assert abs(found) < 0.05 * sphere_mm3(8)


def then_on(volume: Volume, found: Body) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """The scan's HU on the cubes of a body."""
    spots = np.indices(found.mask.shape).reshape(3, -1).T.astype(np.float64)
    there = volume.grid.indices(found.grid.points_mm(spots)).T
    return ndimage.map_coordinates(volume.hu.astype(np.float64), there, order=1).reshape(found.mask.shape)


def test_without_lung_around_nothing_is_said() -> None:
    then, now = lung_with((ball(HERE, 9), SOLID_HU)), lung_with((ball(HERE, 9), SOLID_HU), seed=5)
    own = body(then, HERE, 9)
    nowhere = np.zeros(then.hu.shape, dtype=bool), then.grid
    pair = paired_cubes(own, own, replace(seen(then), lung=nowhere), seen(now))
    assert volume_difference(pair, hazy=False) is None


def test_what_has_no_place_in_common_is_not_compared() -> None:
    then, now = lung_with((ball(HERE, 9), SOLID_HU)), lung_with((ball(HERE, 9), SOLID_HU), seed=5)
    pair = paired_cubes(body(then, HERE, 9), body(now, HERE, 9), seen(then), seen(now))
    apart = replace(pair, body_now=np.roll(pair.body_now, 14, axis=0))
    assert volume_difference(apart, hazy=False) is None


def test_the_volumes_shown_agree_with_the_difference_and_stay_near_what_was_measured() -> None:
    then, now = agreeing(100.0, 130.0, 0.0)
    assert now / then - 1 < 0.03
    assert 100 < then < now < 130
    assert agreeing(100.0, 200.0, 100.0) == pytest.approx((100.0, 200.0))


def test_neither_volume_becomes_nothing() -> None:
    assert min(agreeing(40.0, 60.0, 400.0)) >= 14.0
    assert min(agreeing(60.0, 40.0, -400.0)) >= 14.0


def test_where_both_cannot_be_bounded_alike_what_detection_bounded_is_compared() -> None:
    then, now = lung_with((ball(HERE, 10), SOLID_HU)), lung_with((ball(HERE, 10), SOLID_HU), seed=5)
    lesions = []
    for volume, poor_mm3 in ((then, 120.0), (now, 150.0)):
        found = body(volume, HERE, 10)
        lesions.append(
            Lesion(knows().findings[0].abnormality, HERE, (10, 10), poor_mm3, found.mean_hu, "", found.mask, found.grid)
        )
    first, second = measured_alike(lesions[0], lesions[1], seen(then), seen(now))
    assert second.volume_mm3 / first.volume_mm3 == pytest.approx(1.0, abs=0.05)
    assert 120 < first.volume_mm3 < 150
