"""What is opened at once, what the reader chooses from, and that a search disturbs nobody."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from ai.errors import IntervalError
from ai.series import Notice, Scan
from tests.support.readings import Archive, scan_of
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.steps.open_paths import OpenPaths
from viewer.steps.open_scan import OpenScan
from viewer.steps.open_series import OpenSeries

OLD, NEW, UNDATED, BOTH, MANY = Path("/old"), Path("/new"), Path("/undated"), Path("/both"), Path("/many")
LEFT_OUT = Notice("1 file was no DICOM and left out.", of_place=True)
DAMAGED = Notice("broken.dcm is cut off.", grave=True, of_place=True)


class Bench:
    """An OpenPaths over an archive in memory."""

    def __init__(self) -> None:
        old, new = scan_of(uid="old", taken_on=date(2020, 5, 1)), scan_of(uid="new", taken_on=date(2021, 5, 1))
        same_day = [scan_of(uid=uid, taken_on=date(2021, 5, 1)) for uid in ("a", "b", "c")]
        self.archive = Archive(
            {OLD: [old], NEW: [new], UNDATED: [scan_of(uid="undated")], BOTH: [old, new], MANY: same_day}
        )
        self.reading = Reading()
        self.browser = self.reading.browser
        self.opens = {role: self.open_scan(role) for role in Role}
        self.series = OpenSeries(self.opens, self.reading.scans, self.browser, self.reading.notices)
        self.step = OpenPaths(self.series, self.browser, self.reading.notices, self.archive.find_series)

    def open_scan(self, role: Role) -> OpenScan:
        """Make the step of one role."""
        reading = self.reading
        return OpenScan(
            role,
            reading.scans[role],
            reading.notices,
            lambda: 0,
            self.archive.begin,
            reading.browser.harmless,
        )

    def uid(self, role: Role) -> str | None:
        """Which scan a role shows, once it is whole."""
        shown = self.reading.scans[role].value
        return shown.series.uid if shown is not None and shown.whole else None

    def listed(self) -> list[str]:
        """The series in the browser."""
        return [s.uid for history in self.browser.value.histories for e in history.examinations for s in e.series]

    def said(self) -> list[str]:
        """What the board says."""
        return [s.text for s in self.reading.notices.value]


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    """Return a bench and leave no thread behind."""
    made = Bench()
    yield made
    if made.archive.search_gate is not None:
        made.archive.search_gate.set()
    made.step.close()
    for step in made.opens.values():
        step.close()


@pytest.mark.parametrize(
    ("paths", "prior", "current_uid", "prior_uid"),
    [
        ([OLD], None, "old", None),
        ([OLD, NEW], None, "new", "old"),
        ([NEW, OLD], None, "new", "old"),
        ([UNDATED, NEW], None, "undated", "new"),
        ([BOTH], None, "new", "old"),
        ([OLD], NEW, "old", "new"),
        ([], OLD, None, "old"),
    ],
)
def test_one_scan_or_a_pair_is_opened_at_once_and_the_browser_stays_away(
    qtbot: QtBot, bench: Bench, paths: list[Path], prior: Path | None, current_uid: str | None, prior_uid: str | None
) -> None:
    bench.step.open(paths, prior)
    qtbot.waitUntil(lambda: bench.uid(Role.CURRENT) == current_uid and bench.uid(Role.PRIOR) == prior_uid)
    assert not bench.browser.value.shown
    assert sorted(bench.listed()) == sorted(uid for uid in (current_uid, prior_uid) if uid)
    assert bench.said() == []


@pytest.mark.parametrize(("paths", "listed"), [([MANY], 3), ([NEW, OLD, UNDATED], 3), ([MANY, OLD], 4)])
def test_whatever_holds_more_is_listed_and_nothing_is_opened(
    qtbot: QtBot, bench: Bench, paths: list[Path], listed: int
) -> None:
    bench.step.open(paths)
    qtbot.waitUntil(lambda: bench.browser.value.shown and not bench.browser.value.searching)
    assert len(bench.listed()) == listed
    assert all(scan.value is None for scan in bench.reading.scans.values())


def test_a_series_is_opened_while_the_search_goes_on_and_neither_disturbs_the_other(qtbot: QtBot, bench: Bench) -> None:
    bench.archive.search_gate = threading.Event()
    bench.step.open([MANY])
    qtbot.waitUntil(lambda: bench.browser.value.shown)
    chosen = bench.browser.value.histories[0].examinations[1].series[0]
    bench.series.choose(chosen)
    qtbot.waitUntil(lambda: bench.uid(Role.CURRENT) == chosen.uid)
    shown = bench.reading.scans[Role.CURRENT].value
    assert bench.browser.value.searching == {Role.CURRENT}
    bench.archive.search_gate.set()
    qtbot.waitUntil(lambda: not bench.browser.value.searching)
    assert bench.reading.scans[Role.CURRENT].value is shown
    assert len(bench.archive.loadings) == 1


def test_who_has_chosen_before_the_search_ends_keeps_what_he_chose(qtbot: QtBot, bench: Bench) -> None:
    bench.archive.search_gate = threading.Event()
    bench.step.open([BOTH])
    qtbot.waitUntil(lambda: bench.listed() == ["new", "old"])
    assert not bench.browser.value.shown
    bench.series.choose(bench.browser.value.histories[0].examinations[1].series[0])
    qtbot.waitUntil(lambda: bench.uid(Role.CURRENT) == "old")
    bench.archive.search_gate.set()
    qtbot.waitUntil(lambda: not bench.browser.value.searching)
    assert (bench.uid(Role.CURRENT), bench.uid(Role.PRIOR)) == ("old", None)


def test_a_browser_hidden_during_the_search_stays_hidden(qtbot: QtBot, bench: Bench) -> None:
    bench.archive.search_gate = threading.Event()
    bench.step.open([MANY, OLD])
    qtbot.waitUntil(lambda: bench.browser.value.shown)
    bench.browser.hide()
    bench.archive.search_gate.set()
    qtbot.waitUntil(lambda: not bench.browser.value.searching)
    assert not bench.browser.value.shown


def test_a_stopped_search_lists_what_it_found_and_says_so(qtbot: QtBot, bench: Bench) -> None:
    bench.archive.search_gate = threading.Event()
    bench.step.open([MANY])
    qtbot.waitUntil(lambda: len(bench.listed()) == 3)
    bench.step.lanes[Role.CURRENT].cancel()
    assert not bench.browser.value.searching
    assert len(bench.listed()) == 3
    assert bench.said() == ["The search was stopped: only what was found by then is listed."]


def test_another_search_replaces_the_one_before_it(qtbot: QtBot, bench: Bench) -> None:
    bench.archive.search_gate = threading.Event()
    bench.step.open([MANY])
    qtbot.waitUntil(lambda: len(bench.listed()) == 3)
    bench.archive.search_gate = None
    bench.step.open([OLD])
    qtbot.waitUntil(lambda: bench.uid(Role.CURRENT) == "old")
    assert bench.listed() == ["old"]


def test_a_new_study_ends_the_search_for_a_prior_of_the_last_one_without_a_word(qtbot: QtBot, bench: Bench) -> None:
    bench.archive.search_gate = threading.Event()
    bench.step.open_prior([MANY])
    qtbot.waitUntil(lambda: len(bench.listed()) == 3)
    bench.archive.search_gate = None
    bench.step.open([OLD])
    qtbot.waitUntil(lambda: bench.uid(Role.CURRENT) == "old")
    assert (bench.listed(), bench.said(), bench.browser.value.shown) == (["old"], [], False)


def test_among_several_priors_the_reader_chooses_beside_what_is_there(qtbot: QtBot, bench: Bench) -> None:
    bench.step.open([UNDATED])
    qtbot.waitUntil(lambda: bench.uid(Role.CURRENT) == "undated")
    bench.step.open_prior([MANY])
    qtbot.waitUntil(lambda: bench.browser.value.shown)
    assert sorted(bench.listed()) == ["a", "b", "c", "undated"]
    opens_as = [bench.browser.value.opens_as]
    bench.series.choose(bench.browser.value.found[Role.PRIOR][1])
    qtbot.waitUntil(lambda: bench.uid(Role.PRIOR) == "b")
    assert bench.uid(Role.CURRENT) == "undated"
    opens_as.append(bench.browser.value.opens_as)
    assert opens_as == [Role.PRIOR, Role.CURRENT]


def test_what_cannot_be_read_is_said_and_what_is_open_stays(qtbot: QtBot, bench: Bench) -> None:
    bench.step.open([OLD])
    qtbot.waitUntil(lambda: bench.uid(Role.CURRENT) == "old")
    bench.archive.error = IntervalError("/nowhere holds no CT series; choose a folder with DICOM files.")
    bench.step.open([NEW])
    qtbot.waitUntil(lambda: bench.said() == [str(bench.archive.error)])
    assert bench.uid(Role.CURRENT) == "old"
    assert not bench.browser.value.searching


def test_one_bad_path_among_several_is_said_and_the_others_are_listed(qtbot: QtBot, bench: Bench) -> None:
    bench.step.open([Path("/nowhere"), MANY])
    qtbot.waitUntil(lambda: bench.browser.value.shown and not bench.browser.value.searching)
    assert (len(bench.listed()), bench.said()) == (3, ["/nowhere holds no CT."])


def test_a_prior_that_cannot_be_read_leaves_both_unopened(qtbot: QtBot, bench: Bench) -> None:
    bench.step.open([NEW], prior=Path("/nowhere"))
    qtbot.waitUntil(lambda: bench.said() == ["/nowhere holds no CT."])
    assert bench.reading.scans[Role.CURRENT].value is None


def test_what_lies_beside_the_scans_of_a_pair_is_said_once_and_damage_with_each(qtbot: QtBot, bench: Bench) -> None:
    bench.archive.scans[BOTH] = [in_one_folder(scan) for scan in bench.archive.scans[BOTH]]
    bench.step.open([BOTH])
    qtbot.waitUntil(lambda: bench.uid(Role.CURRENT) == "new" and bench.uid(Role.PRIOR) == "old")
    assert {(s.text, s.about) for s in bench.reading.notices.value} == {
        (LEFT_OUT.text, "opening"),
        (DAMAGED.text, "Current"),
        (DAMAGED.text, "Prior"),
    }


def in_one_folder(scan: Scan) -> Scan:
    """Return a scan found in a folder with something that is no DICOM, and something that cannot be read."""
    told = (LEFT_OUT, DAMAGED)
    return replace(scan, series=replace(scan.series, notices=told), notices=told)
