"""What is in sight is drawn, in order, once; what cannot be drawn has no picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from pytestqt.qtbot import QtBot

from ai.errors import IntervalError
from ai.series import Series
from tests.support.readings import grid_of, series_of
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.steps.draw_thumbnails import DrawThumbnails

ONE, TWO, DAMAGED = (series_of(grid_of(), uid) for uid in ("one", "two", "damaged"))


class Bench:
    """A DrawThumbnails with a stand-in that notes what it was asked for."""

    def __init__(self) -> None:
        self.reading = Reading()
        self.asked: list[str] = []
        self.step = DrawThumbnails(self.reading.browser, self.reading.thumbnails, self.draw)

    def draw(self, series: Series) -> NDArray[np.uint8]:
        """Draw grey; the damaged one cannot be."""
        self.asked.append(series.uid)
        if series.uid == DAMAGED.uid:
            raise IntervalError("IM0001.dcm is damaged.")
        return np.full((8, 8), 128, np.uint8)

    def known(self) -> dict[str, bool]:
        """Which are there, and whether they have a picture."""
        return {uid: thumbnail.grey is not None for uid, thumbnail in self.reading.thumbnails.value.items()}


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    """Return a bench and leave no thread behind."""
    made = Bench()
    yield made
    made.step.close()


def test_what_is_in_sight_is_drawn_from_above_and_once(qtbot: QtBot, bench: Bench) -> None:
    bench.step.want([TWO, ONE])
    qtbot.waitUntil(lambda: len(bench.known()) == 2)
    bench.step.want([ONE, TWO])
    qtbot.wait(20)
    assert bench.asked == ["two", "one"]


def test_what_went_out_of_sight_is_not_drawn(qtbot: QtBot, bench: Bench) -> None:
    bench.step.want([ONE, DAMAGED])
    bench.step.want([ONE, TWO])
    qtbot.waitUntil(lambda: bench.known() == {"one": True, "two": True})
    assert bench.asked == ["one", "two"]


def test_what_cannot_be_drawn_is_known_to_have_no_picture_and_stops_nothing(qtbot: QtBot, bench: Bench) -> None:
    bench.step.want([DAMAGED, ONE])
    qtbot.waitUntil(lambda: bench.known() == {"damaged": False, "one": True})
    assert bench.reading.notices.value == ()


def test_a_series_that_grew_is_drawn_anew_when_the_search_is_over(qtbot: QtBot, bench: Bench) -> None:
    bench.reading.browser.begin(Role.CURRENT)
    bench.step.want([ONE])
    qtbot.waitUntil(lambda: len(bench.known()) == 1)
    grown = replace(ONE, shape=(2 * ONE.shape[0], *ONE.shape[1:]))
    bench.step.want([grown])
    qtbot.wait(20)
    assert bench.asked == ["one"]
    bench.reading.browser.end(Role.CURRENT)
    bench.step.want([grown])
    qtbot.waitUntil(lambda: bench.asked == ["one", "one"])


def test_another_study_begins_without_the_pictures_of_the_last(qtbot: QtBot, bench: Bench) -> None:
    bench.step.want([ONE])
    qtbot.waitUntil(lambda: len(bench.known()) == 1)
    bench.reading.browser.begin(Role.CURRENT)
    assert bench.known() == {}
