"""A scan made small: the same tissue at every spacing, cut down to the patient where that is asked for."""

from __future__ import annotations

import numpy as np
import pytest

from ai.comparison.coarse import _resampled, coarse, finer
from tests.support.synthetic_chest import chest, chest_grid

VOLUME = chest(chest_grid())


def test_the_patient_of_the_rough_copy_is_the_patient_of_the_finer_one() -> None:
    rough = coarse(VOLUME, 4.0)
    fine = finer(VOLUME, rough, 3.0)
    assert fine.grid.spacing_mm == pytest.approx((3.0, 3.0, 3.0))
    assert fine.body_mm3 == pytest.approx(rough.body_mm3, rel=0.02)
    assert (fine.hu[~fine.body] <= -1000).all()


def test_the_box_of_the_patient_keeps_places_and_densities() -> None:
    whole = coarse(VOLUME, 4.0)
    box = whole.of_body(8.0)
    assert box.body.sum() == whole.body.sum()
    assert np.prod(box.grid.shape) < 0.9 * np.prod(whole.grid.shape)
    inside = np.argwhere(box.body)[::501].astype(np.float64)
    there = np.round(whole.grid.indices(box.grid.points_mm(inside))).astype(int)
    assert np.array_equal(whole.hu[tuple(there.T)], box.hu[tuple(inside.astype(int).T)])
    assert whole.body[tuple(there.T)].all()


@pytest.mark.parametrize("flipped", [False, True])
def test_an_unturned_scan_is_sampled_as_one_turned_by_nothing_that_matters(flipped: bool) -> None:
    values = np.random.default_rng(3).normal(size=(20, 30, 25)).astype(np.float32)
    straight = np.diag([1.1, 0.9, -0.95 if flipped else 0.95, 1.0])
    straight[:3, 3] = [-1.4, 0.2, 23.0 if flipped else 0.6]
    turned = straight.copy()
    turned[0, 1] = 1e-7
    one, other = (_resampled(values, way, (18, 33, 26), -1000.0) for way in (straight, turned))
    assert np.abs(one - other).max() < 1e-3
    assert 0 < (one == -1000.0).mean() < 0.3
