"""From a cohort to a bundle that loads, says of whom it learned, and is only measured on others."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from ai.model import load_bundle
from ai.model.bundle import save_bundle
from ai.model.filter_network import FilterNet
from ai.model.network import EvidenceNet
from ai.training.cohort import Cohort
from ai.training.judging.evaluate import Evaluated, EvaluationPlan, evaluate
from ai.training.reports.crops import Crops
from ai.training.reports.drawn import DrawnPatches
from ai.training.reports.errors import ReportsError
from ai.training.reports.known_patients import PATIENTS, mark_of, read_known
from ai.training.reports.processes import Processes
from ai.training.reports.recipe import Learns
from ai.training.reports.report_run import ReportPlan, Run, train_on_reports
from ai.training.truth import save_case
from tests.support.bright_network import described, random_network
from tests.support.close_network import random_close_look
from tests.support.drawn_cases import cube_case
from tests.support.tiny_cohort import LABELS, SPACING_MM, TINY, guide, tiny_cohort

SHARES = {"train": 0.5, "calibrate": 0.25, "evaluate": 0.25}


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a cohort and a bundle that names organs."""
    folder = tmp_path_factory.mktemp("hospital")
    tiny_cohort(folder / "cohort", patients=16)
    save_bundle(random_network(3), described(SPACING_MM), folder / "guide")
    return folder


def plan_in(hospital: Path, run: Path) -> ReportPlan:
    """Return a plan of few steps."""
    return ReportPlan(hospital / "cohort", run, replace(TINY, steps=3), organs=hospital / "guide", shares=SHARES)


@pytest.fixture(scope="module")
def run(hospital: Path) -> Path:
    """Return the folder of a finished run."""
    folder = hospital / "run"
    assert train_on_reports(plan_in(hospital, folder)) is not None
    return folder


@pytest.fixture(scope="module")
def evaluated(hospital: Path, run: Path) -> Evaluated:
    """Return the evaluation of the run's bundle against one of chance."""
    save_bundle(random_network(5), described(SPACING_MM), hospital / "chance")
    return evaluate(
        EvaluationPlan(hospital / "cohort", hospital / "page", run / "bundle", hospital / "chance", hospital / "guide")
    )


def test_the_bundle_loads_and_says_of_whom_it_learned(hospital: Path, run: Path) -> None:
    bundle, parts = load_bundle(run / "bundle"), Run(plan_in(hospital, run), Processes()).parts
    assert bundle.description.labels == LABELS
    assert bundle.description.spacing_mm == SPACING_MM
    assert not bundle.description.organs  # no report teaches them
    scans = parts["train"]
    told = f"The reports of {len(scans)} scans of {len({s.patient for s in scans})} patients"
    assert bundle.card.trained_on.startswith(told)
    assert told in (run / "bundle" / "CARD.md").read_text(encoding="utf-8")


def test_the_card_holds_what_was_measured_on_others(hospital: Path, run: Path) -> None:
    bundle, parts = load_bundle(run / "bundle"), Run(plan_in(hospital, run), Processes()).parts
    measured = next(table for table in bundle.description.measured.values() if "reported" in table)
    assert measured["scans"] == len(parts["evaluate"])
    nodule = measured["reported"]["nodule"]
    assert nodule["positive"] == sum(scan.label("nodule").value == 1 for scan in parts["evaluate"])
    assert f"{nodule['auroc'][0]:.3f}" in (run / "bundle" / "CARD.md").read_text(encoding="utf-8")
    assert "mass" in measured["too few to judge"]


def test_no_patient_is_in_two_parts(hospital: Path, run: Path) -> None:
    parts = Run(plan_in(hospital, run), Processes()).parts
    owners = [{scan.patient for scan in scans} for scans in parts.values()]
    assert sum(len(each) for each in owners) == len(set.union(*owners)) == 16
    assert sum(len(scans) for scans in parts.values()) == 32


def test_who_was_seen_stays_beside_the_bundle_and_is_never_measured(
    hospital: Path, run: Path, evaluated: Evaluated
) -> None:
    parts = Run(plan_in(hospital, run), Processes()).parts
    seen = {scan.patient for name in ("train", "calibrate") for scan in parts[name]}
    assert read_known(run / "bundle") == {mark_of(patient) for patient in seen}
    document = json.loads((hospital / "page" / "evaluation.json").read_text(encoding="utf-8"))
    assert [model["patients"] for model in document["models"]] == [16 - len(seen)] * 2
    assert f"{len(seen)} of the archive’s 16 patients were left out" in evaluated.page.read_text(encoding="utf-8")


def test_whom_an_earlier_model_saw_is_not_measured_by_the_next(hospital: Path, run: Path, tmp_path: Path) -> None:
    plan = replace(plan_in(hospital, tmp_path), init=run / "bundle", split_seed=2)
    parts = Run(plan, Processes()).parts
    known = read_known(run / "bundle")
    assert parts["evaluate"]
    assert not {mark_of(scan.patient) for name in ("calibrate", "evaluate") for scan in parts[name]} & known


def test_a_damaged_list_of_patients_is_refused(tmp_path: Path) -> None:
    (tmp_path / PATIENTS).write_text("{", encoding="utf-8")
    with pytest.raises(ReportsError, match="which patients"):
        read_known(tmp_path)


def test_the_page_says_not_better_and_shows_curves_and_misses(hospital: Path, evaluated: Evaluated) -> None:
    text = evaluated.page.read_text(encoding="utf-8")
    assert evaluated.sentence in text
    assert "etter" in evaluated.sentence
    document = json.loads((hospital / "page" / "evaluation.json").read_text(encoding="utf-8"))
    low = document["first minus second"]["mean"]["auroc"][1]
    assert evaluated.sentence.startswith("Better") == (low > 0)
    assert text.count("<polyline") == 2 * 2 * len(document["models"][0]["reported"])
    pictures = text.count('<img src="data:image/png;base64,')
    assert pictures == text.count("<figcaption>Nodule: probability")
    assert 0 < pictures <= 10


def test_a_model_that_has_seen_everybody_is_not_measured(hospital: Path, run: Path, tmp_path: Path) -> None:
    save_bundle(random_network(5), described(SPACING_MM), tmp_path)
    marks = [mark_of(f"p{n}") for n in range(16)]
    (tmp_path / PATIENTS).write_text(json.dumps({"schema": 1, "known": marks}), encoding="utf-8")
    with pytest.raises(ReportsError, match="every patient"):
        evaluate(EvaluationPlan(hospital / "cohort", tmp_path / "page", tmp_path, organs=hospital / "guide"))


def test_a_run_begins_with_a_bundles_weights_labels_and_spacing(hospital: Path, tmp_path: Path) -> None:
    save_bundle(random_network(5, 2), described(3.0, LABELS[:2]), tmp_path / "init")
    begun = Run(replace(plan_in(hospital, tmp_path / "run"), init=tmp_path / "init"), Processes())
    assert (begun.labels, begun.spacing_mm) == (LABELS[:2], 3.0)
    assert isinstance(begun.network, EvidenceNet)
    assert torch.equal(begun.network.head.weight, random_network(5, 2).head.weight)


def test_the_close_look_of_the_model_begun_with_is_handed_on(hospital: Path, tmp_path: Path) -> None:
    look = random_close_look(4)
    save_bundle(random_network(5, len(LABELS)), described(SPACING_MM, LABELS), tmp_path / "init", look)
    plan = plan_in(hospital, tmp_path / "run")
    bundle = train_on_reports(replace(plan, init=tmp_path / "init", recipe=replace(plan.recipe, steps=1)))
    assert bundle is not None
    assert bundle.close_look is not None
    assert torch.equal(bundle.close_look.network.answer.weight, look.network.answer.weight)
    assert "not taught here" in (tmp_path / "run" / "bundle" / "CARD.md").read_text(encoding="utf-8")


def test_a_crop_is_what_the_network_will_read_with_its_regions(hospital: Path, tmp_path: Path) -> None:
    cohort = Cohort.open(hospital / "cohort")
    crops = Crops(tmp_path, cohort, 8.0, guide())
    crops.make(cohort.scans[:1])
    crop = crops.load(cohort.scans[0].key)
    assert crop.hu.shape == (16, 16, 32)
    assert crop.hu.dtype == torch.int16
    assert crop.regions.shape == (8, 8, 12)
    crops.shelf.path(cohort.scans[0].key).write_bytes(b"half")
    with pytest.raises(ReportsError, match="delete it"):
        crops.load(cohort.scans[0].key)


def test_a_cohort_too_small_to_part_is_refused(tmp_path: Path, hospital: Path) -> None:
    tiny_cohort(tmp_path / "cohort", patients=1)
    plan = replace(plan_in(hospital, tmp_path / "run"), cohort=tmp_path / "cohort")
    with pytest.raises(ReportsError, match="More patients"):
        train_on_reports(plan)


def test_drawn_cases_need_their_labels_and_spacing(tmp_path: Path) -> None:
    save_case(cube_case(), tmp_path / "train-procedural-0.safetensors")
    with pytest.raises(ReportsError, match="39 labels at 2 mm"):
        DrawnPatches(tmp_path, LABELS, 2.0)


def test_heads_alone_learn_and_all_below_stays_to_the_bit(hospital: Path, tmp_path: Path) -> None:
    save_bundle(random_network(5), described(SPACING_MM), tmp_path / "init")
    plan = replace(plan_in(hospital, tmp_path / "run"), init=tmp_path / "init")
    bundle = train_on_reports(replace(plan, recipe=replace(plan.recipe, steps=4, learns=Learns.HEADS)))
    assert bundle is not None
    assert isinstance(bundle.network, EvidenceNet)
    before, after = random_network(5).state_dict(), bundle.network.state_dict()
    changed = {name for name, value in after.items() if not torch.equal(value, before[name])}
    assert {"head.weight"} <= changed <= {"head.weight", "log_gain", "bias"}
    assert "heads alone" in (tmp_path / "run" / "bundle" / "CARD.md").read_text(encoding="utf-8")


def test_layers_on_filters_cannot_be_taught(hospital: Path, tmp_path: Path) -> None:
    plan = plan_in(hospital, tmp_path / "run")
    with pytest.raises(ReportsError, match="only a head of parts"):
        train_on_reports(replace(plan, recipe=replace(plan.recipe, kind=FilterNet.kind)))


def test_heads_alone_need_a_network_that_sees_already(hospital: Path, tmp_path: Path) -> None:
    plan = plan_in(hospital, tmp_path / "run")
    with pytest.raises(ReportsError, match="--init"):
        train_on_reports(replace(plan, recipe=replace(plan.recipe, learns=Learns.HEADS)))
