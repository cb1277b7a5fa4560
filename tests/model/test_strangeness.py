"""Distances of features whose distribution is known."""

from __future__ import annotations

import json

import numpy as np
import pytest
from numpy.typing import NDArray

from ai.model import ModelError
from ai.model.strangeness import Familiar, fit

SPREAD = np.array([[2.0, 0.0, 0.0], [1.5, 1.0, 0.0], [0.0, 0.0, 0.1]])
MEAN = np.array([10.0, -3.0, 0.5])


def known(count: int = 4000, seed: int = 0) -> NDArray[np.float64]:
    return np.asarray(np.random.default_rng(seed).normal(size=(count, 3)) @ SPREAD.T + MEAN)


@pytest.fixture(scope="module")
def familiar() -> Familiar:
    return fit(known(), shrinkage=0.0)


def test_distance_is_counted_in_standard_deviations(familiar: Familiar) -> None:
    """Along each axis of the Gaussian one standard deviation is a distance of 1, whatever the axes' lengths."""
    for axis in SPREAD.T:
        assert familiar.strangeness(MEAN + 3 * axis).distance == pytest.approx(3.0, rel=0.05)
    assert familiar.strangeness(MEAN).distance == pytest.approx(0.0, abs=0.1)


def test_percentile_is_the_share_of_known_scans_that_lie_nearer(familiar: Familiar) -> None:
    """The distance in three dimensions follows a chi distribution: its median is 1.538, its 99th percentile 3.368."""
    for distance, share in ((1.538, 0.5), (2.500, 0.9), (3.368, 0.99)):
        found = familiar.strangeness(MEAN + distance * SPREAD[:, 0])
        assert found.percentile == pytest.approx(share, abs=0.02)
    assert familiar.strangeness(MEAN + 3.368 * SPREAD[:, 2]).beyond == pytest.approx(1.0, abs=0.06)


def test_fresh_scans_of_the_same_kind_are_not_strange() -> None:
    """Forty scans of twenty features: distances of the fitted ones would call every fresh scan strange."""
    rng = np.random.default_rng(3)
    familiar = fit(rng.normal(size=(40, 20)))
    fresh = [familiar.strangeness(row).percentile for row in rng.normal(size=(200, 20))]
    assert 0.3 < np.mean(np.array(fresh) < 0.5) < 0.7


def test_a_combination_that_never_occurred_is_strange(familiar: Familiar) -> None:
    """Both features are usual, together they are not: they rise together in all known scans."""
    usual, odd = MEAN + np.array([2.0, 1.5, 0.0]), MEAN + np.array([2.0, -1.5, 0.0])
    assert familiar.strangeness(usual).percentile < 0.5
    assert familiar.strangeness(odd).percentile > 0.9


def test_a_feature_that_never_varied_does_not_break_it() -> None:
    rows = known()[:100]
    rows[:, 2] = 7.0
    found = fit(rows).strangeness(np.array([10.0, -3.0, 7.0]))
    assert found.percentile < 0.2


def test_it_is_stored_as_plain_numbers(familiar: Familiar) -> None:
    back = Familiar.of(json.loads(json.dumps(familiar.stored())))
    place = MEAN + np.array([1.0, 2.0, 0.1])
    assert back.strangeness(place).distance == pytest.approx(familiar.strangeness(place).distance, rel=1e-4)


@pytest.mark.parametrize(
    "change",
    [
        {"mean": [1.0]},
        {"precision": [[1.0]]},
        {"distances": [3.0, 1.0]},
        {"distances": []},
        {"mean": "three"},
        {"mean": [float("nan")] * 3},
    ],
)
def test_what_does_not_fit_is_refused(familiar: Familiar, change: dict[str, list[float]]) -> None:
    with pytest.raises(ModelError, match="known scans"):
        Familiar.of({**familiar.stored(), **change})
    with pytest.raises(ModelError, match="known scans"):
        Familiar.of({})


def test_too_few_scans_are_refused() -> None:
    with pytest.raises(ModelError, match="At least 10 scans"):
        fit(known(9))


def test_other_features_are_refused(familiar: Familiar) -> None:
    with pytest.raises(ModelError, match="cannot be compared"):
        familiar.strangeness(np.zeros(4))
