"""The whole recipe in miniature: from nothing to a bundle that loads and says what it was measured to do."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
import torch

from ai.model import Bundle, ModelError, load_bundle
from ai.model.bundle import save_bundle
from ai.model.network import EvidenceNet
from ai.model.pooling import Pooling
from ai.scan import write_volume
from ai.training import LABELS, Plan, Recipe, measuring, recipe_run, share, train
from ai.training.command_line import recipe_of, refuse_what_cannot_be, training_parser
from ai.training.learning import Learner
from ai.training.real_scans import real_table
from ai.training.reports.errors import ReportsError
from tests.support.bright_network import bright_bundle, described, random_network
from tests.support.close_network import random_close_look
from tests.support.drawn_cases import small_case
from tests.support.thorax import healthy, volume_of, water_box

RECIPE = Recipe(steps=2, batches=((1, 32),), warm_up=1)


class _Heard:
    """Remembers what was reported."""

    def __init__(self) -> None:
        self.fractions: list[float] = []
        self.words: list[str] = []

    def report(self, fraction: float, doing: str) -> None:
        """Remember."""
        self.fractions.append(fraction)
        self.words.append(doing)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Bundle, _Heard]:
    """Train on two small cases for two steps."""
    folder = tmp_path_factory.mktemp("run")
    heard = _Heard()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(share, "drawn_case", small_case)
        patch.setattr(measuring, "drawn_case", lambda seed, anatomy, findings, spacing: small_case(seed))
        plan = Plan(
            folder,
            None,
            RECIPE,
            train_cases=2,
            calibrate_cases=3,
            evaluate_cases=3,
            whole_cases=1,
            version="0.1",
            thin_cases=0,
        )
        return folder, train(plan, heard), heard


def test_the_bundle_loads_and_knows_its_labels(run: tuple[Path, Bundle, _Heard]) -> None:
    folder, bundle, _ = run
    again = load_bundle(folder / "bundle")
    assert again.card == bundle.card
    assert again.description == bundle.description
    assert bundle.description.labels == LABELS
    assert bundle.card.version == "0.1"
    assert all(t.in_order for t in bundle.description.thresholds)


def test_it_says_what_it_was_measured_to_do(run: tuple[Path, Bundle, _Heard]) -> None:
    _, bundle, _ = run
    figures = bundle.description.measured["procedural thoraxes, unseen seeds"]
    assert figures["cases"] == 3
    assert set(figures["labels"]) == set(LABELS)
    wanted = {"positive", "negative", "auroc", "sensitivity", "specificity", "pointing", "energy", "ece"}
    for row in figures["labels"].values():
        assert set(row) == wanted
        assert row["positive"] + row["negative"] <= 3
    assert set(figures["mean"]) == {"auroc", "pointing", "energy", "ece", "focal pointing"}
    assert "NaN" not in json.dumps(bundle.description.measured)


def test_it_does_not_claim_real_scans(run: tuple[Path, Bundle, _Heard]) -> None:
    _, bundle, _ = run
    assert "no real scan was used" in bundle.card.trained_on
    assert bundle.description.attribution == ()
    assert set(bundle.description.measured) == {
        "procedural thoraxes, unseen seeds",
        "whole path, procedural thoraxes of 1.5 mm",
    }


def test_the_card_has_every_figure(run: tuple[Path, Bundle, _Heard]) -> None:
    folder, bundle, _ = run
    card = (folder / "bundle" / "CARD.md").read_text(encoding="utf-8")
    for words in ("mean sensitivity", "dice: lungs", "median volume error", "mass or atelectasis", "Pneumothorax"):
        assert words in card
    assert bundle.description.measured["whole path, procedural thoraxes of 1.5 mm"]["scans"] == 1


def test_it_tells_how_far_it_is(run: tuple[Path, Bundle, _Heard]) -> None:
    _, _, heard = run
    assert heard.fractions == sorted(heard.fractions)
    assert heard.fractions[-1] <= 1.0
    assert any("drawing calibrate cases" in words for words in heard.words)
    assert any("reading drawn cases" in words for words in heard.words)


def test_real_scans_are_read_as_the_viewer_reads_them_and_refusals_are_told(tmp_path: Path) -> None:
    for name, volume in (("chest", volume_of(healthy())), ("water", water_box())):
        write_volume(tmp_path / f"{name}.nii.gz", volume.hu, volume.grid)
    rows = real_table(bright_bundle(), [tmp_path / "chest.nii.gz", tmp_path / "water.nii.gz"])
    assert "No air-filled lungs" in rows["water.nii.gz"]["refused"]
    assert rows["chest.nii.gz"]["nodule"] == {"probability": 0.047, "present": False, "peak_mm": None}


def test_a_run_begins_with_the_weights_of_a_bundle(run: tuple[Path, Bundle, _Heard], tmp_path: Path) -> None:
    folder, bundle, _ = run
    assert isinstance(bundle.network, EvidenceNet)
    begun = Learner(RECIPE, folder / "share", tmp_path / "again", "cpu", recipe_run._start(folder / "bundle").network)
    assert begun.step == 0
    for name, value in bundle.network.state_dict().items():
        assert torch.equal(value, begun.network.state_dict()[name]), name
    assert begun.network.pooling == begun.average.pooling == bundle.network.pooling


def test_another_network_is_no_beginning(tmp_path: Path) -> None:
    save_bundle(random_network(1), described(), tmp_path / "small")
    with pytest.raises(ModelError, match="another network"):
        train(Plan(tmp_path / "run", None, RECIPE, init=tmp_path / "small"))


def test_a_run_goes_on_with_the_pooling_of_the_network_it_begins_as(
    run: tuple[Path, Bundle, _Heard], tmp_path: Path
) -> None:
    bundle = run[1]
    assert isinstance(bundle.network, EvidenceNet)
    network = copy.deepcopy(bundle.network)
    network.pooling = Pooling(2.0)
    save_bundle(network, bundle.description, tmp_path / "pooled")
    start = recipe_run._start(tmp_path / "pooled").network
    begun = Learner(RECIPE, run[0] / "share", tmp_path / "again", "cpu", start)
    assert begun.network.pooling == begun.average.pooling == Pooling(2.0)


def test_pooling_alone_leaves_every_weight_of_a_place_and_the_close_look(
    run: tuple[Path, Bundle, _Heard], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = run[1]
    monkeypatch.setattr(share, "drawn_case", small_case)
    monkeypatch.setattr(measuring, "drawn_case", lambda seed, anatomy, findings, spacing: small_case(seed))
    assert isinstance(bundle.network, EvidenceNet)
    save_bundle(bundle.network, bundle.description, tmp_path / "init", random_close_look(1))
    plan = Plan(
        tmp_path / "run", None, RECIPE, calibrate_cases=3, evaluate_cases=2, whole_cases=1, thin_cases=0,
        init=tmp_path / "init", pooling_alone=True, version="0.2",
    )  # fmt: skip
    pooled = train(plan)
    assert isinstance(pooled.network, EvidenceNet)
    before, after = bundle.network.state_dict(), pooled.network.state_dict()
    assert {name for name, value in after.items() if not torch.equal(value, before[name])} <= {"log_gain", "bias"}
    assert pooled.close_look is not None
    assert pooled.description.instance_evidence == bundle.description.instance_evidence
    assert len(bundle.description.instance_evidence) == len(LABELS)
    assert (pooled.card.version, pooled.card.trained_on) == ("0.2", bundle.card.trained_on)
    assert f"pooled by the power {pooled.network.pooling.power:g}," in pooled.description.calibration
    assert pooled.description.measured["procedural thoraxes, unseen seeds"]["cases"] == 2
    assert not list((tmp_path / "run" / "share").glob("train-*"))
    assert "**Close look at nodules.**" in (tmp_path / "run" / "bundle" / "CARD.md").read_text(encoding="utf-8")


def test_heads_alone_are_taught_by_reports_only(tmp_path: Path) -> None:
    told = training_parser().parse_args(["--out", str(tmp_path), "--learn", "heads"])
    with pytest.raises(ReportsError, match="--cohort"):
        refuse_what_cannot_be(told)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--close-look", "--learn", "pooling"), "taught whole"),
        (("--network", "deep"), "leave it out"),
        (("--cohort", "C", "--init", "B", "--network", "filters"), "leave it out"),
        (("--cohort", "C", "--steps", "9"), "leave --steps out"),
        (("--cohort", "C", "--learn", "parts", "--rate", "1", "--scans-a-step", "2"), "--rate, --scans-a-step out"),
        (("--learn", "parts"), "--cohort"),
    ],
)
def test_what_would_be_passed_over_is_refused(words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    told = training_parser().parse_args(["--out", str(tmp_path), *words])
    with pytest.raises(ReportsError, match=said):
        refuse_what_cannot_be(told)


@pytest.mark.parametrize(
    ("words", "kind", "weights"),
    [
        ((), "filters", {"learns": "parts", "bags": 1.0, "weight_decay": 0.1, "spacing_mm": 3.0}),
        (("--mask", "0"), "filters", {"bags": 0.0}),
        (("--network", "deep"), "deep", {"learns": "all", "mask": 0.5, "spacing_mm": 2.0, "scans_a_step": 2}),
        (("--phantom", "S", "--mask", "0.2", "--spacing", "3"), "deep", {"mask": 0.2, "spacing_mm": 3.0}),
        (("--learn", "all", "--rate", "0.5", "--steps", "7"), "deep", {"learning_rate": 0.5, "steps": 7}),
        (("--init", "B", "--learn", "parts"), "filters", {"bags": 0.3, "weight_decay": 1.0}),
        (("--init", "B"), "filters", {"learns": "all", "bags": 0.0, "mask": 0.5, "steps": 3000}),
    ],
)
def test_a_network_learns_from_reports_as_its_kind_does_but_for_what_was_told(
    words: tuple[str, ...], kind: str, weights: dict[str, float | str], tmp_path: Path
) -> None:
    recipe = recipe_of(training_parser().parse_args(["--out", str(tmp_path), "--cohort", "C", *words]))
    assert recipe.kind == kind
    assert {name: getattr(recipe, name) for name in weights} == weights
    assert recipe.new_network().kind == kind


def test_pooling_alone_needs_a_network_that_sees_already(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="--init"):
        train(Plan(tmp_path / "run", None, RECIPE, pooling_alone=True))
