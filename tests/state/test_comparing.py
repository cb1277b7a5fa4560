"""How current and prior share the panes, and what is laid over them: one thing at a time."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from tests.support.readings import analysis_of, comparison_of, scan_of, shift
from viewer.mpr.comparing import CompareMode
from viewer.mpr.pane_state import OverlayKind
from viewer.state.change_key import ChangeKey, key_of
from viewer.state.flicker_clock import TURN_MS
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.state.verdict import Verdict


@pytest.fixture
def reading() -> Reading:
    """Return a reading with two scans."""
    made = Reading()
    for role in Role:
        made.scans[role].complete(scan_of(uid=role.value))
    return made


def drawn(reading: Reading) -> tuple[bool, OverlayKind | None]:
    """Whether heat is drawn, and which change."""
    return reading.linked.heat_shown, reading.linked.change_shown


def ticking(reading: Reading) -> bool:
    """Whether it flickers by itself."""
    return reading.flicker_clock.ticking


def test_change_takes_the_place_of_heat_and_heat_that_of_change(reading: Reading) -> None:
    linked = reading.linked
    linked.toggle_overlay()
    linked.toggle_change(OverlayKind.DENSITY_CHANGE)
    assert drawn(reading) == (False, OverlayKind.DENSITY_CHANGE)
    linked.toggle_change(OverlayKind.HEAT_CHANGE)
    assert drawn(reading) == (False, OverlayKind.HEAT_CHANGE)
    linked.toggle_overlay()
    assert drawn(reading) == (True, None)
    linked.toggle_change(OverlayKind.DENSITY_CHANGE)
    linked.toggle_change(OverlayKind.DENSITY_CHANGE)
    assert drawn(reading) == (False, None)


def test_an_eye_that_is_opened_shows_heat_again(reading: Reading) -> None:
    reading.linked.toggle_change(OverlayKind.DENSITY_CHANGE)
    reading.panes[Role.CURRENT].toggle_heatmap("nodule")
    assert reading.linked.change_shown is None
    assert reading.panes[Role.CURRENT].value.overlay.heat_shown


def test_change_shares_the_opacity(reading: Reading) -> None:
    reading.linked.toggle_change(OverlayKind.DENSITY_CHANGE)
    reading.linked.use_opacity(0.3)
    assert reading.panes[Role.CURRENT].value.overlay.opacity == 0.3


def test_flicker_begins_with_the_prior_and_swaps(reading: Reading) -> None:
    seen = []
    for _ in range(3):
        reading.linked.swap_flicker()
        seen.append(reading.panes[Role.CURRENT].value.compare.prior_shown)
    assert seen == [True, False, True]
    assert reading.panes[Role.CURRENT].value.compare.mode is CompareMode.FLICKER
    assert not reading.panes[Role.PRIOR].value.compare.on


def test_the_ways_to_compare_come_in_turn(reading: Reading) -> None:
    seen = []
    for _ in CompareMode:
        reading.linked.next_compare_mode()
        seen.append(reading.panes[Role.CURRENT].value.compare.mode)
    assert seen == [CompareMode.FLICKER, CompareMode.SWIPE, CompareMode.CHECKER, CompareMode.OFF]


def test_the_line_of_a_swipe_stays_in_the_pane(reading: Reading) -> None:
    reading.linked.compare_by(CompareMode.SWIPE)
    reading.panes[Role.CURRENT].swipe_to(1.4)
    assert reading.panes[Role.CURRENT].value.compare.swipe == 1.0


def test_it_flickers_by_itself_until_it_is_held_or_left(qtbot: QtBot, reading: Reading) -> None:
    pane = reading.panes[Role.CURRENT]
    reading.linked.toggle_automatic_flicker()
    assert pane.value.compare.prior_shown
    assert ticking(reading)
    qtbot.waitUntil(lambda: not pane.value.compare.prior_shown, timeout=20 * TURN_MS)
    reading.linked.toggle_automatic_flicker()
    assert not ticking(reading)
    assert pane.value.compare.mode is CompareMode.FLICKER
    reading.linked.toggle_automatic_flicker()
    reading.linked.compare_by(CompareMode.OFF)
    assert not ticking(reading)


def test_without_a_prior_there_is_nothing_to_compare(reading: Reading) -> None:
    reading.linked.toggle_change(OverlayKind.DENSITY_CHANGE)
    reading.linked.compare_by(CompareMode.CHECKER)
    reading.scans[Role.PRIOR].clear()
    assert reading.linked.change_shown is None
    assert not reading.panes[Role.CURRENT].value.compare.on
    reading.linked.toggle_change(OverlayKind.DENSITY_CHANGE)
    reading.linked.swap_flicker()
    assert reading.linked.change_shown is None
    assert not reading.panes[Role.CURRENT].value.compare.on


def test_a_verdict_on_a_change_stays_when_the_scans_are_compared_anew_and_goes_with_the_pair(reading: Reading) -> None:
    grid = scan_of().volume.grid
    then, now = analysis_of(grid, nodule=1.0), analysis_of(grid, nodule=2.0)
    comparison = reading.comparison
    comparison.settle(shift())
    comparison.show(comparison_of(shift(), then, now))
    assert comparison.value.comparison is not None
    key = key_of(comparison.value.comparison.lesions[0])
    comparison.judge(key, Verdict.REJECTED)
    comparison.show(comparison_of(shift(), then, now))
    assert comparison.value.rejected() == {key}
    comparison.judge(key, Verdict.OPEN)
    assert comparison.value.rejected() == frozenset()
    comparison.clear()
    assert comparison.value.verdict(ChangeKey("nodule")) is Verdict.OPEN
