"""Older studies are read one after the other; what cannot be read is a sentence, and the next one's turn comes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import pytest
from pytestqt.qtbot import QtBot

from ai.change import Registration
from ai.errors import IntervalError
from ai.findings import Analysis, Doubt
from ai.progress import Progress
from ai.series import Scan, Series
from ai.timeline import OlderStudy, Timeline, TimelineStudy
from ai.volume import Volume
from tests.support.readings import StandInLoading, analysis_of, comparison_of, grid_of, scan_of, shift
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.steps.follow_lesions import NO_OTHERS, NOT_READ, OTHER_PATIENT, Asked, FollowLesions

GRID = grid_of()
CURRENT = scan_of(GRID, "1.9", date(2024, 1, 1))
OLDER = [scan_of(GRID, f"1.{n}", date(2020 + n, 1, 1)) for n in range(3)]
ANALYSIS = analysis_of(GRID, nodule=3.0)


@dataclass
class Engine:
    """Keeps by name alone; records what was read and kept."""

    read: list[str] = field(default_factory=list)
    kept: list[tuple[str, int]] = field(default_factory=list)
    broken: str = ""
    withheld: str = ""
    now: str = ""

    def begin(self, series: Series) -> StandInLoading:
        """Begin to read; refuse the broken one."""
        if series.uid == self.broken:
            raise IntervalError(f"{series.uid} is broken.")
        self.read.append(series.uid)
        self.now = series.uid
        return StandInLoading(next(scan for scan in OLDER if scan.series is series))

    def analyse(self, volume: Volume, progress: Progress) -> Analysis:
        """Find a nodule, or withhold."""
        found = analysis_of(volume.grid, nodule=2.0)
        return replace(found, doubts=(Doubt("It is a head.", True),)) if self.now == self.withheld else found

    def register(self, prior: Volume, current: Volume, progress: Progress) -> Registration:
        """Lay it on."""
        return shift()

    def deform(self, prior: Volume, current: Volume, rigid: Registration, progress: Progress) -> Registration:
        """Follow no breath."""
        return rigid

    def keep(
        self, older: Scan, seen: Analysis, current: Scan, analysis: Analysis, found: Registration, progress: Progress
    ) -> OlderStudy:
        """Keep the name."""
        return OlderStudy(TimelineStudy.of(older.series), older.volume.grid, found, (), {})

    def lines(self, current: Scan, analysis: Analysis, older: Sequence[OlderStudy]) -> Timeline:
        """Draw no line."""
        self.kept.append((older[-1].study.uid, len(older)))
        studies = (*(one.study for one in older), TimelineStudy.of(current.series))
        return Timeline(studies, len(older), ())


@pytest.fixture
def engine() -> Engine:
    """Return what is asked."""
    return Engine()


@pytest.fixture
def reading(qtbot: QtBot) -> Reading:
    """Return a reading in which the current scan is read and analysed, and its older studies are listed."""
    made = Reading()
    made.browser.begin(Role.CURRENT)
    made.browser.tell(Role.CURRENT, [scan.series for scan in (CURRENT, *OLDER)])
    show(made, Role.CURRENT, CURRENT)
    return made


@pytest.fixture
def step(reading: Reading, engine: Engine) -> Iterator[FollowLesions]:
    """Return the step; its thread ends with the test."""
    asked = Asked(engine.begin, engine.analyse, engine.register, engine.deform, engine.keep, engine.lines)
    made = FollowLesions(reading, asked)
    yield made
    made.close()


def show(reading: Reading, role: Role, scan: Scan) -> None:
    """Open and analyse a scan."""
    reading.scans[role].begin(scan.series, scan.volume, ())
    reading.scans[role].complete(scan)
    reading.findings[role].show(ANALYSIS)


def said(reading: Reading) -> list[str]:
    return [one.text for one in reading.notices.value]


def test_studies_are_read_one_after_the_other(
    step: FollowLesions, reading: Reading, engine: Engine, qtbot: QtBot
) -> None:
    for scan in OLDER:
        step.add(scan.series)
    qtbot.waitUntil(lambda: len(engine.kept) == 3, timeout=10_000)
    qtbot.waitUntil(lambda: not step.lane.busy)
    assert engine.kept == [("1.0", 1), ("1.1", 2), ("1.2", 3)]
    value = reading.timeline.value
    assert value.timeline is not None and len(value.timeline.studies) == 4
    assert value.waiting == ()
    step.add(OLDER[0].series)
    assert not step.lane.busy


@pytest.mark.parametrize("fault", ["broken", "withheld"])
def test_a_study_that_cannot_be_followed_is_said_and_the_next_is_read(
    step: FollowLesions, reading: Reading, engine: Engine, qtbot: QtBot, fault: str
) -> None:
    setattr(engine, fault, "1.0")
    step.add(OLDER[0].series)
    step.add(OLDER[1].series)
    qtbot.waitUntil(lambda: len(engine.kept) == 1, timeout=10_000)
    assert engine.kept == [("1.1", 1)]
    assert any("is broken" in text or "It is a head." in text for text in said(reading))


def test_the_prior_on_screen_is_added_without_being_read_again(
    step: FollowLesions, reading: Reading, engine: Engine, qtbot: QtBot
) -> None:
    show(reading, Role.PRIOR, OLDER[2])
    reading.comparison.register(shift())
    reading.comparison.show(comparison_of(shift(), ANALYSIS, ANALYSIS))
    step.add(OLDER[0].series)
    qtbot.waitUntil(lambda: len(engine.kept) == 2, timeout=10_000)
    assert engine.kept == [("1.2", 1), ("1.0", 2)]
    assert engine.read == ["1.0"]


def test_what_makes_no_sense_is_said(step: FollowLesions, reading: Reading, engine: Engine) -> None:
    stranger = replace(OLDER[0].series, study=replace(OLDER[0].series.study, patient=replace(
        OLDER[0].series.study.patient, identifier="P2")))  # fmt: skip
    step.add(stranger)
    assert said(reading) == [OTHER_PATIENT]
    step.add_all()  # the listed ones have too few slices for a chest
    assert said(reading)[-1] == NO_OTHERS
    reading.findings[Role.CURRENT].run()
    step.add(OLDER[0].series)
    assert said(reading)[-1] == NOT_READ
    assert engine.read == []


def test_another_analysis_of_the_current_scan_begins_anew(
    step: FollowLesions, reading: Reading, engine: Engine, qtbot: QtBot
) -> None:
    step.add(OLDER[0].series)
    qtbot.waitUntil(lambda: len(engine.kept) == 1, timeout=10_000)
    reading.findings[Role.CURRENT].run()
    assert reading.timeline.value.timeline is None
    assert reading.timeline.value.kept == ()
