"""Readings of drawn cases, calibration over them, and the table of figures: beside numbers known beforehand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from ai.findings import NEVER, Thresholds
from ai.model.confining import confine
from ai.model.deep_network import DeepNet
from ai.model.network import EvidenceNet
from ai.model.pooling import SUM, Pooling
from ai.organs import ORGANS
from ai.training.calibration import calibrate
from ai.training.evaluation import table
from ai.training.logistic import logistic_fit
from ai.training.pooling_choice import POOLINGS, POWERS
from ai.training.readings import CELL_MM, SHIFTS, Readings, drawn_paths, read_cases
from ai.training.truth import UNKNOWN, TrainingCase, save_case
from tests.support.bright_network import LABELS, bright_network, random_network
from tests.support.close_network import Told, random_close_look
from tests.support.drawn_cases import cube_case

HALF = Thresholds.one(0.5)


def bright_case(at: tuple[int, int, int] | None = (16, 8, 20), marked: bool = True) -> TrainingCase:
    """Return a case with a cube of 1000 HU (4×4×4 cells, first cell ``at``), marked or not as the first label."""
    case = cube_case()
    case.hu[:] = -850
    if at is not None:
        s, r, c = (2 * v for v in at)
        case.hu[s : s + 8, r : r + 8, c : c + 8] = 1000
    return case if marked else replace(case, labels=case.labels[:0], truth=case.truth[:0], instances=case.instances[:0])


def read(folder: Path, *cases: TrainingCase, network: EvidenceNet | None = None) -> Readings:
    """Keep cases and read them."""
    for number, case in enumerate(cases):
        save_case(case, folder / f"evaluate-procedural-{number}.safetensors")
    return read_cases(network or bright_network(), list(drawn_paths(folder, "evaluate")), LABELS)


def test_evidence_is_the_sum_over_all_places(tmp_path: Path) -> None:
    readings = read(tmp_path, bright_case(), bright_case(at=None, marked=False))
    assert readings.present[:, 0].tolist() == [1.0, 0.0]
    assert readings.evidence[0, 0] == pytest.approx(64, rel=1e-3)
    assert readings.evidence[1, 0] == 0
    assert readings.tried.size == 0


def test_for_calibration_other_bars_and_poolings_are_tried(tmp_path: Path) -> None:
    """Sixty-four cells are sure by 1, all others not by far."""
    read(tmp_path, bright_case(), bright_case(at=None, marked=False))
    readings = read_cases(bright_network(), list(drawn_paths(tmp_path, "evaluate")), LABELS, calibrating=True)
    tried = readings.tried[0, 0]
    assert tried[:, SHIFTS.index(0.0)] == pytest.approx([64, 8, 4], rel=1e-3)
    assert tried[:, SHIFTS.index(-0.5)] == pytest.approx([32, 4, 2], rel=1e-3)
    assert (np.diff(readings.tried, axis=3) >= 0).all()
    pooled = readings.pooled((0.5, 0.0, 0.0))
    assert pooled.shape == (2, len(LABELS), len(POOLINGS))
    for number, pooling in enumerate(POOLINGS):
        network = bright_network()
        network.head.weight.data[0, -1] += 0.5
        network.pooling = pooling
        (again, _) = read_cases(network, list(drawn_paths(tmp_path, "evaluate")), LABELS).evidence
        assert pooled[0, :, number] == pytest.approx(again, rel=1e-3)


def test_the_logit_is_gain_times_evidence_and_bias(tmp_path: Path) -> None:
    network = random_network(3)
    case = bright_case()
    readings = read(tmp_path, case, network=network)
    with torch.no_grad():
        logits = network(case.hu.float()[None, None]).logits[0].numpy()
        gain, bias = network.log_gain.double().exp().numpy(), network.bias.double().numpy()
    assert bias + gain * readings.evidence[0] == pytest.approx(logits, rel=1e-4, abs=1e-3)


def test_confined_labels_count_near_the_lungs_the_network_names_alone(tmp_path: Path) -> None:
    network, case = random_network(3), bright_case()
    free = read(tmp_path, case, network=network)
    kept = read_cases(network, list(drawn_paths(tmp_path, "evaluate")), LABELS, confined=(1,))
    with torch.no_grad():
        said = network(case.hu.float()[None, None])
    assert said.organs is not None
    places = said.places[0].clone()
    confine(places, (1,), said.organs[0].numpy(), None, CELL_MM)
    assert kept.evidence[0] == pytest.approx(network.pooling.total(places).numpy(), rel=1e-4)
    assert 0 < kept.evidence[0, 1] < free.evidence[0, 1]
    assert kept.evidence[0, [0, 2]].tolist() == free.evidence[0, [0, 2]].tolist()


def test_pointing_and_energy(tmp_path: Path) -> None:
    readings = read(tmp_path, bright_case(), bright_case(at=(4, 20, 4)), bright_case(at=None))
    assert readings.pointed[:, 0].tolist() == [1.0, 0.0, 0.0]
    assert readings.energy[0, 0] == pytest.approx(1.0)
    assert readings.energy[1, 0] == pytest.approx(0.0)
    assert np.isnan(readings.energy[2, 0])
    assert np.isnan(readings.pointed[:, 1]).all()


def test_undecided_places_and_slivers_leave_a_case_undecided_but_count_as_heat(tmp_path: Path) -> None:
    hidden, sliver = bright_case(), bright_case(at=None)
    hidden.truth[hidden.truth > 0] = UNKNOWN
    sliver.truth[sliver.truth > 0] = 20
    readings = read(tmp_path, hidden, sliver)
    assert readings.evidence[0, 0] == pytest.approx(64, rel=1e-3)
    assert np.isnan(readings.present[:, 0]).all()
    known = read_cases(bright_network(), list(drawn_paths(tmp_path, "evaluate")), LABELS, calibrating=True)
    assert known.present[0, 0] == 0
    assert known.evidence[0, 0] == 0
    assert np.isnan(known.present[1, 0])


def test_nodules_are_marked_where_they_are(tmp_path: Path) -> None:
    readings = read(tmp_path, bright_case(), bright_case(at=(4, 20, 4)), bright_case(marked=False))
    hit, missed, vain = readings.nodules
    assert hit.found.tolist() == [pytest.approx(1.0, abs=0.05)]
    assert hit.false.max() <= 0 < missed.false.max()
    assert missed.found[0] <= 0
    assert vain.found.size == 0
    assert vain.false.max() == pytest.approx(1.0, abs=0.05)


def test_a_close_look_marks_the_same_places_as_surely_as_it_holds_them(tmp_path: Path) -> None:
    read(tmp_path, bright_case())
    paths, look = list(drawn_paths(tmp_path, "evaluate")), Told(-1.5)
    readings = read_cases(bright_network(), paths, LABELS, close_look=look)
    ((marks,), (first,)) = readings.nodules, readings.at_first
    assert marks.found.tolist() == [-1.5]
    assert first.found.tolist() == [pytest.approx(1.0, abs=0.05)]
    assert len(marks.false) == len(first.false)
    # Cells 16…19, 8…11, 20…23 are the cube: its middle lies 71, 39 and 87 mm up, back and left of the first voxel.
    away = np.linalg.norm(np.array(vars(look)["asked"]) - np.array([87.0, 39.0, 71.0]), axis=1)
    assert away.min() <= 4.0


def test_parts_of_the_readings(tmp_path: Path) -> None:
    readings = read(tmp_path, bright_case(), bright_case(at=None, marked=False))
    readings = replace(readings, names=("evaluate-procedural-1", "evaluate-normal001-2"))
    assert readings.only("procedural").present[:, 0].tolist() == [1.0]
    assert readings.without("procedural").present[:, 0].tolist() == [0.0]


def made_up(evidence: np.ndarray, present: np.ndarray) -> Readings:
    """Return readings of one label whose evidence is told by its sum at no shift, and by noise elsewhere."""
    rng = np.random.default_rng(0)
    noisy = [
        [evidence + (0 if s == 0 and p == 1 else (1 + abs(s)) * 200 * rng.random(len(evidence))) for s in SHIFTS]
        for p in POWERS
    ]
    nothing = np.full((len(evidence), 1), np.nan)
    names = tuple(f"case-{n}" for n in range(len(evidence)))
    tried, none = np.moveaxis(np.array(noisy), -1, 0)[:, None], np.zeros(len(names))
    return Readings(names, present[:, None], evidence[:, None], nothing, nothing, nothing, (), (), nothing, none, tried)


def loss_of(network: EvidenceNet, evidence: np.ndarray, present: np.ndarray) -> float:
    """Return the mean cross-entropy of what the network says."""
    z = network.bias[0].item() + network.log_gain[0].exp().item() * evidence
    return float((np.logaddexp(0, z) - present * z).mean())


def test_calibration_lowers_the_loss_and_heat_still_adds_up() -> None:
    rng = np.random.default_rng(1)
    present = (rng.random(60) < 0.4).astype(np.float64)
    evidence = np.where(present == 1, rng.gamma(6, 10, 60), rng.gamma(1, 8, 60))
    torch.manual_seed(1)
    network = DeepNet(1, (8, 8, 8, 8)).eval()
    weight = network.head.weight[0, -1].item()
    before = loss_of(network, evidence, present)
    (threshold,) = calibrate(network, made_up(evidence, present)).thresholds
    assert network.head.weight[0, -1].item() == weight
    assert loss_of(network, evidence, present) < 0.7 * before
    assert threshold.in_order
    with torch.no_grad():
        said = network(torch.randn(1, 1, 32, 32, 32) * 400 - 400)
        heat = network.log_gain.exp()[:, None, None, None] * torch.relu(said.places[0])
    assert network.bias[0].item() + heat.double().sum().item() == pytest.approx(said.logits[0, 0].item(), abs=1e-4)


def calibrating(folder: Path, network: EvidenceNet) -> tuple[Readings, np.ndarray]:
    """Return readings of twelve cases for calibration, and evidence (cases, labels) that tells their first label."""
    read(folder, *[bright_case(), bright_case(at=None, marked=False)] * 6, network=network)
    readings = read_cases(network, list(drawn_paths(folder, "evaluate")), LABELS, calibrating=True)
    return readings, np.where(readings.present[:, :1] == 1, 500.0, 0.0) + np.zeros((12, len(LABELS)))


def shaped(readings: Readings, told: np.ndarray, power: float, shift: float) -> Readings:
    """Return readings in which only one power at one shift tells anything."""
    tried = np.full_like(readings.tried, 3.0)
    tried[:, :, POWERS.index(power), SHIFTS.index(shift)] = told
    return replace(readings, tried=tried)


def test_calibration_takes_the_shift_that_tells_more(tmp_path: Path) -> None:
    """What was read at the chosen shift is what the changed network gives without one."""
    network = bright_network()
    readings, told = calibrating(tmp_path, network)
    calibrate(network, shaped(readings, told, 1.0, -0.5))
    again = read_cases(network, list(drawn_paths(tmp_path, "evaluate")), LABELS)
    assert network.pooling == SUM
    assert again.evidence[:, 0] == pytest.approx(readings.tried[:, 0, 0, SHIFTS.index(-0.5)], rel=1e-4)


def test_calibration_takes_the_pooling_that_tells_more(tmp_path: Path) -> None:
    network = bright_network()
    readings, told = calibrating(tmp_path, network)
    weight = network.head.weight.clone()
    thresholds = calibrate(network, shaped(readings, told, 3.0, 2.0), bars=False).thresholds
    assert network.pooling == Pooling(3.0, 2.0)
    assert torch.equal(network.head.weight, weight)
    gain, bias = network.log_gain.detach().exp().numpy(), network.bias.detach().numpy()
    assert bias[0] < 0 < bias[0] + gain[0] * 500
    assert thresholds[0].sensitive < NEVER == thresholds[1].sensitive


def test_a_logistic_fit_never_turns_evidence_round() -> None:
    evidence = np.arange(20, dtype=np.float64)
    fit = logistic_fit(evidence, (evidence < 10).astype(np.float64))
    assert fit.gain > 0
    rising = logistic_fit(evidence, (evidence >= 10).astype(np.float64))
    assert rising.probability[0] < 0.5 < rising.probability[-1]
    assert rising.loss < fit.loss


@pytest.mark.parametrize("present", [np.ones(5), np.zeros(5)])
def test_a_label_with_one_kind_of_case_still_gets_a_curve(present: np.ndarray) -> None:
    fit = logistic_fit(np.zeros(5), present)
    assert np.isfinite([fit.gain, fit.bias, fit.loss]).all()
    assert ((fit.probability > 0.5) == (present == 1)).all()


def test_a_label_no_case_tells_of_is_doubted() -> None:
    fit = logistic_fit(np.zeros(0), np.zeros(0))
    assert fit.gain > 0
    assert fit.bias < -2


def test_the_table_by_hand(tmp_path: Path) -> None:
    cases = [bright_case(), bright_case(at=(4, 20, 4)), bright_case(at=None), bright_case(at=None, marked=False)]
    readings = read(tmp_path, *cases)
    figures = table(bright_network(), readings, LABELS, (HALF,) * 3)
    row = figures["labels"]["nodule"]
    assert (row["positive"], row["negative"]) == (3, 1)
    assert row["sensitivity"] == pytest.approx(2 / 3, abs=1e-3)
    assert row["specificity"] == 1.0
    assert row["auroc"] == pytest.approx((1 + 1 + 0.5) / 3, abs=1e-3)
    assert row["pointing"] == pytest.approx(1 / 3, abs=1e-3)
    assert row["energy"] == pytest.approx(0.5, abs=1e-3)
    assert figures["labels"]["mass"]["auroc"] is None
    assert figures["mean"]["auroc"] == row["auroc"]
    assert figures["cases"] == 4


def test_a_network_that_finds_nothing_has_a_table_too(tmp_path: Path) -> None:
    figures = table(bright_network(), read(tmp_path, bright_case(at=None)), LABELS, (HALF,) * 3)
    assert figures["labels"]["nodule"]["energy"] is None
    assert figures["labels"]["nodule"]["pointing"] == 0.0


def test_a_sure_instance_counts_as_a_call_and_leaves_the_probability() -> None:
    evidence, present = np.array([5.0, 0.0, 0.0, 5.0]), np.array([1.0, 1.0, 0.0, 0.0])
    organs, extent = np.full((4, len(ORGANS)), np.nan), np.full((4, 2), np.nan)
    surest = np.array([0.0, 0.9, 0.9, 0.0])
    readings = replace(made_up(evidence, present), organs=organs, extent=extent, surest=surest)
    network, never = random_network(3, labels=1), (Thresholds.one(0.999999),)
    plain = table(network, readings, ("nodule",), never)["labels"]["nodule"]
    looked = table(network, readings, ("nodule",), never, random_close_look(1))["labels"]["nodule"]
    assert (plain["sensitivity"], plain["specificity"]) == (0.0, 1.0)
    assert (looked["sensitivity"], looked["specificity"]) == (0.5, 0.5)
    assert looked["auroc"] == plain["auroc"]
