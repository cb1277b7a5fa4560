"""Breath is followed: a known deformation is found again, both ways, without folds, and nothing moves that did not."""

from __future__ import annotations

import numpy as np
import pytest

from ai.change import Registration
from ai.comparison import register, register_deformable, register_rigid
from ai.geometry import Matrix, PointMm
from ai.progress import Cancelled
from ai.volume import Volume
from tests.support.synthetic_chest import chest, chest_grid, motion


def at_rest(places: Matrix) -> Matrix:
    """Breathe out: the bases rise by up to 16 mm, most of all behind; the front wall sinks by up to 5 mm."""
    rest = places.copy()
    depth = np.exp(-(((places[:, 2] + 60) / 70) ** 2))
    rest[:, 2] -= 12 * depth * (1 + 0.3 * np.tanh(places[:, 1] / 60))
    rest[:, 1] += 5 * np.exp(-(((places[:, 1] + 80) / 60) ** 2)) * np.exp(-((places[:, 2] / 120) ** 2))
    return rest


def lung_places() -> Matrix:
    """Return places within the lungs of the breathing patient, away from their walls."""
    places = np.random.default_rng(5).uniform((-105, -45, -50), (105, 55, 100), (4000, 3))
    inside = ((np.abs(places[:, 0]) - 75) / 40) ** 2 + ((places[:, 1] - 5) / 52) ** 2 + ((places[:, 2] - 22) / 85) ** 2
    return places[inside < 1]


@pytest.fixture(scope="module")
def breathing() -> tuple[Volume, Volume, Registration]:
    """Return prior, current after a rigid motion and a breath, other noise and spacing, and what was found."""
    prior = chest(chest_grid((3.0, 2.5, 2.5)), noise_hu=20)
    current = chest(chest_grid((2.5, 3.0, 3.0)), motion((1, -2, 3), (8, -6, 10)), noise_hu=30, at_rest=at_rest)
    return prior, current, register(prior, current)


def truth() -> tuple[Matrix, Matrix]:
    """Return places of the current scan and where they lie in the prior."""
    patient = lung_places()
    moved = motion((1, -2, 3), (8, -6, 10))
    return patient @ moved[:3, :3].T + moved[:3, 3], at_rest(patient)


def test_a_breath_is_followed(breathing: tuple[Volume, Volume, Registration]) -> None:
    prior, current, found = breathing
    here, there = truth()
    assert found.deformable
    errors = np.linalg.norm(found.to_prior(here) - there, axis=1)
    rigid = np.linalg.norm(register_rigid(prior, current).to_prior(here) - there, axis=1)
    assert np.median(errors) < 1.5
    assert np.percentile(errors, 95) < 4 < 0.5 * np.percentile(rigid, 95)


def test_both_directions_agree_and_nothing_folds(breathing: tuple[Volume, Volume, Registration]) -> None:
    _, _, found = breathing
    here, there = truth()
    assert np.linalg.norm(found.to_current(found.to_prior(here)) - here, axis=1).max() < 0.5
    assert np.median(np.linalg.norm(found.to_current(there) - here, axis=1)) < 1.5
    assert found.folds == 0
    point = found.point_in_prior(PointMm.of(here[0]))
    assert np.allclose(point.array(), found.to_prior(here[:1])[0])


def test_what_did_not_breathe_is_not_moved() -> None:
    true_motion = motion((2, 3, -4), (15, -10, 20))
    prior, current = chest(chest_grid(), noise_hu=30), chest(chest_grid((3.0, 3.0, 3.0)), true_motion, noise_hu=30)
    found = register(prior, current)
    patient = lung_places()
    errors = np.linalg.norm(found.to_current(patient) - (patient @ true_motion[:3, :3].T + true_motion[:3, 3]), axis=1)
    assert np.median(errors) < 0.7
    assert np.percentile(errors, 95) < 2


def test_a_lesion_that_came_pulls_nothing(breathing: tuple[Volume, Volume, Registration]) -> None:
    """A mass of 36 mm that the prior does not have: two centimetres beside it the map is as it was without."""
    prior, current, without = breathing
    here, _ = truth()
    middle = here[int(np.abs(here - here.mean(axis=0) - (60, 0, 0)).sum(axis=1).argmin())]
    voxels = np.argwhere(np.ones(current.grid.shape, dtype=bool)).astype(np.float64)
    mass = np.linalg.norm(current.grid.points_mm(voxels) - middle, axis=1).reshape(current.grid.shape) < 18
    hu = current.hu.copy()
    hu[mass] = 40
    found = register(prior, Volume(hu, current.grid))
    beside = np.linalg.norm(here - middle, axis=1)
    around = here[(beside > 38) & (beside < 60)]
    drawn = np.linalg.norm(found.to_prior(around) - without.to_prior(around), axis=1)
    assert np.median(drawn) < 1.0
    assert drawn.max() < 4


def test_it_can_be_stopped(breathing: tuple[Volume, Volume, Registration]) -> None:
    prior, current, found = breathing

    class Stops:
        def report(self, fraction: float, doing: str) -> None:
            if fraction > 0.5:
                raise Cancelled

    with pytest.raises(Cancelled):
        register_deformable(prior, current, found, Stops())


def test_the_same_answer_comes_twice(breathing: tuple[Volume, Volume, Registration]) -> None:
    prior, current, found = breathing
    again = register(prior, current)
    here, _ = truth()
    assert np.array_equal(again.to_prior(here), found.to_prior(here))
