"""DeLong's test, against its definition written out pair by pair and against chance."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from ai.training.judging.delong import difference
from ai.training.statistics import auroc

Numbers = NDArray[np.float64]


def by_pairs(first: Numbers, second: Numbers, present: Numbers) -> tuple[float, float]:
    """Return (difference of areas, its standard error) by the kernel of the paper, over every pair."""
    areas, tens, ones = [], [], []
    for scores in (first, second):
        x, y = scores[present == 1], scores[present == 0]
        psi = np.array([[1.0 if a > b else 0.5 if a == b else 0.0 for b in y] for a in x])
        areas.append(psi.mean())
        tens.append(psi.mean(1))
        ones.append(psi.mean(0))
    s10, s01 = np.cov(tens), np.cov(ones)
    s = s10 / len(tens[0]) + s01 / len(ones[0])
    return areas[0] - areas[1], math.sqrt(s[0, 0] + s[1, 1] - 2 * s[0, 1])


@pytest.fixture
def scans() -> tuple[Numbers, Numbers, Numbers]:
    """Return two scores, with ties, of 60 scans and who is ill."""
    rng = np.random.default_rng(4)
    present = (rng.random(60) < 0.4).astype(float)
    return np.round(rng.normal(present, 1), 1), np.round(rng.normal(present * 0.5, 1), 1), present


def test_with_a_scan_a_patient_it_is_the_papers(scans: tuple[Numbers, Numbers, Numbers]) -> None:
    first, second, present = scans
    found = difference(first, second, present, [str(n) for n in range(60)])
    assert found is not None
    gap, error = by_pairs(first, second, present)
    assert found.first - found.second == pytest.approx(gap)
    assert found.error == pytest.approx(error)
    assert found.first == pytest.approx(auroc(first, present))
    assert found.second == pytest.approx(auroc(second, present))
    assert found.p == pytest.approx(math.erfc(abs(gap) / error / math.sqrt(2)))


def test_an_example_worked_out_by_hand() -> None:
    # Positives 3, 1 and negatives 2, 0: areas 3/4; reversed 1/4. Components: 1, 1/2 | 1/2, 1 and 0, 1/2 | 1/2, 0.
    scores, present = np.array([3.0, 1.0, 2.0, 0.0]), np.array([1.0, 1.0, 0.0, 0.0])
    found = difference(scores, -scores, present, list("abcd"))
    assert found is not None
    assert (found.first, found.second) == (0.75, 0.25)
    # The differences are 1, 0 | 0, 1: each group has the variance 1/2, halved by its size.
    assert found.error == pytest.approx(math.sqrt(0.5))


def test_copies_of_a_scan_do_not_make_it_surer(scans: tuple[Numbers, Numbers, Numbers]) -> None:
    once = difference(*scans, [str(n) for n in range(60)])
    first, second, present = (np.tile(part, 3) for part in scans)
    thrice = difference(first, second, present, [str(n) for n in range(60)] * 3)
    assert once is not None
    assert thrice is not None
    assert thrice.error == pytest.approx(once.error, rel=1e-6)


def test_the_same_scores_do_not_differ(scans: tuple[Numbers, Numbers, Numbers]) -> None:
    found = difference(scans[0], scans[0], scans[2], [str(n) for n in range(60)])
    assert found is not None
    assert (found.error, found.p) == (0.0, 1.0)


def test_undecided_scans_are_left_out(scans: tuple[Numbers, Numbers, Numbers]) -> None:
    first, second, present = scans
    patients = [str(n) for n in range(60)]
    more = difference(
        np.append(first, 9.0), np.append(second, -9.0), np.append(present, np.nan), [*patients, "another"]
    )
    assert more == difference(first, second, present, patients)


def test_by_chance_alone_one_in_twenty_is_called_different() -> None:
    rng = np.random.default_rng(0)
    called = 0
    for _ in range(300):
        ill = np.repeat((rng.random(40) < 0.5).astype(float), 2)
        own = np.repeat(rng.normal(0, 1, (2, 40)), 2, axis=1)
        scores = ill + own + rng.normal(0, 0.3, (2, 80))
        found = difference(scores[0], scores[1], ill, [str(n // 2) for n in range(80)])
        called += found is not None and found.p < 0.05
    assert 0.02 <= called / 300 <= 0.09


def test_one_patient_of_a_kind_is_no_test() -> None:
    scores, present = np.array([3.0, 2.0, 1.0, 0.0]), np.array([1.0, 1.0, 0.0, 0.0])
    assert difference(scores, -scores, present, ["a", "a", "b", "c"]) is None
