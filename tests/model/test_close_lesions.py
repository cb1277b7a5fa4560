"""Of candidates only those that the close look holds for sure become instances, each measured, none twice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from ai.anatomy import Lungs
from ai.findings import Lesion, Setting, sigmoid
from ai.geometry import PointMm
from ai.model import analyse
from ai.model.close_lesions import _parts, close_lesions
from ai.model.preparation import Prepared
from ai.model.seeing import Seen
from ai.vocabulary import abnormality
from ai.volume import Volume, axis_aligned
from tests.model.test_analyse import bead_place, with_bead
from tests.support.bright_network import bright_bundle
from tests.support.close_network import STEPS, Told
from tests.support.nodule_scans import ball, lung_with
from tests.support.thorax import healthy, volume_of

NODULE = abnormality("nodule")
CELLS = axis_aligned((15, 16, 16), (4.0, 4.0, 4.0), PointMm(-30, -30, -28))
ONE, OTHER = PointMm(-10, -2, 0), PointMm(10, 6, 4)


def lesions(volume: Volume, look: Told, *places: tuple[PointMm, float]) -> tuple[Lesion, ...]:
    """Measure what a close look leaves of places with these logits."""
    layer = np.full(CELLS.shape, -8.0, dtype=np.float32)
    for place, logit in places:
        cell = tuple(int(n) for n in np.round(CELLS.indices(place.array()[None]))[0])
        around = tuple(slice(n - 1, n + 2) for n in cell)
        layer[around] = np.maximum(layer[around], logit - 1.5)
        layer[cell] = logit
    seen = Seen(np.maximum(layer, 0)[None], None, CELLS, "cpu", (), np.zeros(1), np.ones(1), (True,), {0: layer})
    everywhere = np.ones(CELLS.shape, dtype=np.uint8)
    air = torch.full((1, 1, 32, 32, 32), -860.0)
    prepared = Prepared(air, CELLS, Lungs(everywhere, everywhere.astype(bool), CELLS))
    return close_lesions(NODULE, 0, look, seen, volume, prepared)


def two_balls() -> Volume:
    """Return lung with a ball of 8 mm and one of 6 mm."""
    return lung_with((ball(ONE, 8.0), 30.0), (ball(OTHER, 6.0), 30.0))


@pytest.mark.parametrize("logit", [5.0, -2.0], ids=["with heat", "without heat"])
def test_a_sure_candidate_is_an_instance_with_or_without_heat(logit: float) -> None:
    (found,) = lesions(two_balls(), Told(2.0), (ONE, logit))
    assert found.centre.distance_mm(ONE) < 1.5
    assert found.volume_mm3 == pytest.approx(np.pi / 6 * 8**3, rel=0.25)
    assert found.confidence == pytest.approx(sigmoid(2.0))


def test_an_unsure_one_is_none_however_strong_its_heat() -> None:
    assert lesions(two_balls(), Told(-3.0), (ONE, 30.0), (OTHER, 30.0)) == ()


def test_two_bodies_in_one_heat_are_two() -> None:
    between = PointMm(0, 2, 2)
    found = lesions(two_balls(), Told(2.0), (ONE, 9.0), (OTHER, 8.0), (between, 2.0))
    assert {min((ONE, OTHER, between), key=lesion.centre.distance_mm) for lesion in found} == {ONE, OTHER}


def test_two_candidates_of_one_body_are_one() -> None:
    volume = lung_with((ball(PointMm(0, 0, 0), 22.0), 30.0))
    assert len(lesions(volume, Told(2.0), (PointMm(-6, 0, 0), 20.0), (PointMm(6, 0, 0), 20.0))) == 1


def test_a_candidate_beside_heat_that_is_all_anothers_is_still_looked_at() -> None:
    heat = np.zeros((8, 8, 8), dtype=np.float32)
    heat[4, 4, 4] = 1.0
    places = np.where(heat > 0, 1.0, -3.0).astype(np.float32)
    own, beside = _parts(np.array([[4, 4, 4], [4, 4, 5]]), places, heat)
    assert np.argwhere(own).tolist() == [[4, 4, 4]]
    assert beside[4, 4, 5]


def test_where_nothing_is_denser_than_lung_there_is_none() -> None:
    assert lesions(lung_with(), Told(2.0), (ONE, 20.0)) == ()


def test_a_sure_instance_makes_the_finding_present_and_leaves_probability_and_heat() -> None:
    plain = analyse(with_bead(), bright_bundle(gain=1e-4), "cpu").finding("nodule")
    looked = analyse(with_bead(), replace(bright_bundle(gain=1e-4), close_look=Told(2.0)), "cpu").finding("nodule")
    assert plain is not None
    assert looked is not None
    assert not plain.present
    assert plain.lesions == ()
    assert looked.present
    assert looked.surely_seen
    assert (looked.probability, looked.logit) == (plain.probability, plain.logit)
    assert np.array_equal(looked.heatmap.values, plain.heatmap.values)
    assert min(lesion.centre.distance_mm(bead_place()) for lesion in looked.lesions) < 3.0
    assert looked.instance_thresholds == STEPS
    sure = sigmoid(2.0)
    assert [looked.at(setting).present for setting in Setting] == [sure >= STEPS.at(s) for s in Setting]


def test_only_the_labels_own_candidates_are_looked_at() -> None:
    look = Told(2.0)
    found = analyse(with_bead(), replace(bright_bundle(), close_look=look), "cpu")
    asked = np.array(vars(look)["asked"])
    assert np.linalg.norm(asked - bead_place().array(), axis=1).min() < 16.0
    mass = found.finding("mass")
    assert mass is not None
    assert mass.instance_thresholds is None
    assert not mass.surely_seen


def test_a_healthy_chest_has_no_candidate_in_vain() -> None:
    look = Told(-5.0)
    found = analyse(volume_of(healthy()), replace(bright_bundle(), close_look=look), "cpu").finding("nodule")
    assert found is not None
    assert not found.lesions
    assert not found.present
