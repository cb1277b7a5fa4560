"""What was found: evidence adds up, and thresholds decide what is said."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai.findings import NEVER, Analysis, Finding, Heatmap, Lesion, ModelCard, Peak, Setting, Thresholds, sigmoid
from ai.geometry import PointMm
from ai.vocabulary import abnormality
from ai.volume import GridError, axis_aligned

GRID = axis_aligned((8, 9, 10), (8.0, 8.0, 8.0), PointMm(0, 0, 0))
CARD = ModelCard("interval-test", "0", "0" * 64, "nothing")


def heatmap(evidence: float, bias: float = -4.0) -> Heatmap:
    values = np.zeros(GRID.shape, np.float32)
    values[3, 4, 5] = evidence
    return Heatmap(values, GRID, bias)


def finding(probability: float, threshold: float = 0.5, name: str = "nodule") -> Finding:
    return Finding(abnormality(name), probability, threshold, 0.0, heatmap(1.0))


def test_the_logit_is_the_bias_and_all_evidence() -> None:
    assert heatmap(6.5).logit == 2.5
    assert heatmap(0.0).logit == -4.0


def test_a_hundred_thousand_small_contributions_are_not_lost_in_single_precision() -> None:
    grid = axis_aligned((50, 50, 40), (4, 4, 4), PointMm(0, 0, 0))
    exact = np.float32(1e-3) * np.float64(100_000)
    assert Heatmap(np.full(grid.shape, 1e-3, np.float32), grid, 0.0).logit == pytest.approx(float(exact), abs=1e-4)


def test_a_heatmap_cannot_be_written_and_must_fit_its_grid() -> None:
    with pytest.raises(ValueError, match="read-only"):
        heatmap(1.0).values[0, 0, 0] = 1
    with pytest.raises(GridError, match="does not fit"):
        Heatmap(np.zeros((1, 2, 3), np.float32), GRID, 0.0)


@pytest.mark.parametrize(("probability", "present"), [(0.49, False), (0.5, True), (0.51, True)])
def test_present_begins_at_the_threshold(probability: float, present: bool) -> None:
    assert finding(probability).present is present


def test_what_was_not_learned_is_never_called_present() -> None:
    certain = finding(1.0, threshold=NEVER)
    assert not certain.learned
    assert not certain.present
    assert all(Thresholds.never().at(setting) == NEVER for setting in Setting)
    assert Thresholds.never().in_order


def test_an_instance_looked_at_closely_makes_a_finding_present_by_itself() -> None:
    steps = Thresholds(0.2, 0.5, 0.8)
    lesion = Lesion(abnormality("nodule"), PointMm(0, 0, 0), (9.0, 6.0), 250.0, -20.0, "right_upper", confidence=0.6)
    plain = replace(finding(0.1), lesions=(lesion,))
    assert not plain.surely_seen  # nobody looked closely: its confidence says where it lies, not that it is there
    looked = replace(plain, instance_thresholds=steps)
    assert [looked.at(setting).present for setting in Setting] == [True, True, False]
    assert looked.at(Setting.SPECIFIC).instance_threshold == 0.8
    assert not replace(looked, threshold=NEVER).at(Setting.BALANCED).present
    unsure = replace(looked, lesions=(replace(lesion, confidence=math.nan),))
    assert not unsure.at(Setting.SENSITIVE).present


def test_where_to_look_first() -> None:
    kind = abnormality("nodule")
    unsure = Lesion(kind, PointMm(1, 0, 0), (9.0, 6.0), 250.0, -20.0, "right_upper", confidence=0.3)
    sure = replace(unsure, centre=PointMm(2, 0, 0), confidence=0.9)
    peaks = (Peak(PointMm(3, 0, 0), 1.0), Peak(PointMm(4, 0, 0), 2.0))
    assert finding(0.9).place is None
    assert replace(finding(0.9), lesions=(unsure, sure)).place == sure.centre
    assert replace(finding(0.9), lesions=(sure,), peaks=peaks).place == PointMm(4, 0, 0)
    alone = replace(finding(0.1), lesions=(unsure, sure), peaks=peaks, instance_threshold=0.8)
    assert alone.place == sure.centre
    assert replace(alone, probability=0.9).place == PointMm(4, 0, 0)


def test_the_diameter_is_the_mean_of_both_axes() -> None:
    lesion = Lesion(abnormality("nodule"), PointMm(0, 0, 0), (9.0, 6.0), 250.0, -20.0, "right_upper")
    assert lesion.diameter_mm == 7.5


def test_an_analysis_finds_by_name_and_knows_what_it_does_not_know() -> None:
    analysis = Analysis((finding(0.9), finding(0.1, name="mass")), CARD, "cpu", 1.0)
    found = analysis.finding("mass")
    assert found is not None
    assert found.probability == 0.1
    assert analysis.finding("emphysema") is None


@given(st.floats(-700, 700))
def test_the_logistic_function_is_a_probability_and_symmetric(logit: float) -> None:
    assert 0.0 <= sigmoid(logit) <= 1.0
    assert sigmoid(logit) + sigmoid(-logit) == pytest.approx(1.0)


def test_known_values_of_the_logistic_function() -> None:
    assert sigmoid(0.0) == 0.5
    assert sigmoid(math.log(3)) == pytest.approx(0.75)
    assert sigmoid(-1e6) == 0.0
    assert sigmoid(1e6) == 1.0
