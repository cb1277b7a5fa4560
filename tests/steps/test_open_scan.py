"""From a series to a scan on screen, with a recording stand-in for ``ai.scan``."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from ai.errors import IntervalError
from ai.series import Scan
from tests.support.readings import Archive, grid_of, scan_of
from viewer.mpr.plane import Plane
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.steps.open_scan import OpenScan

ONE, TWO = Path("/one"), Path("/two")


class Bench:
    """An OpenScan for the current scan over an archive in memory."""

    def __init__(self) -> None:
        self.scan, self.other = scan_of(uid="1"), scan_of(grid_of((9, 20, 24)), uid="2")
        self.archive = Archive({ONE: [self.scan], TWO: [self.other]})
        self.reading = Reading()
        self.model = self.reading.scans[Role.CURRENT]
        self.step = OpenScan(
            Role.CURRENT,
            self.model,
            self.reading.notices,
            lambda: self.reading.slice_looked_at(Role.CURRENT),
            self.archive.begin,
        )

    @property
    def shown(self) -> Scan | None:
        """The whole scan on screen."""
        return None if self.model.value is None else self.model.value.scan

    def said(self) -> list[str]:
        """What the board says."""
        return [s.text for s in self.reading.notices.value]


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    """Return a bench and leave no thread behind."""
    made = Bench()
    yield made
    if made.archive.gate is not None:
        made.archive.gate.set()
    made.step.close()


def test_the_only_series_is_opened_and_shown_before_it_is_whole(qtbot: QtBot, bench: Bench) -> None:
    bench.archive.gate = threading.Event()
    seen: list[int] = []
    bench.model.slices_arrived.connect(
        lambda: seen.append(int((bench.archive.loadings[0].volume.hu > 0).any(axis=(1, 2)).sum()))
    )
    bench.step.open_series(bench.scan.series)
    qtbot.waitUntil(lambda: len(seen) > 0)
    assert bench.model.value is not None
    assert not bench.model.value.whole
    assert seen[0] >= 1
    bench.archive.gate.set()
    qtbot.waitUntil(lambda: bench.shown is not None)
    assert bench.shown is not None
    assert (bench.shown.volume.hu == bench.scan.volume.hu).all()


def test_the_slice_the_reader_looks_at_comes_first(qtbot: QtBot, bench: Bench) -> None:
    bench.archive.gate = threading.Event()
    bench.step.open_series(bench.scan.series)
    qtbot.waitUntil(lambda: bench.model.value is not None)
    assert bench.archive.loadings[0].looked_at[0] == 6
    bench.reading.linked.go_to_end(Role.CURRENT, Plane.AXIAL, last=True)
    bench.archive.gate.set()
    qtbot.waitUntil(lambda: bench.shown is not None)
    assert bench.archive.loadings[0].looked_at[-1] == 11


def test_a_refusal_is_said_and_the_old_scan_stays(qtbot: QtBot, bench: Bench) -> None:
    bench.step.open_series(bench.scan.series)
    qtbot.waitUntil(lambda: bench.shown is not None)
    bench.archive.error = IntervalError("/two has only 4 of the 100 slices its positions span.")
    bench.step.open_series(bench.other.series)
    qtbot.waitUntil(lambda: bench.said() == ["/two has only 4 of the 100 slices its positions span."])
    assert bench.shown is not None


def test_a_cancelled_loading_keeps_what_was_read_and_says_so(qtbot: QtBot, bench: Bench) -> None:
    bench.archive.gate = threading.Event()
    bench.step.open_series(bench.scan.series)
    qtbot.waitUntil(lambda: bench.model.value is not None)
    bench.step.cancel()
    assert bench.model.value is not None
    assert bench.model.value.cut_short
    assert bench.shown is None
    assert "stopped" in bench.said()[0]


def test_another_scan_opened_meanwhile_wins_and_the_one_left_is_cancelled_at_once(qtbot: QtBot, bench: Bench) -> None:
    bench.archive.gate = threading.Event()
    bench.step.open_series(bench.scan.series)
    qtbot.waitUntil(lambda: bench.model.value is not None)
    left = bench.archive.loadings[0]
    bench.archive.gate = None
    bench.step.open_series(bench.other.series)
    qtbot.waitUntil(lambda: bench.shown is not None)
    assert bench.shown is not None
    assert bench.shown.series is bench.other.series
    assert len(left.looked_at) == 6
    assert bench.said() == []


def test_a_scan_that_is_closed_while_it_loads_is_gone(qtbot: QtBot, bench: Bench) -> None:
    bench.archive.gate = threading.Event()
    bench.step.open_series(bench.scan.series)
    qtbot.waitUntil(lambda: bench.model.value is not None)
    bench.step.leave()
    assert bench.model.value is None
    assert bench.said() == []
    assert not bench.step.lane.busy
