"""Doubling times of lesions that were measured several times."""

from __future__ import annotations

import math

import pytest

from ai.comparison.line_growth import fitted_doubling_days, neighbours_doubling_days


def test_exponential_growth_is_found_exactly() -> None:
    points = [(day, 300.0 * 2 ** (day / 140)) for day in (0, 90, 200, 365, 731)]
    assert fitted_doubling_days(points) == pytest.approx(140)


def test_two_points_are_the_ordinary_formula() -> None:
    """Δt · ln 2 / ln(V2/V1): 90 days, volume × 1.5."""
    assert fitted_doubling_days([(0, 200.0), (90, 300.0)]) == pytest.approx(90 * math.log(2) / math.log(1.5))


def test_one_bad_measurement_weighs_less_among_many() -> None:
    """By hand: log2 of 100, 200, 800 is L, L+1, L+3 at days 0, 100, 200; the least-squares slope is 3/200 a day."""
    assert fitted_doubling_days([(0, 100.0), (100, 200.0), (200, 800.0)]) == pytest.approx(200 / 3)


@pytest.mark.parametrize(
    "points",
    [
        [],
        [(5, 100.0)],
        [(5, 100.0), (5, 300.0)],
        [(0, 400.0), (90, 300.0), (200, 100.0)],
        [(0, 300.0), (90, 300.0)],
        [(0, 0.0), (90, 300.0)],
        [(0, math.nan), (90, 300.0)],
    ],
)
def test_it_is_not_told_where_it_cannot_be(points: list[tuple[int, float]]) -> None:
    assert fitted_doubling_days(points) is None


def test_neighbours_skip_what_was_not_measured() -> None:
    found = neighbours_doubling_days([(0, 100.0), None, (100, 200.0), (150, 100.0), (250, 400.0)])
    assert list(found) == [None, None, pytest.approx(100), None, pytest.approx(50)]
