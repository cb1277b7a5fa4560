"""From which probability a finding is called present."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from ai.findings import Setting
from ai.training.calibration import generous, present_from, tells
from ai.training.logistic import Fit, logistic_fit
from ai.training.statistics import Numbers


def by_loss(losses: Mapping[float, float]) -> dict[float, Fit]:
    """Return fits by shift that differ in their loss alone."""
    return {shift: Fit(1.0, 0.0, loss, np.zeros(0)) for shift, loss in losses.items()}


ABSENT = np.zeros(10)


def fit(bias: float, probabilities: Numbers) -> Fit:
    return Fit(gain=1.0, bias=bias, loss=0.0, probability=probabilities)


def test_nine_of_ten_without_it_stay_below() -> None:
    probabilities = np.linspace(0.2, 0.65, 10)
    threshold = present_from(fit(-2.0, probabilities), ABSENT)
    assert np.count_nonzero(probabilities < threshold) == 9


def test_a_breath_of_heat_is_no_finding() -> None:
    """All empty scans lie at the bias: the odds must have risen by 1.15, 0.2 / 0.8 · 1.15 = 0.2875."""
    bias = float(np.log(0.2 / 0.8))
    assert present_from(fit(bias, np.full(10, 0.2)), ABSENT) == pytest.approx(0.2875 / 1.2875)


def test_scans_with_it_have_no_say() -> None:
    probabilities, present = np.array([0.3] * 10 + [0.99] * 10), np.array([0.0] * 10 + [1.0] * 10)
    low = present_from(fit(-3.0, probabilities), present)
    assert low == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("setting", "least"), [(Setting.SENSITIVE, 0.05), (Setting.BALANCED, 0.15), (Setting.SPECIFIC, 0.25)]
)
def test_what_is_unlikely_is_never_called(setting: Setting, least: float) -> None:
    assert present_from(fit(-9.0, np.zeros(10)), ABSENT, setting) == least


def test_what_is_all_but_certain_is_called() -> None:
    assert present_from(fit(-1.0, np.full(10, 0.99)), ABSENT) == 0.95


def test_the_settings_are_in_order() -> None:
    probabilities = np.linspace(0.1, 0.6, 101)
    sensitive, balanced, specific = (
        present_from(fit(-6.0, probabilities), np.zeros(101), setting) for setting in Setting
    )
    assert [np.count_nonzero(probabilities < t) for t in (sensitive, balanced, specific)] == [75, 90, 97]


def test_of_shifts_that_tell_as_well_the_most_generous_is_taken() -> None:
    fits = by_loss({-2.0: 0.30, 0.0: 0.301, 1.0: 0.31, 2.0: 0.35})
    assert generous(fits, entropy=0.6) == 1.0


def test_healthy_lung_stays_dark_whatever_a_lower_bar_would_tell() -> None:
    fits = by_loss({0.0: 0.5, 1.0: 0.4, 2.0: 0.31, 3.0: 0.3, 4.0: 0.3})
    assert generous(fits, entropy=0.6) == 2.0


def test_a_label_that_no_bar_tells_keeps_its_own() -> None:
    fits = by_loss({-1.0: 0.34, 0.0: 0.34, 1.0: 0.345, 2.0: 0.335})
    assert generous(fits, entropy=0.34) == 0.0


def test_a_label_is_learned_where_some_bar_tells_more_than_its_frequency() -> None:
    assert tells(by_loss({0.0: 0.34, 1.0: 0.31}).values(), entropy=0.34)
    assert not tells(by_loss({0.0: 0.335, 1.0: 0.33}).values(), entropy=0.34)


def test_a_breath_of_evidence_of_a_label_that_was_never_excited_is_no_certainty() -> None:
    evidence, present = np.zeros(40), np.array([1.0] * 8 + [0.0] * 32)
    evidence[0] = 0.2
    curve = logistic_fit(evidence, present)
    assert 1 / (1 + np.exp(-(curve.bias + curve.gain * 1.0))) < 0.5
