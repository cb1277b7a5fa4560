"""What is chosen becomes current or prior; the next series is that of the same visit; patients are not mixed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from ai.series import Scan, Series, SliceHeader, Study
from ai.studies import LikelyPair
from tests.support.readings import Archive, scan_of
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.steps.open_scan import OpenScan
from viewer.steps.open_series import GROWN, OpenSeries

ROE = scan_of().series.study.patient
DOE = replace(ROE, name="Doe, Jane", identifier="P2")


def numbered(uid: str, number: int, day: date = date(2024, 3, 1), patient_of: Study | None = None) -> Scan:
    """Make a scan of the one visit of its patient and day."""
    scan = scan_of(uid=uid, taken_on=day)
    patient = (patient_of or scan.series.study).patient
    study = replace(scan.series.study, uid=f"{patient.identifier} {day}", patient=patient)
    return replace(scan, series=replace(scan.series, study=study, number=number))


class Bench:
    """An OpenSeries over an archive in memory whose series are all listed."""

    def __init__(self) -> None:
        then, doe = date(2023, 3, 1), Study(patient=DOE)
        self.scans = {
            "1": numbered("1", 1),
            "2": numbered("2", 2),
            "3": numbered("3", 3),
            "then": numbered("then", 1, then),
            "doe": numbered("doe", 1, patient_of=doe),
        }
        self.archive = Archive({Path("/all"): list(self.scans.values())})
        self.reading = Reading()
        self.opens = {role: self.open_scan(role) for role in Role}
        self.step = OpenSeries(self.opens, self.reading.scans, self.reading.browser, self.reading.notices)
        self.reading.browser.tell(Role.CURRENT, [scan.series for scan in self.scans.values()])

    def open_scan(self, role: Role) -> OpenScan:
        """Make the step of one role."""
        return OpenScan(role, self.reading.scans[role], self.reading.notices, lambda: 0, self.archive.begin)

    def series(self, uid: str) -> Series:
        """Return a series."""
        return self.scans[uid].series

    def said(self) -> list[tuple[str, bool]]:
        """Return what the board says, and whether it is grave."""
        return [(said.text, said.grave) for said in self.reading.notices.value]

    def shows(self, current: str | None, prior: str | None = None) -> bool:
        """Tell whether these are on screen, whole."""
        shown = [self.reading.scans[role].value for role in Role]
        return [s.series.uid if s is not None and s.whole else None for s in shown] == [current, prior]


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    """Return a bench and leave no thread behind."""
    made = Bench()
    yield made
    for step in made.opens.values():
        step.close()


def test_both_of_a_pair_are_opened(qtbot: QtBot, bench: Bench) -> None:
    chosen: list[Role] = []
    bench.step.chosen.connect(chosen.append)
    bench.step.choose_pair(LikelyPair(bench.series("1"), bench.series("then"), "because"))
    qtbot.waitUntil(lambda: bench.shows("1", "then"))
    assert chosen == [Role.CURRENT, Role.PRIOR]


def test_the_neighbour_is_that_of_the_same_visit(qtbot: QtBot, bench: Bench) -> None:
    bench.step.choose(bench.series("2"))
    for step, uid in ((1, "3"), (1, "3"), (-1, "2"), (-1, "1"), (-1, "1")):
        qtbot.waitUntil(lambda: not bench.opens[Role.CURRENT].lane.busy)
        bench.step.open_neighbour(Role.CURRENT, step)
        qtbot.waitUntil(lambda uid=uid: bench.shows(uid))  # type: ignore[misc]


def test_the_neighbour_is_found_though_another_study_is_browsed(qtbot: QtBot, bench: Bench) -> None:
    bench.step.choose(bench.series("2"))
    qtbot.waitUntil(lambda: bench.shows("2"))
    bench.reading.browser.begin(Role.CURRENT)
    bench.step.open_neighbour(Role.CURRENT, 1)
    qtbot.waitUntil(lambda: bench.shows("3"))


def test_the_prior_of_another_patient_is_closed(qtbot: QtBot, bench: Bench) -> None:
    bench.step.choose(bench.series("1"))
    bench.step.choose(bench.series("then"), Role.PRIOR)
    qtbot.waitUntil(lambda: bench.shows("1", "then"))
    bench.step.choose(bench.series("2"))
    qtbot.waitUntil(lambda: bench.shows("2", "then"))
    bench.step.choose(bench.series("doe"))
    qtbot.waitUntil(lambda: bench.shows("doe"))


def test_a_prior_that_is_still_being_read_is_given_up_with_its_patient(qtbot: QtBot, bench: Bench) -> None:
    bench.step.choose(bench.series("then"), Role.PRIOR)
    bench.step.choose(bench.series("doe"))
    qtbot.waitUntil(lambda: bench.shows("doe"))
    assert not bench.opens[Role.PRIOR].lane.busy
    assert bench.reading.notices.value == ()


def test_who_opened_a_series_before_all_of_it_was_found_is_told_once(qtbot: QtBot, bench: Bench) -> None:
    bench.step.choose(bench.series("1"))
    qtbot.waitUntil(lambda: bench.shows("1"))
    board, browser = bench.reading.notices, bench.reading.browser
    assert bench.said() == []
    header = SliceHeader(Path("/all/1"), 0, 20, 24, (0, 0, 0), (1, 0, 0), (0, 1, 0), (2.0, 2.0))
    for count in (2, 3):
        browser.tell(Role.CURRENT, [replace(bench.series("1"), slices=(header,) * count), bench.series("2")])
        assert bench.said() == [(GROWN, True)] * (count == 2)
        board.forget(Role.CURRENT.value)
    shown = bench.reading.scans[Role.CURRENT].value
    assert shown is not None
    assert shown.series is bench.series("1")


def test_current_and_prior_change_places(qtbot: QtBot, bench: Bench) -> None:
    bench.step.choose(bench.series("1"))
    bench.step.choose(bench.series("then"), Role.PRIOR)
    qtbot.waitUntil(lambda: bench.shows("1", "then"))
    bench.step.swap()
    qtbot.waitUntil(lambda: bench.shows("then", "1"))
