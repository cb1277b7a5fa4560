"""The change is mapped once the registration is settled, and forgotten with its pair."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from ai.errors import IntervalError
from tests.support.changes import StandInChange
from tests.support.readings import analysis_of, scan_of, shift
from viewer.mpr.pane_state import OverlayKind
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.steps.map_change import STOPPED, MapChange
from viewer.steps.map_heat_change import MapHeatChange


class Bench:
    """Both steps with recording stand-ins, over two scans."""

    def __init__(self) -> None:
        self.reading = Reading()
        self.ask = StandInChange()
        reading = self.reading
        self.step = MapChange(
            reading.scans, reading.comparison, reading.change, self.ask.map_change, self.ask.warp_prior
        )
        self.heat = MapHeatChange(reading, self.ask.map_heat_change)
        for role in Role:
            reading.scans[role].complete(scan_of(uid=role.value))

    def find(self) -> None:
        """Let the findings of both scans arrive."""
        for role, logit in ((Role.PRIOR, 1.0), (Role.CURRENT, 3.0)):
            grid = scan_of().volume.grid
            self.reading.findings[role].show(analysis_of(grid, nodule=logit, mass=2.0))


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    """Return a bench and leave no thread behind."""
    made = Bench()
    yield made
    made.step.close()
    made.heat.close()


def test_the_rigid_registration_alone_is_not_mapped(qtbot: QtBot, bench: Bench) -> None:
    bench.reading.comparison.register(shift())
    qtbot.wait(20)
    assert bench.ask.calls == []


def test_a_settled_registration_is_mapped_then_the_prior_warped(qtbot: QtBot, bench: Bench) -> None:
    bench.reading.comparison.register(shift())
    bench.reading.comparison.settle(shift())
    qtbot.waitUntil(lambda: bench.reading.change.value.warped_prior is not None)
    assert bench.ask.calls == ["map", "warp"]
    assert bench.reading.change.value.density is not None


def test_findings_that_are_compared_later_map_nothing_again(qtbot: QtBot, bench: Bench) -> None:
    test_a_settled_registration_is_mapped_then_the_prior_warped(qtbot, bench)
    bench.reading.comparison.fail("No findings.")
    qtbot.wait(20)
    assert bench.ask.calls == ["map", "warp"]
    assert bench.reading.change.value.density is not None


def test_another_pair_forgets_map_and_voxels(qtbot: QtBot, bench: Bench) -> None:
    test_a_settled_registration_is_mapped_then_the_prior_warped(qtbot, bench)
    bench.reading.comparison.clear()
    assert bench.reading.change.value.density is None
    assert bench.reading.change.value.warped_prior is None


def test_a_map_of_the_pair_before_never_arrives(qtbot: QtBot, bench: Bench) -> None:
    bench.ask.gate = threading.Event()
    bench.reading.comparison.settle(shift())
    qtbot.waitUntil(lambda: bench.ask.calls == ["map"])
    bench.reading.comparison.clear()
    bench.ask.gate.set()
    qtbot.waitUntil(lambda: not bench.step.lane.busy)
    qtbot.wait(20)
    assert (bench.reading.change.value.density, bench.reading.change.value.sentence) == (None, "")


def test_stopped_it_says_so_and_begins_anew_when_asked(qtbot: QtBot, bench: Bench) -> None:
    bench.ask.gate = threading.Event()
    bench.reading.comparison.settle(shift())
    qtbot.waitUntil(lambda: bench.ask.calls == ["map"])
    bench.step.lane.cancel()
    assert bench.reading.change.value.sentence == STOPPED
    bench.ask.gate.set()
    bench.step.start_again()
    qtbot.waitUntil(lambda: bench.reading.change.value.warped_prior is not None)
    assert bench.reading.change.value.sentence == ""


def test_a_failure_is_a_sentence(qtbot: QtBot, bench: Bench) -> None:
    bench.ask.error = IntervalError("The scans are too large to map.")
    bench.reading.comparison.settle(shift())
    qtbot.waitUntil(lambda: bench.reading.change.value.sentence == "The scans are too large to map.")


def test_the_heat_of_the_finding_looked_at_is_mapped_while_it_is_asked_for(qtbot: QtBot, bench: Bench) -> None:
    bench.find()
    bench.reading.comparison.settle(shift())
    bench.reading.findings[Role.CURRENT].select("nodule")
    qtbot.wait(20)
    assert "heat" not in bench.ask.calls
    bench.reading.linked.toggle_change(OverlayKind.HEAT_CHANGE)
    qtbot.waitUntil(lambda: bench.reading.change.value.heat is not None)
    assert bench.reading.change.value.heat is not None
    assert bench.reading.change.value.heat.map.values.sum() == pytest.approx(2.0)
    bench.reading.findings[Role.CURRENT].select("mass")
    qtbot.waitUntil(lambda: (heat := bench.reading.change.value.heat) is not None and heat.abnormality == "mass")
    bench.reading.linked.toggle_change(OverlayKind.HEAT_CHANGE)
    assert bench.reading.change.value.heat is None
