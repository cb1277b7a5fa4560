"""A scan made small: the same tissue at every spacing, cut down to the patient where that is asked for."""

from __future__ import annotations

import numpy as np
import pytest

from ai.comparison.coarse import coarse, finer
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
