"""The pooling that explains presence best is chosen, and only where it does so clearly."""

from __future__ import annotations

import numpy as np
import pytest

from ai.model.pooling import SUM
from ai.training.pooling_choice import POOLINGS, chosen, most_generous, rescaled
from tests.support.bright_network import random_network


def totals(noise: tuple[float, ...], scans: int = 60, labels: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Return totals by so many poolings, each of other noise about what is there, and what is there."""
    rng = np.random.default_rng(1)
    present = (rng.random((scans, labels)) < 0.4).astype(np.float64)
    columns = [10 * present + rng.normal(0, sigma, present.shape) + 20 for sigma in noise]
    return np.stack(columns, -1), present


def test_the_one_that_tells_presence_best_is_chosen() -> None:
    assert chosen(*totals((20.0, 12.0, 3.0, 12.0))) == 2


def test_without_a_clear_advantage_all_stays_as_it_was() -> None:
    evidence, present = totals((4.0,))
    again = evidence + np.random.default_rng(2).normal(0, 0.05, evidence.shape)
    assert chosen(np.concatenate([evidence, again], -1), present) == 0


def test_labels_of_which_too_little_is_known_have_no_say() -> None:
    evidence, present = totals((20.0, 3.0))
    present[:, :] = np.nan
    assert chosen(evidence, present) == 0


def test_of_poolings_that_tell_as_well_the_one_that_counts_the_faintest_places_is_taken() -> None:
    """The fourth and fifth, lowered by nothing and by 1, tell alike; the sixth, by 2, tells less."""
    evidence, present = totals((20.0, 20.0, 20.0, 3.0, 3.0, 12.0, 20.0, 20.0, 20.0))
    evidence[:, :, 4] = evidence[:, :, 3] + 0.001
    assert [POOLINGS[n].lowered for n in (3, 4, 5)] == [0.0, 1.0, 2.0]
    assert most_generous(evidence, present) == 4
    evidence[:, :, 4] = 20.0
    assert most_generous(evidence, present) == 3


def test_without_enough_cases_evidence_stays_a_sum() -> None:
    evidence, present = totals((3.0,) * 9, scans=6)
    assert POOLINGS[most_generous(evidence, present)] == SUM


def test_what_cannot_be_fitted_means_what_it_meant() -> None:
    network = random_network(3)
    gains = network.log_gain.detach().exp().double().numpy()
    before = np.random.default_rng(4).uniform(1, 50, (20, 3))
    before[:, 2] = 0.0
    after = before * [0.1, 7.0, 1.0]
    rescaled(network, before, after)
    again = network.log_gain.detach().exp().double().numpy()
    assert again * after == pytest.approx(gains * before, rel=1e-5)
    assert again[2] == pytest.approx(gains[2])
