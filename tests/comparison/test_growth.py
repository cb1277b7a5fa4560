"""Worked examples of growth."""

import math

import pytest

from ai.change import ChangeKind
from ai.comparison.growth import doubling_days, kind_by_diameter, kind_of_change, volume_change
from tests.support.synthetic_analysis import sphere_mm3


@pytest.mark.parametrize(
    ("before", "after", "days", "expected"),
    [
        (100, 200, 90, 90.0),
        (100, 400, 90, 45.0),
        (100, 125, 100, 310.6),
        (sphere_mm3(6), sphere_mm3(8), 180, 144.6),
        (sphere_mm3(10), sphere_mm3(12), 365, 462.55),
    ],
)
def test_doubling_time(before: float, after: float, days: int, expected: float) -> None:
    assert doubling_days(before, after, days) == pytest.approx(expected, abs=0.05)


@pytest.mark.parametrize(
    ("before", "after", "days"),
    [
        (100, 100, 90),
        (200, 100, 90),
        (0, 100, 90),
        (100, math.nan, 90),
        (100, 200, None),
        (100, 200, 0),
        (100, 200, -5),
    ],
)
def test_doubling_time_that_cannot_be_told(before: float, after: float, days: int | None) -> None:
    assert doubling_days(before, after, days) is None


@pytest.mark.parametrize(
    ("after", "kind"),
    [
        (1249, ChangeKind.STABLE),
        (1250, ChangeKind.GROWN),
        (751, ChangeKind.STABLE),
        (750, ChangeKind.SHRUNK),
        (1000, ChangeKind.STABLE),
    ],
)
def test_a_quarter_of_the_volume_is_real_change(after: float, kind: ChangeKind) -> None:
    assert kind_of_change(1000, after) is kind


def test_without_volumes_the_diameter_decides() -> None:
    assert kind_of_change(0, 0, 2.0) is ChangeKind.GROWN
    assert kind_of_change(0, 0, -2.5) is ChangeKind.SHRUNK
    assert kind_of_change(0, 0, 1.9) is ChangeKind.STABLE


def test_volume_change_is_relative_to_the_prior() -> None:
    assert volume_change(400, 500) == pytest.approx(0.25)
    assert volume_change(500, 400) == pytest.approx(-0.2)
    assert volume_change(0, 400) is None


@pytest.mark.parametrize(
    ("then", "now", "kind"),
    [
        (8.0, 9.9, ChangeKind.STABLE),
        (8.0, 10.0, ChangeKind.GROWN),
        (8.0, 6.0, ChangeKind.SHRUNK),
        (36.0, 38.2, ChangeKind.STABLE),
        (36.0, 36.0 * 1.25 ** (1 / 3), ChangeKind.GROWN),
        (60.0, 55.0, ChangeKind.SHRUNK),
    ],
)
def test_two_millimetres_of_a_small_and_a_quarter_of_the_volume_of_a_large_lesion_are_real(
    then: float, now: float, kind: ChangeKind
) -> None:
    assert kind_by_diameter(then, now) is kind
