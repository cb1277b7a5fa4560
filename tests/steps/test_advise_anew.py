"""What the reader tells of the patient reaches the advice on screen; what was told of another pair does not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from ai.advice import NOTHING_TOLD, Advice, Told
from ai.change import Comparison
from ai.errors import IntervalError
from ai.series import Scan
from tests.support.readings import analysis_of, comparison_of, scan_of, shift
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.steps.advise_anew import AdviseAnew

SCREENED = Told(screening=True)


class Bench:
    """The step over a compared pair; the guidelines say what they were told."""

    def __init__(self) -> None:
        self.reading = Reading()
        self.asked: list[Told] = []
        self.error: Exception | None = None
        self.step = AdviseAnew(self.reading, self.advise)
        for role in Role:
            self.reading.scans[role].complete(scan_of(uid=role.value))
        found = analysis_of(scan_of().volume.grid, nodule=3.0)
        self.compared = comparison_of(shift(), found, found)
        self.reading.comparison.show(self.compared)

    def advise(self, comparison: Comparison, prior: Scan, current: Scan, told: Told) -> Comparison:
        """Record, and answer."""
        assert (prior.series.uid, current.series.uid) == (Role.PRIOR.value, Role.CURRENT.value)
        self.asked.append(told)
        if self.error is not None:
            raise self.error
        return replace(comparison, advice=(Advice("A", str(told.screening), "", "", ""),))

    @property
    def said(self) -> list[str]:
        """What stands on screen."""
        shown = self.reading.comparison.value.comparison
        return [] if shown is None else [advice.category for advice in shown.advice]


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    """Return a bench and leave no thread behind."""
    made = Bench()
    yield made
    made.step.close()


def test_nothing_told_asks_nobody(qtbot: QtBot, bench: Bench) -> None:
    qtbot.wait(20)
    assert bench.asked == []
    assert bench.reading.comparison.value.comparison is bench.compared


def test_told_and_taken_back(qtbot: QtBot, bench: Bench) -> None:
    bench.reading.patient.tell(SCREENED)
    qtbot.waitUntil(lambda: bench.said == ["True"])
    bench.reading.patient.tell(NOTHING_TOLD)
    qtbot.waitUntil(lambda: bench.said == ["None"])
    assert bench.asked == [SCREENED, NOTHING_TOLD]


def test_a_comparison_that_comes_later_is_advised_by_what_was_told(qtbot: QtBot, bench: Bench) -> None:
    bench.reading.patient.tell(SCREENED)
    qtbot.waitUntil(lambda: bench.said == ["True"])
    bench.reading.comparison.show(replace(bench.compared))
    assert bench.said == []
    qtbot.waitUntil(lambda: bench.said == ["True"])
    assert bench.asked == [SCREENED, SCREENED]


def test_a_fault_is_said_and_the_advice_stays(qtbot: QtBot, bench: Bench) -> None:
    bench.error = IntervalError("No guideline.")
    bench.reading.patient.tell(SCREENED)
    qtbot.waitUntil(lambda: any("No guideline" in said.text for said in bench.reading.notices.value))
    assert bench.reading.comparison.value.comparison is bench.compared
