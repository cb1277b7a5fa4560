"""The sponge: what a density would be in another breath."""

from __future__ import annotations

import pytest

from ai.comparison.breath import in_that_breath_hu, in_this_breath_hu
from ai.diffuse import Breath


def test_half_the_air_out_doubles_what_is_not_air() -> None:
    """4 l at −850 HU weigh 600 g; in 3 l the same 600 g are −800 HU."""
    assert in_this_breath_hu(-850, Breath(4000, 3000)) == pytest.approx(-800)
    assert in_this_breath_hu(-850, Breath(3000, 4000)) == pytest.approx(-887.5)


def test_air_stays_air_and_the_same_breath_changes_nothing() -> None:
    assert in_this_breath_hu(-1000, Breath(4000, 3000)) == pytest.approx(-1000)
    assert in_this_breath_hu(-723, Breath(3210, 3210)) == pytest.approx(-723)


def test_the_limit_of_another_breath_is_the_way_back() -> None:
    breath = Breath(5200, 4700)
    assert in_this_breath_hu(in_that_breath_hu(-950, breath), breath) == pytest.approx(-950)
    assert in_that_breath_hu(-950, breath) < -950


@pytest.mark.parametrize(("now_ml", "comparable"), [(5700, True), (4300, True), (5800, False), (4200, False)])
def test_breaths_too_different_are_not_compared(now_ml: float, comparable: bool) -> None:
    assert Breath(5000, now_ml).comparable is comparable
