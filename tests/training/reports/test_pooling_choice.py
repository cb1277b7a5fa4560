"""The pooling that explains the reports best is chosen, and only where it does so clearly."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from ai.model import load_bundle
from ai.model.bundle import save_bundle
from ai.model.network import EvidenceNet
from ai.model.pooling import Pooling
from ai.training.cohort import Cohort
from ai.training.reports.crops import prepared
from ai.training.reports.errors import ReportsError
from ai.training.reports.pooling_choice import POOLINGS, KeptTotals, chosen, rescaled
from ai.training.reports.recipe import Learns
from ai.training.reports.report_run import ReportPlan, train_on_reports
from tests.support.bright_network import described, random_network
from tests.support.tiny_cohort import LABELS, SPACING_MM, TINY, guide, tiny_cohort


def totals(noise: tuple[float, ...], scans: int = 60, labels: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Return totals by so many poolings, each of other noise about what is there, and what is there."""
    rng = np.random.default_rng(1)
    present = (rng.random((scans, labels)) < 0.4).astype(np.float64)
    columns = [10 * present + rng.normal(0, sigma, present.shape) + 20 for sigma in noise]
    return np.stack(columns, -1), present


def test_the_one_that_tells_presence_best_is_chosen() -> None:
    assert chosen(*totals((20.0, 12.0, 3.0, 12.0))) == 2


def test_without_a_clear_advantage_all_stays_as_it_was() -> None:
    evidence, present = totals((4.0,))
    again = evidence + np.random.default_rng(2).normal(0, 0.05, evidence.shape)
    assert chosen(np.concatenate([evidence, again], -1), present) == 0


def test_labels_of_which_reports_say_too_little_have_no_say() -> None:
    evidence, present = totals((20.0, 3.0))
    present[:, :] = np.nan
    assert chosen(evidence, present) == 0


def test_what_cannot_be_fitted_means_what_it_meant() -> None:
    network = random_network(3)
    gains = network.log_gain.detach().exp().double().numpy()
    before = np.random.default_rng(4).uniform(1, 50, (20, 3))
    before[:, 2] = 0.0
    after = before * [0.1, 7.0, 1.0]
    rescaled(network, before, after)
    again = network.log_gain.detach().exp().double().numpy()
    assert again * after == pytest.approx(gains * before, rel=1e-5)
    assert again[2] == pytest.approx(gains[2])


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
