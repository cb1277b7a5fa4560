"""Volumes over dates."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from viewer.widgets.trend_chart import TrendChart, TrendPoint, written


@pytest.fixture
def chart(qtbot: QtBot) -> TrendChart:
    """Return a chart, shown."""
    made = TrendChart()
    qtbot.addWidget(made)
    made.resize(320, 150)
    made.show()
    return made


def test_points_lie_by_their_days_and_volumes(chart: TrendChart) -> None:
    days = ((300.0, 2000.0), (0.0, 500.0), (100.0, 1000.0))
    chart.show_trend("Nodule", [TrendPoint(day, str(day), mm3) for day, mm3 in days])
    first, second, third = chart.places()
    assert (second.x() - first.x()) / (third.x() - first.x()) == pytest.approx(1 / 3)
    assert (first.y() - second.y()) / (first.y() - third.y()) == pytest.approx(1 / 3)


@pytest.mark.parametrize("count", [0, 1, 2, 12])
def test_any_number_of_points_is_drawn(chart: TrendChart, count: int) -> None:
    chart.show_trend("Nodule", [TrendPoint(30.0 * n, f"2024-{n + 1:02}-01", 100.0 * n) for n in range(count)])
    assert not chart.grab().isNull()
    assert all(chart.rect().contains(place.toPoint()) for place in chart.places())


def test_words_never_overlap_and_the_last_ones_are_written(chart: TrendChart) -> None:
    days = (0, 400, 880, 900, 960, 1000)
    chart.show_trend("Nodule", [TrendPoint(float(d), f"2024-{n:02}-01", 500.0 + d) for n, d in enumerate(days)])
    labels = chart.labels()
    rooms = [label.room for label in labels]
    assert not any(a.intersects(b) for n, a in enumerate(rooms) for b in rooms[:n])
    texts = [label.text for label in labels]
    assert {"2024-00-01", "2024-05-01", "500 mm³", "1500 mm³"} <= set(texts)
    assert "2024-04-01" not in texts


def test_a_click_near_a_point_or_its_date_names_the_study(chart: TrendChart, qtbot: QtBot) -> None:
    points = [TrendPoint(0, "2023-01-01", 300.0, 0), TrendPoint(100, "2024-01-01", 0.0, 1, covered=False)]
    chart.show_trend("Nodule", points)
    told: list[int] = []
    chart.chosen.connect(told.append)
    first, second = (place.toPoint() for place in chart.places())
    QTest.mouseClick(chart, Qt.MouseButton.LeftButton, pos=QPoint(first.x() + 5, chart.height() - 8))
    QTest.mouseClick(chart, Qt.MouseButton.LeftButton, pos=second)
    QTest.mouseClick(chart, Qt.MouseButton.LeftButton, pos=(first + second) / 2)
    assert told == [0, 1]
    assert [written(point) for point in chart.points] == ["300 mm³", "not covered"]


def test_of_two_scans_alone_a_click_means_nothing(chart: TrendChart) -> None:
    chart.show_trend("Nodule", [TrendPoint(0, "then", 300.0), TrendPoint(100, "now", 400.0)])
    told: list[int] = []
    chart.chosen.connect(told.append)
    QTest.mouseClick(chart, Qt.MouseButton.LeftButton, pos=chart.places()[0].toPoint())
    assert told == []


def test_a_lesion_that_was_not_there_lies_on_the_ground_and_says_so(chart: TrendChart) -> None:
    chart.show_trend("Mass", [TrendPoint(0, "2024-01-01", 0.0), TrendPoint(100, "2024-04-10", 900.0)])
    assert [written(point) for point in chart.points] == ["not seen", "900 mm³"]
    assert chart.places()[0].y() > chart.places()[1].y()
    assert chart.accessibleName() == "Mass: 2024-01-01 not seen, 2024-04-10 900 mm³"
