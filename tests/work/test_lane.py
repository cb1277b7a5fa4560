"""One job at a time; the newest wins; late answers are dropped; close leaves no thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from ai.errors import IntervalError
from ai.progress import Progress
from viewer.work import Lane


@pytest.fixture
def lane(qtbot: QtBot) -> Iterator[Lane]:
    lane = Lane("Counting")
    yield lane
    lane.close()


class Listener:
    """Writes down which of the three was called."""

    def __init__(self) -> None:
        self.heard: list[Any] = []

    def order(self, lane: Lane, work: Callable[[Progress], Any]) -> None:
        lane.run(work, self.heard.append, lambda e: self.heard.append(str(e)), lambda: self.heard.append("cancelled"))


class Gate:
    """Work that waits to be let through and does not look whether anybody still wants it."""

    def __init__(self, answer: str) -> None:
        self.begun = threading.Event()
        self.open = threading.Event()
        self.answer = answer

    def __call__(self, progress: Progress) -> str:
        self.begun.set()
        self.open.wait(5)
        return self.answer


def test_answers_come_and_the_lane_tells_when_it_is_busy(qtbot: QtBot, lane: Lane) -> None:
    busy: list[bool] = []
    lane.busy_changed.connect(busy.append)
    listener = Listener()
    listener.order(lane, lambda progress: "done")
    assert lane.busy
    qtbot.waitUntil(lambda: not lane.busy and busy[-1] is False)
    assert listener.heard == ["done"]
    assert busy == [True, False]


def test_a_failure_is_told_as_its_sentence(qtbot: QtBot, lane: Lane) -> None:
    def work(progress: Progress) -> None:
        raise IntervalError("No slices.")

    listener = Listener()
    listener.order(lane, work)
    qtbot.waitUntil(lambda: not lane.busy)
    assert listener.heard == ["No slices."]


def test_the_newest_wins_and_the_late_answer_is_dropped(qtbot: QtBot, lane: Lane) -> None:
    old, listener = Gate("old"), Listener()
    listener.order(lane, old)
    old.begun.wait(5)
    listener.order(lane, lambda progress: "middle")
    listener.order(lane, lambda progress: "new")
    old.open.set()
    qtbot.waitUntil(lambda: not lane.busy)
    assert listener.heard == ["new"]


def test_jobs_never_overlap(qtbot: QtBot, lane: Lane) -> None:
    old, new, listener = Gate("old"), Gate("new"), Listener()
    listener.order(lane, old)
    old.begun.wait(5)
    listener.order(lane, new)
    qtbot.wait(30)
    assert not new.begun.is_set()
    old.open.set()
    new.open.set()
    qtbot.waitUntil(lambda: listener.heard == ["new"])


def test_cancel_answers_at_once_though_the_thread_still_works(qtbot: QtBot, lane: Lane) -> None:
    gate, listener = Gate("late"), Listener()
    listener.order(lane, gate)
    gate.begun.wait(5)
    lane.cancel()
    assert listener.heard == ["cancelled"]
    assert not lane.busy
    gate.open.set()
    qtbot.wait(30)
    assert listener.heard == ["cancelled"]


def test_cancel_before_anything_was_ordered_says_nothing(lane: Lane) -> None:
    lane.cancel()
    assert not lane.busy


def test_an_answer_may_order_the_next_job(qtbot: QtBot, lane: Lane) -> None:
    heard: list[str] = []

    def second(value: str) -> None:
        heard.append(value)
        lane.run(lambda progress: "second", heard.append, lambda error: None)

    lane.run(lambda progress: "first", second, lambda error: None)
    qtbot.waitUntil(lambda: heard == ["first", "second"])


def test_close_waits_for_the_thread_and_nothing_is_told_afterwards(qtbot: QtBot, lane: Lane) -> None:
    ended, listener = threading.Event(), Listener()
    begun = threading.Event()

    def work(progress: Progress) -> None:
        begun.set()
        try:
            while True:
                progress.report(0.0, "working")
        finally:
            ended.set()

    listener.order(lane, work)
    begun.wait(5)
    lane.close()
    assert ended.is_set()
    listener.order(lane, lambda progress: "after")
    qtbot.wait(10)
    assert listener.heard == []
