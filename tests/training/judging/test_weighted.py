"""Figures of weighted cases are those of cases repeated so often, and known ones on cases worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from ai.training import statistics
from ai.training.judging import curves, weighted
from ai.training.judging.bootstrap import Figure, counts, figure

ONCE = np.ones((1, 6))
SCORES = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4])
PRESENT = np.array([1.0, 0.0, 1.0, 1.0, 0.0, 0.0])


def test_the_area_counts_pairs_in_order() -> None:
    # Positives .9, .7, .6 stand above 3, 2 and 2 of the three negatives.
    assert weighted.auroc(SCORES, PRESENT, ONCE)[0] == pytest.approx(7 / 9)
    assert weighted.auroc(np.zeros(6), PRESENT, ONCE)[0] == pytest.approx(0.5)


def test_average_precision_is_the_mean_over_the_positives() -> None:
    assert weighted.average_precision(SCORES, PRESENT, ONCE)[0] == pytest.approx((1 / 1 + 2 / 3 + 3 / 4) / 3)
    # All at one score: the precision there is the prevalence.
    assert weighted.average_precision(np.zeros(6), PRESENT, ONCE)[0] == pytest.approx(0.5)


def test_calibration_is_the_gap_of_each_bin() -> None:
    probabilities = np.array([0.91, 0.93, 0.11, 0.13])
    present = np.array([1.0, 0.0, 0.0, 0.0])
    expected = (abs(0.92 - 0.5) + abs(0.12 - 0.0)) / 2
    assert weighted.calibration_error(probabilities, present, np.ones((1, 4)))[0] == pytest.approx(expected)


def test_a_weight_is_as_many_cases() -> None:
    rng = np.random.default_rng(2)
    scores, present = np.round(rng.random(60), 1), (rng.random(60) < 0.4).astype(float)
    times = rng.integers(0, 4, 60)
    again = np.repeat(np.arange(60), times)
    rows = times[None].astype(float)
    assert weighted.auroc(scores, present, rows)[0] == pytest.approx(statistics.auroc(scores[again], present[again]))
    error = statistics.calibration_error(scores[again], present[again])
    assert weighted.calibration_error(scores, present, rows)[0] == pytest.approx(error)


def test_what_cannot_be_judged_is_nan() -> None:
    without = np.array([[1.0, 0.0, 1.0, 1.0, 0.0, 0.0], [0.0] * 6])
    for of in (weighted.auroc, weighted.average_precision):
        assert np.isnan(of(SCORES, PRESENT, without)).all()


def test_scans_of_a_patient_come_and_stay_together() -> None:
    rows = counts(["a", "b", "a", "c", "b", "a"], draws=50)
    assert rows.shape == (51, 6)
    assert (rows[0] == 1).all()
    assert (rows[:, 0] == rows[:, 2]).all()
    assert (rows[:, 0] == rows[:, 5]).all()
    assert (rows[1:, [0, 1, 3]].sum(1) == 3).all()
    assert len(np.unique(rows[1:, 0])) > 2
    assert np.array_equal(rows, counts(["a", "b", "a", "c", "b", "a"], draws=50))


def test_an_interval_of_a_mean_is_what_theory_says() -> None:
    values = np.random.default_rng(1).normal(5, 2, 400)
    found = figure(weighted.mean(values, counts([str(n) for n in range(400)])))
    assert found.value == pytest.approx(values.mean())
    # Standard error .1 times 1.96 on either side.
    half = 1.96 * values.std() / 20
    assert found.low == pytest.approx(values.mean() - half, abs=0.03)
    assert found.high == pytest.approx(values.mean() + half, abs=0.03)


def test_repeated_scans_of_few_patients_do_not_make_it_surer() -> None:
    values = np.random.default_rng(1).normal(0, 1, 30)
    alone = figure(weighted.mean(values, counts([str(n) for n in range(30)])))
    often = figure(weighted.mean(np.tile(values, 10), counts([str(n) for n in range(30)] * 10)))
    assert often.high - often.low == pytest.approx(alone.high - alone.low, rel=0.01)


def test_an_interval_needs_most_draws() -> None:
    few = figure(np.array([0.5, 0.4, np.nan, np.nan, np.nan]))
    assert few.value == 0.5
    assert np.isnan(few.low)
    assert not few.above_zero
    assert Figure(0.2, 0.1, 0.3).above_zero
    assert Figure(-0.2, -0.3, -0.1).below_zero


def test_a_curve_goes_through_its_corners() -> None:
    expected = ((0, 0), (0, 1 / 3), (1 / 3, 1 / 3), (1 / 3, 2 / 3), (1 / 3, 1), (2 / 3, 1), (1, 1))
    assert np.allclose(curves.roc(SCORES, PRESENT), expected)
    tied = curves.roc(np.array([1.0, 1.0, 0.0, 2.0]), np.array([1.0, 0.0, 0.0, np.nan]))
    assert tied == ((0.0, 0.0), (0.5, 1.0), (1.0, 1.0))


def test_reliability_has_a_point_for_each_bin_with_cases() -> None:
    points = curves.reliability(np.array([0.91, 0.93, 0.11, 1.0]), np.array([1.0, 0.0, 0.0, 1.0]))
    assert np.allclose(points, ((0.11, 0.0), ((0.91 + 0.93 + 1.0) / 3, 2 / 3)))
