"""Registers when both scans are there, compares when both analyses are there too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from ai.change import Comparison, Registration
from ai.errors import IntervalError
from ai.findings import Analysis, Doubt, Setting
from ai.progress import Progress
from ai.series import Scan
from ai.session import JudgedChange
from ai.volume import Volume
from tests.support.readings import analysis_of, comparison_of, scan_of, series_of, shift
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.state.verdict import Verdict
from viewer.steps.compare_scans import WITHHELD, CompareScans, doubts

PRIOR, CURRENT = scan_of(uid="prior"), scan_of(uid="current")


class Bench:
    """A CompareScans with recording stand-ins."""

    def __init__(self) -> None:
        self.reading = Reading()
        self.calls: list[str] = []
        self.error: Exception | None = None
        self.breath_error: Exception | None = None
        self.seen: tuple[Setting, ...] = ()
        self.step = CompareScans(
            self.reading.scans,
            self.reading.findings,
            self.reading.comparison,
            self.reading.notices,
            self.register,
            self.deform,
            self.compare,
        )

    def register(self, prior: Volume, current: Volume, progress: Progress) -> Registration:
        """Record and move by 5 mm."""
        assert (prior, current) == (PRIOR.volume, CURRENT.volume)
        self.calls.append("register")
        if self.error is not None:
            raise self.error
        return shift(superior=5)

    def deform(self, prior: Volume, current: Volume, rigid: Registration, progress: Progress) -> Registration:
        """Record and move by one millimetre more."""
        assert not rigid.deformable
        self.calls.append("deform")
        if self.breath_error is not None:
            raise self.breath_error
        return replace(shift(superior=5), warp_to_current=lambda points: points + np.array([0.0, 0.0, 6.0]))

    def compare(
        self, prior: Scan, then: Analysis, current: Scan, now: Analysis, found: Registration, progress: Progress
    ) -> Comparison:
        """Record and compare by name."""
        self.calls.append("compare")
        self.seen = tuple(self.reading.findings[role].value.setting for role in Role)
        return comparison_of(found, then, now)

    def find(self, role: Role, **logits: float) -> None:
        """Let the findings of a role arrive."""
        self.reading.findings[role].show(analysis_of(CURRENT.volume.grid, **logits))


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    """Return a bench and leave no thread behind."""
    made = Bench()
    yield made
    made.step.close()


def test_verdicts_of_an_earlier_session_return_with_its_prior(qtbot: QtBot, bench: Bench) -> None:
    reading = bench.reading
    reading.scans[Role.CURRENT].complete(CURRENT)
    reading.scans[Role.PRIOR].complete(PRIOR)
    said = (JudgedChange("nodule", "rejected", "prior"), JudgedChange("mass", "accepted", "another prior"))
    reading.findings[Role.CURRENT].show(analysis_of(CURRENT.volume.grid, nodule=2.0, mass=2.0), earlier=said)
    bench.find(Role.PRIOR, nodule=2.0)
    qtbot.waitUntil(lambda: reading.comparison.value.comparison is not None)
    assert {key.abnormality for key in reading.comparison.value.rejected()} == {"nodule"}
    assert Verdict.ACCEPTED not in reading.comparison.value.verdicts.values()


def test_one_scan_alone_is_not_registered(qtbot: QtBot, bench: Bench) -> None:
    bench.reading.scans[Role.CURRENT].complete(CURRENT)
    qtbot.wait(20)
    assert bench.calls == []


def test_two_scans_are_registered_then_compared(qtbot: QtBot, bench: Bench) -> None:
    bench.reading.scans[Role.CURRENT].complete(CURRENT)
    bench.reading.scans[Role.PRIOR].complete(PRIOR)
    qtbot.waitUntil(lambda: bench.reading.linked.registered)
    assert bench.reading.comparison.value.comparison is None
    bench.find(Role.CURRENT, nodule=2.0)
    bench.find(Role.PRIOR, nodule=1.0)
    qtbot.waitUntil(lambda: bench.reading.comparison.value.comparison is not None)
    assert bench.calls == ["register", "deform", "compare"]


def test_analyses_that_were_there_first_are_compared_too(qtbot: QtBot, bench: Bench) -> None:
    bench.find(Role.CURRENT, nodule=2.0)
    bench.find(Role.PRIOR, nodule=1.0)
    bench.reading.scans[Role.PRIOR].complete(PRIOR)
    bench.reading.scans[Role.CURRENT].complete(CURRENT)
    qtbot.waitUntil(lambda: bench.reading.comparison.value.comparison is not None)


def test_a_verdict_does_not_compare_again(qtbot: QtBot, bench: Bench) -> None:
    test_two_scans_are_registered_then_compared(qtbot, bench)
    bench.reading.findings[Role.CURRENT].select("nodule")
    qtbot.wait(20)
    assert bench.calls == ["register", "deform", "compare"]


def test_another_setting_is_compared_once_and_not_registered_again(qtbot: QtBot, bench: Bench) -> None:
    test_two_scans_are_registered_then_compared(qtbot, bench)
    before = bench.reading.comparison.value.comparison
    bench.reading.use_setting(Setting.SENSITIVE)
    qtbot.waitUntil(lambda: bench.reading.comparison.value.comparison is not before)
    qtbot.wait(20)
    assert bench.calls == ["register", "deform", "compare", "compare"]
    assert bench.seen == (Setting.SENSITIVE, Setting.SENSITIVE)


def test_withheld_findings_are_not_compared(qtbot: QtBot, bench: Bench) -> None:
    bench.reading.scans[Role.CURRENT].complete(CURRENT)
    bench.reading.scans[Role.PRIOR].complete(PRIOR)
    bench.find(Role.CURRENT, nodule=2.0)
    doubtful = replace(analysis_of(PRIOR.volume.grid), doubts=(Doubt("This is a head.", True),))
    bench.reading.findings[Role.PRIOR].show(doubtful)
    qtbot.waitUntil(lambda: bench.reading.comparison.value.sentence == WITHHELD)
    assert bench.calls == ["register", "deform"]


def test_closing_the_prior_forgets_the_comparison(qtbot: QtBot, bench: Bench) -> None:
    test_two_scans_are_registered_then_compared(qtbot, bench)
    bench.reading.scans[Role.PRIOR].clear()
    assert bench.reading.comparison.value.comparison is None
    assert not bench.reading.linked.registered


def test_scans_without_overlap_are_a_sentence_and_stay_linked_by_their_middles(qtbot: QtBot, bench: Bench) -> None:
    bench.error = IntervalError("Prior and current do not overlap; choose another prior.")
    bench.reading.scans[Role.CURRENT].complete(CURRENT)
    bench.reading.scans[Role.PRIOR].complete(PRIOR)
    qtbot.waitUntil(lambda: bench.reading.comparison.value.sentence != "")
    assert [s.text for s in bench.reading.notices.value] == [str(bench.error)]
    assert bench.reading.linked.paired
    assert not bench.reading.linked.registered


def test_a_prior_of_someone_else_or_of_a_later_day_is_doubted() -> None:
    grid = CURRENT.volume.grid
    now = replace(CURRENT, series=series_of(grid, "a", date(2024, 1, 1), "P1"))
    later = replace(PRIOR, series=series_of(grid, "b", date(2024, 2, 1), "P1"))
    stranger = replace(PRIOR, series=series_of(grid, "c", date(2023, 1, 1), "P2"))
    earlier = replace(PRIOR, series=series_of(grid, "d", date(2023, 1, 1), "P1"))
    assert [len(doubts(prior, now)) for prior in (later, stranger, earlier)] == [1, 1, 0]


def test_the_rigid_motion_links_until_the_deformable_map_is_found(qtbot: QtBot, bench: Bench) -> None:
    seen: list[bool] = []
    bench.reading.comparison.changed.connect(
        lambda before, after: seen.append(after.registration is not None and after.registration.deformable)
    )
    bench.reading.scans[Role.CURRENT].complete(CURRENT)
    bench.reading.scans[Role.PRIOR].complete(PRIOR)
    qtbot.waitUntil(lambda: seen == [False, True])


def test_without_the_deformable_map_the_rigid_one_stays_and_is_said_to(qtbot: QtBot, bench: Bench) -> None:
    bench.breath_error = IntervalError("The scans are too large.")
    bench.find(Role.CURRENT, nodule=2.0)
    bench.find(Role.PRIOR, nodule=1.0)
    bench.reading.scans[Role.CURRENT].complete(CURRENT)
    bench.reading.scans[Role.PRIOR].complete(PRIOR)
    qtbot.waitUntil(lambda: bench.reading.comparison.value.comparison is not None)
    registration = bench.reading.comparison.value.registration
    assert registration is not None
    assert not registration.deformable
    assert "stay linked by the rigid registration" in bench.reading.notices.value[0].text


def test_another_prior_while_the_breath_is_followed_starts_anew(qtbot: QtBot, bench: Bench) -> None:
    bench.reading.scans[Role.CURRENT].complete(CURRENT)
    bench.reading.scans[Role.PRIOR].complete(PRIOR)
    qtbot.waitUntil(lambda: bench.reading.linked.registered)
    bench.reading.scans[Role.PRIOR].clear()
    assert not bench.reading.linked.registered
    qtbot.wait(30)
    assert not bench.reading.linked.registered
    assert bench.calls.count("compare") == 0
