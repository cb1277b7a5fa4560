"""Figures of merit beside examples worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai.training.statistics import Numbers, auroc, calibration_error

NAN = float("nan")


def numbers(*values: float) -> Numbers:
    """Return an array."""
    return np.array(values, dtype=np.float64)


@pytest.mark.parametrize(
    ("scores", "present", "area"),
    [
        (numbers(0.1, 0.4, 0.35, 0.8), numbers(0, 0, 1, 1), 0.75),
        (numbers(1, 2, 3, 4), numbers(0, 0, 1, 1), 1.0),
        (numbers(4, 3, 2, 1), numbers(0, 0, 1, 1), 0.0),
        (numbers(5, 5, 5), numbers(0, 1, 1), 0.5),
        (numbers(1, 2, 2, 3), numbers(0, 0, 1, 1), 0.875),
        (numbers(1, 9, 2, 2, 3), numbers(0, NAN, 0, 1, 1), 0.875),
    ],
)
def test_auroc(scores: Numbers, present: Numbers, area: float) -> None:
    assert auroc(scores, present) == pytest.approx(area)


@pytest.mark.parametrize("present", [numbers(1, 1), numbers(0, 0), numbers(NAN, 1), numbers(NAN, NAN)])
def test_auroc_needs_both(present: Numbers) -> None:
    assert np.isnan(auroc(numbers(0.2, 0.7), present))


@given(st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=2, max_size=25))
def test_auroc_is_the_chance_that_the_abnormal_one_scores_higher(rows: list[tuple[int, bool]]) -> None:
    yes = [score for score, there in rows if there]
    no = [score for score, there in rows if not there]
    area = auroc(np.array([float(s) for s, _ in rows]), np.array([float(t) for _, t in rows]))
    if not yes or not no:
        assert np.isnan(area)
        return
    wins = sum((a > b) + 0.5 * (a == b) for a in yes for b in no)
    assert area == pytest.approx(wins / (len(yes) * len(no)))


def test_calibration_error_by_hand() -> None:
    # Bin 0…0.1: two cases, said 0.05, none present: gap 0.05. Bin 0.9…1: two, said 0.9 and 1.0, one present: gap 0.45.
    assert calibration_error(numbers(0.05, 0.05, 0.9, 1.0), numbers(0, 0, 0, 1)) == pytest.approx(0.25)
    assert calibration_error(numbers(0.0, 1.0), numbers(0, 1)) == 0.0
    assert calibration_error(numbers(0.0, 1.0, 0.5), numbers(0, 1, NAN)) == 0.0
    assert np.isnan(calibration_error(numbers(0.3), numbers(NAN)))
