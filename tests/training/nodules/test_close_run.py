"""The close look's whole recipe, small: the bundle holds both networks, the first unchanged, and what was measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from ai.findings import Thresholds
from ai.model import ModelError, load_bundle
from ai.model.bundle import save_bundle
from ai.training import LABELS, measuring, share
from ai.training.nodules import drawing
from ai.training.nodules.close_learning import CloseRecipe
from ai.training.nodules.close_run import ClosePlan, calibrated, teach_close_look
from tests.support.bright_network import described, random_network
from tests.support.close_network import random_close_look
from tests.support.drawn_cases import small_case
from tests.training.nodules.test_close_learning import balls
from tests.training.nodules.test_drawing import with_two_beads


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """Return the folder of a bundle of random weights that knows all labels."""
    says = replace(described(labels=LABELS), thresholds=(Thresholds.one(0.5),) * len(LABELS))
    save_bundle(random_network(2, len(LABELS)), says, tmp_path / "first")
    return tmp_path / "first"


def test_the_bundle_has_both_networks_and_what_was_measured(
    first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    canvas, volume, *_ = with_two_beads()
    hu = torch.from_numpy(volume.hu.copy())
    monkeypatch.setattr(drawing, "_case", lambda order, anatomy: (hu, canvas))
    monkeypatch.setattr(share, "drawn_case", small_case)
    monkeypatch.setattr(measuring, "drawn_case", lambda seed, anatomy, findings, spacing: small_case(seed))
    recipe = CloseRecipe(steps=2, batch=8)
    plan = ClosePlan(tmp_path / "run", first, None, recipe, 1, 1, 2, 1, version="9", remarks="Small.", thin_cases=1)
    bundle = teach_close_look(plan)
    assert bundle.close_look is not None
    assert bundle.close_look.abnormality == "nodule"
    assert "from 1 drawn cases" in bundle.close_look.trained_on
    assert bundle.card.version == "9"
    before = load_bundle(first)
    assert bundle.card.sha256 == before.card.sha256
    assert bundle.description.thresholds == before.description.thresholds
    figures = bundle.description.measured["procedural thoraxes, unseen seeds"]
    assert {"nodules", "nodules by the first network alone"} <= set(figures)
    thin = bundle.description.measured["nodules in scans of 1.5 mm, procedural thoraxes"]
    assert thin["scans"] == 1
    assert {"nodules", "nodules by the first network alone"} <= set(thin)
    whole = bundle.description.measured["whole path, procedural thoraxes of 1.5 mm"]
    assert set(whole["instances listed"]) == {"nodules of 4–30 mm", "of them listed", "listed in vain, a scan"}
    card = (tmp_path / "run" / "bundle" / "CARD.md").read_text(encoding="utf-8")
    for words in ("**Close look at nodules.**", "Small.", "nodules by the first network alone"):
        assert words in card


def test_calibration_weighs_and_false_marks_set_what_is_listed_and_what_is_sure() -> None:
    network = random_close_look(3).network
    scans = [balls(40, seed) for seed in range(4)]
    hidden = [replace(scan, found=torch.zeros_like(scan.found)) for scan in scans]
    with pytest.raises(ModelError, match="nothing else, among the cases"):
        calibrated(network, hidden, "")
    look = calibrated(network, scans, "balls")
    assert look.thresholds.in_order
    assert 0.02 <= look.least <= look.thresholds.sensitive <= look.thresholds.specific <= 0.99
    assert look.trained_on == "balls"
    telling = [replace(scan, peaks=scan.present.float() * 4 - 2) for scan in scans]
    assert calibrated(network, telling, "").weighing[1] > 1.0 > abs(look.weighing[1])


def test_only_a_network_of_ours_that_knows_nodules_gets_one(tmp_path: Path) -> None:
    save_bundle(random_network(2, 2), described(labels=("mass", "groundglass")), tmp_path / "other")
    with pytest.raises(ModelError, match="knows nodules"):
        teach_close_look(ClosePlan(tmp_path / "run", tmp_path / "other", None, CloseRecipe()))
