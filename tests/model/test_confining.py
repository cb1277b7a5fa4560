"""Evidence for findings of the lungs counts in lung or near it; the rest is left out of logit and heat alike."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from ai.model.bundle import Bundle, load_bundle, save_bundle
from ai.model.confining import confine, confined, near_lung
from ai.model.pooling import Pooling
from ai.model.preparation import prepare
from ai.model.seeing import STRIDE, see
from ai.organs import ORGANS, code_of
from tests.support.bright_network import bright_bundle, described, random_network
from tests.support.thorax import healthy, volume_of

CPU = torch.device("cpu")
SHAPE = (20, 24, 28)


def scores(codes: np.ndarray) -> np.ndarray:
    """Return what a network says that names these organs."""
    said = np.zeros((1 + len(ORGANS), *codes.shape), dtype=np.float32)
    np.put_along_axis(said, codes[None].astype(np.int64), 5.0, axis=0)
    return said


def one_cell(organ: str) -> np.ndarray:
    """Return codes with a single cell of an organ."""
    codes = np.zeros(SHAPE, dtype=np.uint8)
    codes[10, 12, 14] = code_of(organ)
    return codes


def test_findings_of_lungs_and_airways_are_confined_and_no_others() -> None:
    labels = ("groundglass", "pleural_effusion", "tree_in_bud", "fracture", "pericardial_effusion", "nodule")
    assert confined(labels) == (0, 2, 5)


@pytest.mark.parametrize("organ", ["right_mid", "left_lower"])
def test_twelve_millimetres_around_a_lobe_are_near(organ: str) -> None:
    near = near_lung(scores(one_cell(organ)), None, 4.0)
    away = np.linalg.norm(np.indices(SHAPE).T - (10, 12, 14), axis=-1).T * 4.0
    assert np.array_equal(near, away <= 12.0)


def test_the_heart_is_no_lung_and_air_is_whatever_the_network_says() -> None:
    said = scores(one_cell("heart"))
    assert not near_lung(said, None, 4.0).any()
    aerated = np.zeros(SHAPE, dtype=bool)
    aerated[3, 3, 3] = True
    assert near_lung(said, aerated, 4.0)[3, 3, 6]
    assert not near_lung(said, aerated, 4.0)[3, 3, 7]


def test_only_the_labels_named_lose_what_lies_away() -> None:
    places = torch.ones(3, *SHAPE)
    confine(places, (0, 2), scores(one_cell("left_upper")), None, 4.0)
    assert (places[1] == 1).all()
    assert places[0, 10, 12, 14] == 1
    assert torch.isneginf(places[0, 0, 0, 0])
    assert torch.equal(places[0], places[2])


def test_without_organs_nothing_is_left_out() -> None:
    places = torch.ones(2, *SHAPE)
    confine(places, (0, 1), None, None, 4.0)
    assert (places == 1).all()


@pytest.mark.parametrize("pooling", [Pooling(), Pooling(3.0, 1.0)])
def test_a_confined_reading_is_the_other_without_what_lies_away_and_adds_up(pooling: Pooling) -> None:
    ready, network = prepare(volume_of(healthy()), 2.0), random_network(1)
    assert network.organ_head is not None
    network.pooling = pooling
    torch.nn.init.zeros_(network.organ_head.weight)  # it names none, so that lung is what holds air
    free, kept = see(ready, network, CPU), see(ready, network, CPU, confined=(0,))
    assert free.organs is not None
    near = near_lung(free.organs, ready.lungs.mask[::STRIDE, ::STRIDE, ::STRIDE], 4.0)
    assert not near.all()
    assert free.heat[0, ~near].max() > 0
    assert kept.heat[0, ~near].max() == 0
    assert np.array_equal(kept.heat[1:], free.heat[1:])
    places = torch.from_numpy(see(ready, network, CPU, places_of=(0,), confined=(0,)).places[0])[None]
    total = float(network.pooling.total(places)[0])
    assert float(kept.heat[0].sum(dtype=np.float64)) == pytest.approx(kept.gain[0] * total, rel=1e-5)


def test_a_bundle_says_whether_its_labels_are_confined(tmp_path: Path) -> None:
    assert bright_bundle().confined == ()
    save_bundle(random_network(2), replace(described(), confined=True), tmp_path)
    bundle: Bundle = load_bundle(tmp_path)
    assert bundle.confined == (0, 1, 2)
