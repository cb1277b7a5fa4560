"""Lines of lesions as a list."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ai.geometry import PointMm
from ai.timeline import LesionLine, LinePoint, Sight, Timeline, TimelineStudy
from ai.vocabulary import abnormality
from tests.support.synthetic_analysis import lesion, sphere_mm3
from viewer.widgets.line_words import line_title, line_words, trend_points
from viewer.widgets.timeline_section import TimelineSection

PLACE = PointMm(-60, 0, 50)
DAYS = (date(2022, 1, 1), date(2023, 1, 1), date(2024, 1, 1))
STUDIES = tuple(TimelineStudy(f"1.{n}", day, "Chest") for n, day in enumerate(DAYS))


def seen(diameter_mm: float) -> LinePoint:
    return LinePoint(Sight.SEEN, PLACE, (lesion("nodule", (-60, 0, 50), diameter_mm),))


GROWING = LesionLine(
    abnormality("nodule"), "right_mid", PLACE, (LinePoint(Sight.NOT_SEEN, PLACE), seen(6), seen(8)),
    (None, None, 293.0), 293.0,
)  # fmt: skip
PASSED = LesionLine(
    abnormality("mass"), "", PLACE, (seen(40), LinePoint(Sight.NOT_COVERED, PLACE), LinePoint(Sight.NOT_SEEN, PLACE)),
    (None, None, None),
)  # fmt: skip
TIMELINE = Timeline(STUDIES, 2, (GROWING, PASSED))


@pytest.fixture
def section(qtbot: QtBot) -> TimelineSection:
    """Return the list, unfolded."""
    made = TimelineSection()
    qtbot.addWidget(made)
    made.resize(320, 300)
    made.show_timeline(TIMELINE)
    made.show()
    made.fold.click()
    return made


def test_a_line_in_words() -> None:
    assert line_title(GROWING) == "Nodule · right middle"
    assert line_words(GROWING) == f"– → {sphere_mm3(6):.0f} mm³ → {sphere_mm3(8):.0f} mm³ · doubles in 293 days"
    assert line_title(PASSED) == "Mass"
    assert line_words(PASSED) == "34 ml → not covered → –"


def test_points_of_the_chart_know_their_study_and_whether_it_is_open() -> None:
    points = trend_points(PASSED, TIMELINE, frozenset({"1.2"}))
    assert [point.number for point in points] == [0, 1, 2]
    assert [point.covered for point in points] == [True, False, True]
    assert [point.on_screen for point in points] == [False, False, True]
    assert points[1].day - points[0].day == 365


def test_a_click_looks_at_a_line(section: TimelineSection, qtbot: QtBot) -> None:
    assert section.fold.name == "2 lesions over 3 studies"
    with qtbot.waitSignal(section.chosen, timeout=1000) as told:
        QTest.mouseClick(section.rows[1], Qt.MouseButton.LeftButton)
    assert told.args == [PASSED]
    section.show_selected(PASSED)
    assert [bool(row.property("selected")) for row in section.rows] == [False, True]


def test_it_is_hidden_without_further_studies(section: TimelineSection) -> None:
    section.show_timeline(None)
    assert not section.isVisible()
