"""Lesions over more than two studies, in the real window: read behind it, drawn, and hung by a click on a date."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ai.comparison import older_study, timeline
from ai.timeline import Timeline
from tests.journeys.test_reading import on_disk
from tests.support.window import Hand, StandInModel, open_window_over, stand_in_engines
from viewer.state.findings_model import Stage
from viewer.state.role import Role

pytestmark = pytest.mark.journey

CTRL = Qt.KeyboardModifier.ControlModifier
DAYS = (date(2021, 5, 1), date(2022, 6, 1), date(2023, 12, 1), date(2024, 3, 1))


@pytest.fixture
def model() -> StandInModel:
    """Return a model that answers at once."""
    return StandInModel()


@pytest.fixture
def hand(qtbot: QtBot, model: StandInModel, tmp_path: Path) -> Iterator[Hand]:
    """Return a hand on a window in which the latest two of a patient's four studies are open and compared."""
    for number, day in enumerate(DAYS):
        on_disk(tmp_path / "patient" / f"visit-{number}", f"1.2.3.4.{number}", day)
    engines = replace(stand_in_engines(model), keep_older=older_study, draw_lines=timeline)
    made = open_window_over(qtbot, engines)
    made.window.open_paths([tmp_path / "patient"])
    qtbot.waitUntil(lambda: len(made.reading.browser.value.pairs) == 1, timeout=20_000)
    made.window.browser.tree.pair_asked.emit(next(iter(made.reading.browser.value.pairs.values())))
    qtbot.waitUntil(lambda: made.reading.comparison.value.comparison is not None, timeout=20_000)
    made.window.side.tabs.setCurrentWidget(made.window.side.changes)
    yield made
    made.window.close()
    made.window.deleteLater()


def followed(hand: Hand) -> Timeline:
    """Ask for all studies and wait until they are read."""
    hand.press("t", CTRL)
    hand.qtbot.waitUntil(
        lambda: (found := hand.reading.timeline.value.timeline) is not None and len(found.studies) == 4, timeout=30_000
    )
    found = hand.reading.timeline.value.timeline
    assert found is not None
    return found


def choose_nodule(hand: Hand) -> None:
    """Click the change of the nodule."""
    rows = hand.window.side.changes.rows.values()
    row = next(row for row in rows if row.change.abnormality.name == "nodule")
    QTest.mouseClick(row, Qt.MouseButton.LeftButton)


def click_date(hand: Hand, number: int) -> None:
    """Click a point of the trend chart."""
    chart = hand.window.side.changes.trend
    hand.qtbot.waitUntil(chart.isVisible)
    place = chart.places()[number]
    QTest.mouseClick(chart, Qt.MouseButton.LeftButton, pos=QPoint(round(place.x()), round(place.y())))


def test_one_key_follows_lesions_through_all_studies(hand: Hand, model: StandInModel) -> None:
    read_before = len(model.asked)
    found = followed(hand)
    assert [study.taken_on for study in found.studies] == list(DAYS)
    assert found.current == 3
    assert len(model.asked) == read_before + 2
    assert not hand.window.steps.follow.lane.busy
    choose_nodule(hand)
    chart = hand.window.side.changes.trend
    assert [point.label for point in chart.points] == [day.isoformat() for day in DAYS]
    assert [point.on_screen for point in chart.points] == [False, False, True, True]
    section = hand.window.side.changes.lines
    assert section.fold.name == "2 lesions over 4 studies"
    assert any(row.title.text().startswith("Nodule") for row in section.rows)


def test_a_click_on_a_date_hangs_that_study_at_the_lesion(hand: Hand) -> None:
    followed(hand)
    choose_nodule(hand)
    line = hand.reading.timeline.value.selected
    assert line is not None
    click_date(hand, 0)
    hand.qtbot.waitUntil(lambda: shown_day(hand) == DAYS[0], timeout=20_000)
    assert hand.state(Role.CURRENT).crosshair.distance_mm(line.points[3].place) < 0.01
    assert hand.state(Role.PRIOR).crosshair.distance_mm(line.points[0].place) < 7
    chart = hand.window.side.changes.trend
    assert chart.isVisible()
    assert [point.on_screen for point in chart.points] == [True, False, False, True]
    hand.qtbot.waitUntil(lambda: hand.reading.comparison.value.comparison is not None, timeout=20_000)
    assert len(hand.reading.timeline.value.kept) == 3
    # The stand-in's registration puts the prior 6 mm lower than its lesions lie: linked panes follow the registration.
    assert hand.state(Role.PRIOR).crosshair.distance_mm(line.points[0].place) == pytest.approx(6)


def test_a_study_is_added_from_the_browser_and_reading_it_is_stopped(hand: Hand, model: StandInModel) -> None:
    held = [True]
    model.hold = lambda: held[0]
    item = hand.window.browser.tree.series_item("1.2.3.4.1")
    assert item is not None
    hand.window.browser.tree.setCurrentItem(item)
    action = next(a for a in hand.window.browser.menu().actions() if "Follow" in a.text())
    assert action.isEnabled()
    before = len(model.asked)
    action.trigger()
    hand.qtbot.waitUntil(lambda: len(model.asked) == before + 1, timeout=20_000)
    row = next(row for row in hand.window.progress.rows if row.isVisible())
    hand.qtbot.waitUntil(lambda: "2022-06-01" in row.words.text())
    QTest.mouseClick(row.stop, Qt.MouseButton.LeftButton)
    held[0] = False
    value = hand.reading.timeline.value
    assert value.waiting == ()
    assert value.timeline is not None and len(value.timeline.studies) == 2


def test_another_current_scan_begins_without_lines(hand: Hand) -> None:
    followed(hand)
    hand.window.steps.series.swap()
    hand.qtbot.waitUntil(lambda: shown_day(hand, Role.CURRENT) == DAYS[2], timeout=20_000)
    hand.qtbot.waitUntil(lambda: hand.reading.findings[Role.CURRENT].value.stage is Stage.DONE, timeout=20_000)
    assert hand.reading.timeline.value.timeline is None
    assert not hand.window.side.changes.lines.isVisible()


def shown_day(hand: Hand, role: Role = Role.PRIOR) -> date | None:
    """Return the day of a scan on screen."""
    shown = hand.reading.scans[role].value
    return None if shown is None else shown.series.study.taken_on
