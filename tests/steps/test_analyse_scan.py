"""A whole scan is analysed by itself; one scan after the other; at any moment cancelled."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import pytest
from pytestqt.qtbot import QtBot

from ai.errors import IntervalError
from ai.findings import Analysis, Doubt, Setting
from ai.progress import Progress
from ai.series import Notice
from ai.session import JudgedChange, WrittenLine, WrittenReport
from ai.volume import Volume
from tests.support.readings import analysis_of, scan_of
from viewer.state.findings_model import Stage
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.state.verdict import Verdict
from viewer.steps.analyse_scan import AnalyseScan


@dataclass(frozen=True, eq=False)
class Earlier:
    """What an earlier reading left."""

    analysis: Analysis | None
    verdicts: Mapping[str, str]
    notices: tuple[Notice, ...]
    changes: tuple[JudgedChange, ...] = ()
    written: WrittenReport | None = None


class Bench:
    """An AnalyseScan with a stand-in model that waits until it is let go."""

    def __init__(self) -> None:
        self.reading = Reading()
        self.asked: list[Volume] = []
        self.gate = threading.Event()
        self.error: Exception | None = None
        self.found: Analysis | None = None
        self.earlier: Earlier | None = None
        self.step = AnalyseScan(
            self.reading.scans,
            self.reading.findings,
            self.reading.notices,
            self.reading.report,
            self.analyse,
            lambda s, p: self.earlier,
        )

    def analyse(self, volume: Volume, progress: Progress) -> Analysis:
        """Wait at the gate, then find a nodule."""
        self.asked.append(volume)
        while not self.gate.wait(0.005):
            progress.report(0.5, "Thinking")
        if self.error is not None:
            raise self.error
        return self.found or analysis_of(volume.grid, nodule=2.0)

    def stage(self, role: Role) -> Stage:
        """How far the analysis of a role is."""
        return self.reading.findings[role].value.stage


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    """Return a bench and leave no thread behind."""
    made = Bench()
    yield made
    made.gate.set()
    made.step.close()


def test_it_starts_when_the_scan_is_whole_and_not_before(qtbot: QtBot, bench: Bench) -> None:
    scan = scan_of()
    bench.reading.scans[Role.CURRENT].begin(scan.series, scan.volume, ())
    qtbot.wait(20)
    assert bench.asked == []
    bench.reading.scans[Role.CURRENT].complete(scan)
    assert bench.stage(Role.CURRENT) is Stage.RUNNING
    bench.gate.set()
    qtbot.waitUntil(lambda: bench.stage(Role.CURRENT) is Stage.DONE)
    assert bench.asked == [scan.volume]


def test_the_second_scan_waits_for_the_first(qtbot: QtBot, bench: Bench) -> None:
    bench.reading.scans[Role.CURRENT].complete(scan_of(uid="1"))
    bench.reading.scans[Role.PRIOR].complete(scan_of(uid="2"))
    qtbot.waitUntil(lambda: len(bench.asked) == 1)
    assert bench.stage(Role.PRIOR) is Stage.WAITING
    bench.gate.set()
    qtbot.waitUntil(lambda: bench.stage(Role.PRIOR) is Stage.DONE)
    assert bench.stage(Role.CURRENT) is Stage.DONE
    assert len(bench.asked) == 2


def arriving(bench: Bench, role: Role) -> None:
    """Show a scan whose slices are still arriving."""
    scan = scan_of(uid=role.value)
    bench.reading.scans[role].begin(scan.series, scan.volume, ())


def test_a_prior_that_is_whole_first_waits_for_the_current_scan(qtbot: QtBot, bench: Bench) -> None:
    arriving(bench, Role.CURRENT)
    bench.reading.scans[Role.PRIOR].complete(scan_of(uid="prior"))
    assert bench.stage(Role.PRIOR) is Stage.WAITING
    current = scan_of(uid="current")
    bench.reading.scans[Role.CURRENT].complete(current)
    qtbot.waitUntil(lambda: len(bench.asked) == 1)
    assert bench.asked == [current.volume]
    bench.gate.set()
    qtbot.waitUntil(lambda: bench.stage(Role.PRIOR) is Stage.DONE)
    assert bench.stage(Role.CURRENT) is Stage.DONE


def test_a_prior_that_came_first_makes_way_for_the_current_scan(qtbot: QtBot, bench: Bench) -> None:
    prior, current = scan_of(uid="prior"), scan_of(uid="current")
    bench.reading.scans[Role.PRIOR].complete(prior)
    qtbot.waitUntil(lambda: bench.asked == [prior.volume])
    bench.reading.scans[Role.CURRENT].complete(current)
    assert bench.stage(Role.PRIOR) is Stage.WAITING
    qtbot.waitUntil(lambda: bench.asked == [prior.volume, current.volume])
    assert bench.stage(Role.CURRENT) is Stage.RUNNING
    bench.gate.set()
    qtbot.waitUntil(lambda: bench.stage(Role.PRIOR) is Stage.DONE)
    assert bench.stage(Role.CURRENT) is Stage.DONE
    assert bench.asked == [prior.volume, current.volume, prior.volume]


@pytest.mark.parametrize("ends", ["clear", "cut_short"])
def test_of_a_current_scan_that_never_gets_whole_nobody_waits(qtbot: QtBot, bench: Bench, ends: str) -> None:
    bench.gate.set()
    arriving(bench, Role.CURRENT)
    bench.reading.scans[Role.PRIOR].complete(scan_of(uid="prior"))
    getattr(bench.reading.scans[Role.CURRENT], ends)()
    qtbot.waitUntil(lambda: bench.stage(Role.PRIOR) is Stage.DONE)


def test_cancel_answers_at_once_and_the_waiting_scan_begins(qtbot: QtBot, bench: Bench) -> None:
    bench.reading.scans[Role.CURRENT].complete(scan_of(uid="1"))
    bench.reading.scans[Role.PRIOR].complete(scan_of(uid="2"))
    qtbot.waitUntil(lambda: len(bench.asked) == 1)
    bench.step.cancel()
    assert bench.stage(Role.CURRENT) is Stage.CANCELLED
    bench.gate.set()
    qtbot.waitUntil(lambda: bench.stage(Role.PRIOR) is Stage.DONE)
    assert bench.stage(Role.CURRENT) is Stage.CANCELLED


def test_a_cancelled_analysis_can_be_started_again(qtbot: QtBot, bench: Bench) -> None:
    bench.reading.scans[Role.CURRENT].complete(scan_of())
    qtbot.waitUntil(lambda: len(bench.asked) == 1)
    bench.step.cancel()
    bench.gate.set()
    bench.step.start(Role.CURRENT)
    qtbot.waitUntil(lambda: bench.stage(Role.CURRENT) is Stage.DONE)


def test_the_answer_for_a_replaced_scan_is_dropped(qtbot: QtBot, bench: Bench) -> None:
    bench.reading.scans[Role.CURRENT].complete(scan_of(uid="old"))
    qtbot.waitUntil(lambda: len(bench.asked) == 1)
    new = scan_of(uid="new")
    bench.reading.scans[Role.CURRENT].begin(new.series, new.volume, ())
    bench.gate.set()
    qtbot.wait(50)
    assert bench.stage(Role.CURRENT) is Stage.NONE
    bench.reading.scans[Role.CURRENT].complete(new)
    qtbot.waitUntil(lambda: bench.stage(Role.CURRENT) is Stage.DONE)


@pytest.mark.parametrize("grave", [True, False])
def test_a_doubt_is_said_once_and_a_grave_one_withholds(qtbot: QtBot, bench: Bench, grave: bool) -> None:
    doubt = Doubt("The lungs reach the upper end of the scan.", grave)
    bench.found = replace(analysis_of(scan_of().volume.grid), doubts=(doubt,), notices=(Notice("Read on the CPU."),))
    bench.gate.set()
    bench.reading.scans[Role.CURRENT].complete(scan_of())
    stage = Stage.WITHHELD if grave else Stage.DONE
    qtbot.waitUntil(lambda: bench.stage(Role.CURRENT) is stage)
    assert [(s.text, s.grave) for s in bench.reading.notices.value] == [
        ("Read on the CPU.", False),
        (doubt.sentence, grave),
    ]


def test_another_setting_reads_nothing_again(qtbot: QtBot, bench: Bench) -> None:
    bench.gate.set()
    bench.reading.scans[Role.CURRENT].complete(scan_of())
    qtbot.waitUntil(lambda: bench.stage(Role.CURRENT) is Stage.DONE)
    bench.reading.use_setting(Setting.SENSITIVE)
    qtbot.wait(20)
    assert (len(bench.asked), bench.stage(Role.CURRENT)) == (1, Stage.DONE)


def test_a_failure_is_a_sentence_on_the_board(qtbot: QtBot, bench: Bench) -> None:
    bench.error = IntervalError("The model's weights are damaged; install Interval again.")
    bench.gate.set()
    bench.reading.scans[Role.CURRENT].complete(scan_of())
    qtbot.waitUntil(lambda: bench.stage(Role.CURRENT) is Stage.FAILED)
    assert [s.text for s in bench.reading.notices.value] == [str(bench.error)]


def test_an_earlier_reading_is_taken_and_the_model_not_asked(qtbot: QtBot, bench: Bench) -> None:
    scan = scan_of()
    kept = analysis_of(scan.volume.grid, mass=1.0)
    bench.earlier = Earlier(kept, {"mass": "accepted", "cyst": "rejected"}, (Notice("Read back from a file."),))
    bench.reading.scans[Role.CURRENT].complete(scan)
    qtbot.waitUntil(lambda: bench.stage(Role.CURRENT) is Stage.DONE)
    shown = bench.reading.findings[Role.CURRENT].value
    assert bench.asked == []
    assert [f.abnormality.name for f in shown.analysis.findings] == ["mass"] if shown.analysis else False
    assert (shown.verdict("mass"), shown.verdict("cyst")) == (Verdict.ACCEPTED, Verdict.REJECTED)
    assert [said.text for said in bench.reading.notices.value] == ["Read back from a file."]


def test_asked_again_the_model_answers_and_the_verdicts_are_open(qtbot: QtBot, bench: Bench) -> None:
    scan = scan_of()
    bench.earlier = Earlier(analysis_of(scan.volume.grid, mass=1.0), {"mass": "accepted"}, ())
    bench.gate.set()
    bench.reading.scans[Role.CURRENT].complete(scan)
    qtbot.waitUntil(lambda: bench.stage(Role.CURRENT) is Stage.DONE)
    bench.step.start(Role.CURRENT)
    qtbot.waitUntil(lambda: bench.asked == [scan.volume] and bench.stage(Role.CURRENT) is Stage.DONE)
    assert bench.reading.findings[Role.CURRENT].value.verdicts == {}


def test_foreign_objects_are_told_and_the_model_is_asked(qtbot: QtBot, bench: Bench) -> None:
    bench.earlier = Earlier(None, {"mass": "accepted"}, (Notice("A report by others."),))
    bench.gate.set()
    bench.reading.scans[Role.CURRENT].complete(scan_of())
    qtbot.waitUntil(lambda: bench.stage(Role.CURRENT) is Stage.DONE)
    assert len(bench.asked) == 1
    assert bench.reading.findings[Role.CURRENT].value.verdicts == {}
    assert [said.text for said in bench.reading.notices.value] == ["A report by others."]


def test_words_and_verdicts_on_changes_of_an_earlier_reading_are_taken_up(qtbot: QtBot, bench: Bench) -> None:
    scan = scan_of()
    changes = (JudgedChange("mass", "rejected", "prior"),)
    written = WrittenReport((WrittenLine("Mine.", "", True),), frozenset())
    bench.earlier = Earlier(analysis_of(scan.volume.grid, mass=1.0), {}, (), changes, written)
    bench.reading.scans[Role.CURRENT].complete(scan)
    qtbot.waitUntil(lambda: bench.stage(Role.CURRENT) is Stage.DONE)
    assert bench.reading.findings[Role.CURRENT].value.earlier == changes
    assert [line.text for line in bench.reading.report.value.lines] == ["Mine."]


def test_of_a_prior_no_words_are_taken_up(qtbot: QtBot, bench: Bench) -> None:
    scan = scan_of()
    written = WrittenReport((WrittenLine("Mine.", "", True),), frozenset())
    bench.earlier = Earlier(analysis_of(scan.volume.grid, mass=1.0), {}, (), (), written)
    bench.reading.scans[Role.PRIOR].complete(scan)
    qtbot.waitUntil(lambda: bench.stage(Role.PRIOR) is Stage.DONE)
    assert bench.reading.report.value.lines == ()
