"""Totals of a cohort's scans by each pooling, and the model whose pooling alone was learned from them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from ai.model import load_bundle
from ai.model.bundle import save_bundle
from ai.model.network import EvidenceNet
from ai.model.pooling import Pooling
from ai.training.cohort import Cohort
from ai.training.pooling_choice import POOLINGS
from ai.training.reports.crops import prepared
from ai.training.reports.errors import ReportsError
from ai.training.reports.kept_totals import KeptTotals
from ai.training.reports.recipe import Learns
from ai.training.reports.report_run import ReportPlan, train_on_reports
from tests.support.bright_network import described, random_network
from tests.support.tiny_cohort import LABELS, SPACING_MM, TINY, guide, tiny_cohort


def test_totals_are_those_of_the_network_with_each_pooling(tmp_path: Path) -> None:
    cohort, bundle, network = tiny_cohort(tmp_path / "cohort", patients=1), guide(), random_network(3)
    network.pooling = Pooling(3.0, 0.5)
    kept = KeptTotals(tmp_path / "kept", cohort, bundle, network)
    assert kept.poolings[0] == Pooling(3.0, 0.5)
    assert set(kept.poolings[1:]) == set(POOLINGS)
    kept.make(cohort.scans)
    found = kept.of(cohort.scans)
    assert found.shape == (2, 3, len(kept.poolings))
    ready = prepared(cohort, cohort.scans[0], SPACING_MM)
    with torch.inference_mode():
        places = network(ready.hu).places[0]
    s, r, c = (n // 2 for n in ready.grid.shape)
    for number in (0, 1, 7):
        expected = kept.poolings[number].total(places[:, :s, :r, :c]).numpy()
        assert found[0, :, number] == pytest.approx(expected, rel=1e-3)


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a cohort and a bundle."""
    folder = tmp_path_factory.mktemp("hospital")
    tiny_cohort(folder / "cohort", patients=16)
    save_bundle(random_network(5), described(SPACING_MM), folder / "init")
    return folder


def plan(hospital: Path, run: Path) -> ReportPlan:
    """Return a plan in which pooling alone is learned."""
    recipe = replace(TINY, learns=Learns.POOLING)
    shares = {"train": 0.5, "calibrate": 0.25, "evaluate": 0.25}
    return ReportPlan(hospital / "cohort", run, recipe, hospital / "init", organs=hospital / "init", shares=shares)


def test_only_pooling_gains_and_biases_are_learned_and_kept_with_the_bundle(hospital: Path, tmp_path: Path) -> None:
    bundle = train_on_reports(plan(hospital, tmp_path))
    assert bundle is not None
    assert isinstance(bundle.network, EvidenceNet)
    before, after = random_network(5).state_dict(), bundle.network.state_dict()
    assert {name for name, value in after.items() if not torch.equal(value, before[name])} <= {"log_gain", "bias"}
    assert bundle.network.pooling == bundle.description.pooling
    card = (tmp_path / "bundle" / "CARD.md").read_text(encoding="utf-8")
    parts = Cohort.open(hospital / "cohort").split(1, plan(hospital, tmp_path).shares)
    asked = len(parts["train"]) + len(parts["calibrate"])
    assert f"by the reports of {asked} scans" in card
    assert f"power {bundle.network.pooling.power:g}, bar lowered by {bundle.network.pooling.lowered:g}" in card
    assert "steps" not in card
    assert load_bundle(tmp_path / "bundle").description.labels == LABELS
    measured = next(table for table in bundle.description.measured.values() if "reported" in table)
    assert measured["scans"] == len(parts["evaluate"])


def test_pooling_alone_needs_a_network_that_sees_already(hospital: Path, tmp_path: Path) -> None:
    with pytest.raises(ReportsError, match="--init"):
        train_on_reports(replace(plan(hospital, tmp_path), init=None))
