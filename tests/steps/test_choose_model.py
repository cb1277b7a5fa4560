"""Another model reads after the reader chose it; one that cannot be opened changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from ai.errors import IntervalError
from ai.findings import Analysis
from ai.model.bundle import SHIPPED, save_bundle
from ai.progress import QUIET, Progress
from ai.volume import Volume
from tests.support.bright_network import described, random_network
from tests.support.readings import analysis_of, scan_of
from viewer.state.findings_model import Stage
from viewer.state.model_choice import OfferedModel
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.steps import engines
from viewer.steps.all_steps import AllSteps, Engines

OWN = OfferedModel(Path("/models/own"), "Own 2")
SHIPPED_ONE = OfferedModel(Path("/models/shipped"), "Shipped 1", True)


class Bench:
    """All steps over stand-ins: the shipped model finds a nodule, any other a mass."""

    def __init__(self) -> None:
        self.reading = Reading()
        self.asked: list[Path | None] = []
        self.steps = AllSteps(
            self.reading,
            Engines(
                analyse=self.by_shipped,
                analyse_with=self.by_other,
                find_models=self.found,
                open_model=self.opened,
                restore=lambda scan, progress: None,
            ),
        )

    def by_shipped(self, volume: Volume, progress: Progress) -> Analysis:
        """Find a nodule."""
        self.asked.append(None)
        return analysis_of(volume.grid, nodule=2.0)

    def by_other(self, folder: Path, volume: Volume, progress: Progress) -> Analysis:
        """Find a mass."""
        self.asked.append(folder)
        return analysis_of(volume.grid, mass=2.0)

    def found(self, progress: Progress) -> Sequence[OfferedModel]:
        """Come with two models."""
        return (SHIPPED_ONE, OWN)

    def opened(self, folder: Path, progress: Progress) -> OfferedModel:
        """Open what is offered, and nothing else."""
        for model in (SHIPPED_ONE, OWN):
            if model.folder == folder:
                return model
        raise IntervalError(f"{folder} is no bundle.")

    def names(self, role: Role) -> list[str]:
        """Return what is found in a scan."""
        analysis = self.reading.findings[role].value.analysis
        return [] if analysis is None else [finding.abnormality.name for finding in analysis.findings]


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    """Return a bench with an analysed scan; leave no thread behind."""
    made = Bench()
    made.reading.scans[Role.CURRENT].complete(scan_of())
    qtbot.waitUntil(lambda: made.names(Role.CURRENT) == ["nodule"])
    yield made
    made.steps.close()


def test_the_open_scan_is_read_anew_by_the_model_chosen_and_back(qtbot: QtBot, bench: Bench) -> None:
    bench.steps.model.choose(OWN.folder)
    qtbot.waitUntil(lambda: bench.names(Role.CURRENT) == ["mass"])
    assert bench.reading.models.value.chosen == OWN
    bench.steps.model.choose(SHIPPED_ONE.folder)
    qtbot.waitUntil(lambda: bench.names(Role.CURRENT) == ["nodule"])
    assert bench.asked == [None, OWN.folder, None]


def test_the_prior_is_read_by_the_same_model(qtbot: QtBot, bench: Bench) -> None:
    bench.steps.model.choose(OWN.folder)
    qtbot.waitUntil(lambda: bench.names(Role.CURRENT) == ["mass"])
    bench.reading.scans[Role.PRIOR].complete(scan_of(uid="2"))
    qtbot.waitUntil(lambda: bench.names(Role.PRIOR) == ["mass"])


def test_a_model_that_cannot_be_opened_changes_nothing(qtbot: QtBot, bench: Bench) -> None:
    bench.steps.model.choose(Path("/models/broken"))
    qtbot.waitUntil(lambda: bool(bench.reading.notices.value))
    assert [said.text for said in bench.reading.notices.value] == ["/models/broken is no bundle."]
    assert bench.reading.models.value.chosen is None
    assert bench.reading.findings[Role.CURRENT].value.stage is Stage.DONE
    assert bench.asked == [None]


def test_the_one_that_reads_already_reads_nothing_again(qtbot: QtBot, bench: Bench) -> None:
    bench.steps.model.list_models()
    qtbot.waitUntil(lambda: len(bench.reading.models.value.offered) == 2)
    bench.steps.model.choose(SHIPPED_ONE.folder)
    qtbot.waitUntil(lambda: not bench.steps.model.lane.busy)
    assert bench.asked == [None]
    value = bench.reading.models.value
    assert [value.reads(model) for model in value.offered] == [True, False]


def test_what_the_reader_opened_stays_offered(bench: Bench) -> None:
    models = bench.reading.models
    other = replace(OWN, folder=Path("/elsewhere"), name="Elsewhere 1")
    models.choose(other)
    models.offer([SHIPPED_ONE, OWN])
    assert models.value.offered == (SHIPPED_ONE, OWN, other)
    assert [models.value.reads(model) for model in models.value.offered] == [False, False, True]


def test_a_bundle_tells_its_name(tmp_path: Path) -> None:
    save_bundle(random_network(1), described(), tmp_path)
    assert engines.open_model(tmp_path, QUIET) == OfferedModel(tmp_path, "Set by hand 0", False)


def test_the_models_that_come_with_the_program_are_found_the_shipped_one_first() -> None:
    found = engines.find_models(QUIET)
    assert found[0].folder == SHIPPED
    assert [model.shipped for model in found] == [True] + [False] * (len(found) - 1)
