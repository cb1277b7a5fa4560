"""What is told of parts of a cohort's scans, and the models whose head of parts learned from it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from ai.model import Bundle, load_bundle
from ai.model.bundle import save_bundle
from ai.model.deep_network import DeepNet
from ai.model.network import EvidenceNet
from ai.model.seeing import see
from ai.training.cohort import Cohort
from ai.training.judging.readings import judge
from ai.training.reports import report_run
from ai.training.reports.crops import prepared
from ai.training.reports.errors import ReportsError
from ai.training.reports.kept_parts import KeptParts
from ai.training.reports.processes import Processes
from ai.training.reports.recipe import BESIDE, BY_PARTS, Learns
from ai.training.reports.report_run import ReportPlan, Run, train_on_reports
from tests.support.bright_network import described, random_network
from tests.support.tiny_cohort import LABELS, SPACING_MM, tiny_cohort

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a cohort and a bundle."""
    folder = tmp_path_factory.mktemp("hospital")
    tiny_cohort(folder / "cohort", patients=32)
    save_bundle(random_network(5), described(SPACING_MM), folder / "init")
    return folder


def plan(hospital: Path, run: Path, beside: bool = False) -> ReportPlan:
    """Return a plan in which a head of parts is taught, above filters or beside a network."""
    recipe = replace(BESIDE if beside else BY_PARTS, labels=LABELS, spacing_mm=SPACING_MM)
    shares = {"train": 0.6, "calibrate": 0.2, "evaluate": 0.2}
    init = hospital / "init" if beside else None
    return ReportPlan(hospital / "cohort", run, recipe, init, organs=hospital / "init", shares=shares)


@pytest.fixture(scope="module")
def above_filters(hospital: Path) -> Bundle:
    """Return a bundle taught from nothing."""
    bundle = train_on_reports(plan(hospital, hospital / "run"))
    assert bundle is not None
    return bundle


def separation(hospital: Path, bundle: Bundle) -> float:
    """Return how often a scan with a nodule that was not learned from has more evidence than one without."""
    scans = Cohort.open(hospital / "cohort").split(1, plan(hospital, hospital).shares)["evaluate"]
    (judged,) = judge([bundle], None, Cohort.open(hospital / "cohort"), scans)
    there = judged.present[:, 0] == 1
    assert 0 < there.sum() < len(there)
    return float((judged.logits[there, 0][:, None] > judged.logits[~there, 0]).mean())


def test_what_is_kept_is_what_is_read(hospital: Path, tmp_path: Path) -> None:
    cohort, network = Cohort.open(hospital / "cohort"), random_network(5)
    head = network.add_part_head()
    head.weight.normal_(generator=torch.Generator().manual_seed(0))
    kept = KeptParts(tmp_path, "me", cohort, SPACING_MM, network, ())
    kept.make(cohort.scans[:2])
    evidence = kept.of(cohort.scans[:2]).evidence(head)
    seen = see(prepared(cohort, cohort.scans[1], SPACING_MM), network, CPU)
    read = seen.heat.sum(axis=(1, 2, 3), dtype=np.float64) / seen.gain
    assert evidence[1].numpy() == pytest.approx(read, rel=2e-3, abs=0.05)


def test_from_nothing_it_learns_to_tell_scans_apart_and_is_a_bundle_like_others(
    hospital: Path, above_filters: Bundle
) -> None:
    assert separation(hospital, above_filters) > 0.8
    said = above_filters.description
    assert (said.kind, said.widths, said.parts) == ("filters", (), True)
    card = (hospital / "run" / "bundle" / "CARD.md").read_text(encoding="utf-8")
    assert "a head of parts" in card
    assert "steps" not in card
    assert load_bundle(hospital / "run" / "bundle").description == said


def test_its_heat_adds_up_to_the_logit_it_calibrated(hospital: Path, above_filters: Bundle) -> None:
    cohort = Cohort.open(hospital / "cohort")
    seen = see(prepared(cohort, cohort.scans[0], SPACING_MM), above_filters.network, CPU)
    (judged,) = judge([above_filters], None, cohort, cohort.scans[:1])
    total = seen.bias + seen.heat.sum(axis=(1, 2, 3), dtype=np.float64)
    assert judged.logits[0] == pytest.approx(total, abs=1e-4)
    assert seen.heat[0].max() > 0


def test_killed_or_shared_it_ends_with_the_same_weights(hospital: Path, above_filters: Bundle, tmp_path: Path) -> None:
    """What was told of scans is kept one by one, whoever asked; the rest is one solution of one equation."""
    told, asked = Run(plan(hospital, tmp_path), Processes()).parts_told()
    told.make(asked[1::2])
    again = train_on_reports(plan(hospital, tmp_path))
    assert again is not None
    for mine, other in zip(
        again.network.state_dict().values(), above_filters.network.state_dict().values(), strict=True
    ):
        assert torch.equal(mine, other)


def test_beside_a_network_all_its_weights_stay(hospital: Path, tmp_path: Path) -> None:
    bundle, begun = train_on_reports(plan(hospital, tmp_path, beside=True)), load_bundle(hospital / "init")
    assert bundle is not None
    assert isinstance(bundle.network, DeepNet)
    before, after = begun.network.state_dict(), bundle.network.state_dict()
    changed = {name for name, value in after.items() if name not in before or not torch.equal(value, before[name])}
    heads = {"part_head.weight", "part_head.lobe_weight"}
    assert heads <= changed <= heads | {"log_gain", "bias"}
    assert bundle.description.organs
    assert separation(hospital, bundle) > 0.9


def test_it_can_be_taught_further_from_where_it_is(hospital: Path, tmp_path: Path) -> None:
    first = train_on_reports(plan(hospital, tmp_path / "first", beside=True))
    assert first is not None
    further = replace(
        plan(hospital, tmp_path / "second", beside=True), init=tmp_path / "first" / "bundle", split_seed=2
    )
    second = train_on_reports(further)
    assert second is not None
    assert isinstance(first.network, EvidenceNet)
    assert isinstance(second.network, EvidenceNet)
    assert first.network.part_head is not None
    assert second.network.part_head is not None
    assert second.network.part_head.weight.norm() > 0.5 * first.network.part_head.weight.norm()
    assert second.card.trained_on.startswith("A head of parts by the reports of")
    with pytest.raises(ReportsError, match="--learn parts"):
        train_on_reports(replace(further, run=tmp_path / "third", recipe=replace(further.recipe, learns=Learns.HEADS)))


def test_what_it_cannot_be_taught_by_is_refused(
    hospital: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ReportsError, match="--phantom"):
        train_on_reports(replace(plan(hospital, tmp_path), phantom=tmp_path))
    deep = replace(BY_PARTS, kind=DeepNet.kind, widths=(8, 8, 8, 8), features=8, labels=LABELS)
    with pytest.raises(ReportsError, match="sees already"):
        train_on_reports(replace(plan(hospital, tmp_path), recipe=deep))
    monkeypatch.setattr(report_run, "MOST_SCANS", 7)
    with pytest.raises(ReportsError, match="from 7 scans at the most"):
        train_on_reports(plan(hospital, tmp_path))
