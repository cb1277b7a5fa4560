"""From a path to a scan on screen, with a recording stand-in for ``ai.scan``."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from ai.errors import IntervalError
from ai.series import Scan, Series
from tests.support.readings import Archive, grid_of, scan_of
from viewer.mpr.plane import Plane
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.steps.open_scan import OpenScan

ONE, TWO, NOWHERE = Path("/one"), Path("/two"), Path("/nowhere")


class Bench:
    """An OpenScan for the current scan over an archive in memory."""

    def __init__(self) -> None:
        self.scan = scan_of(uid="1")
        self.archive = Archive({ONE: [self.scan], TWO: [scan_of(uid="2a"), scan_of(grid_of((9, 20, 24)), uid="2b")]})
        self.reading = Reading()
        self.model = self.reading.scans[Role.CURRENT]
        self.step = OpenScan(
            Role.CURRENT,
            self.model,
            self.reading.notices,
            lambda: self.reading.slice_looked_at(Role.CURRENT),
            self.archive.find_series,
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
    bench.step.open(ONE)
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
    bench.step.open(ONE)
    qtbot.waitUntil(lambda: bench.model.value is not None)
    assert bench.archive.loadings[0].looked_at[0] == 6
    bench.reading.linked.go_to_end(Role.CURRENT, Plane.AXIAL, last=True)
    bench.archive.gate.set()
    qtbot.waitUntil(lambda: bench.shown is not None)
    assert bench.archive.loadings[0].looked_at[-1] == 11


def test_several_series_are_put_to_the_reader(qtbot: QtBot, bench: Bench) -> None:
    offered: list[list[Series]] = []
    bench.step.several_found.connect(offered.append)
    bench.step.open(TWO)
    qtbot.waitUntil(lambda: len(offered) == 1)
    assert bench.model.value is None
    bench.step.open_series(offered[0][1])
    qtbot.waitUntil(lambda: bench.shown is not None)
    assert bench.shown is not None
    assert bench.shown.series.uid == "2b"


def test_a_refusal_is_said_and_the_old_scan_stays(qtbot: QtBot, bench: Bench) -> None:
    bench.step.open(ONE)
    qtbot.waitUntil(lambda: bench.shown is not None)
    bench.archive.error = IntervalError("/nowhere holds no CT series; choose a folder with DICOM files.")
    bench.step.open(NOWHERE)
    qtbot.waitUntil(lambda: bench.said() == ["/nowhere holds no CT series; choose a folder with DICOM files."])
    assert bench.shown is not None


def test_a_cancelled_loading_keeps_what_was_read_and_says_so(qtbot: QtBot, bench: Bench) -> None:
    bench.archive.gate = threading.Event()
    bench.step.open(ONE)
    qtbot.waitUntil(lambda: bench.model.value is not None)
    bench.step.cancel()
    assert bench.model.value is not None
    assert bench.model.value.cut_short
    assert bench.shown is None
    assert "stopped" in bench.said()[0]


def test_another_scan_opened_meanwhile_wins(qtbot: QtBot, bench: Bench) -> None:
    bench.archive.gate = threading.Event()
    other = scan_of(uid="other")
    bench.archive.scans[NOWHERE] = [other]
    bench.step.open(ONE)
    qtbot.waitUntil(lambda: bench.model.value is not None)
    bench.step.open(NOWHERE)
    bench.archive.gate.set()
    qtbot.waitUntil(lambda: bench.shown is not None)
    assert bench.shown is not None
    assert bench.shown.series is other.series
