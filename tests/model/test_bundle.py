"""A bundle comes back as it was written, and nothing else is taken for one."""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from ai.model import ModelError, load_bundle
from ai.model.bundle import save_bundle
from ai.model.deep_network import DeepNet
from ai.model.pooling import SUM, Pooling
from tests.support.bright_network import described, random_network
from tests.support.close_network import random_close_look

Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a written bundle."""
    save_bundle(random_network(5), described(), tmp_path / "bundle")
    return tmp_path / "bundle"


def changed(folder: Path, change: Change) -> None:
    """Change what the description says."""
    path = folder / "bundle.json"
    stored = json.loads(path.read_text(encoding="utf-8"))
    change(stored)
    path.write_text(json.dumps(stored), encoding="utf-8")


def test_it_comes_back_as_it_was_written(folder: Path) -> None:
    bundle = load_bundle(folder)
    assert bundle.description == described()
    written = random_network(5).state_dict()
    for name, value in bundle.network.state_dict().items():
        assert torch.equal(value, written[name]), name
    assert not bundle.network.training
    assert not any(p.requires_grad for p in bundle.network.parameters())


def test_the_card_names_these_very_weights(folder: Path) -> None:
    card = load_bundle(folder).card
    assert card.sha256 == hashlib.sha256((folder / "weights.safetensors").read_bytes()).hexdigest()
    assert (card.identifier, card.version, card.trained_on, card.title) == ("by-hand", "0", "nothing", "Set by hand")


@pytest.mark.parametrize("name", ["bundle.json", "weights.safetensors"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ModelError, match=f"{name} cannot be read"):
        load_bundle(folder)


def test_other_weights_than_described_are_refused(folder: Path) -> None:
    weights = folder / "weights.safetensors"
    damaged = bytearray(weights.read_bytes())
    damaged[-1] ^= 1
    weights.write_bytes(damaged)
    with pytest.raises(ModelError, match=r"weights\.safetensors is not the file its description names \(sha256"):
        load_bundle(folder)


@pytest.mark.parametrize("text", ["", "weights", "[1, 2]", '"text"'])
def test_what_is_no_description_is_refused(folder: Path, text: str) -> None:
    (folder / "bundle.json").write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match=r"bundle\.json is not (JSON|a bundle description)"):
        load_bundle(folder)


def test_bytes_that_are_no_text_are_refused(folder: Path) -> None:
    (folder / "bundle.json").write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(ModelError, match=r"bundle\.json"):
        load_bundle(folder)


ONE = {"sensitive": 0.4, "balanced": 0.5, "specific": 0.6}

CHANGES: dict[str, tuple[Change, str]] = {
    "another schema": (lambda d: d.update(schema=1), "schema 1; this program reads schema 2"),
    "another schema with other fields": (lambda d: d.update(schema=3, novelty=1), "schema 3"),
    "another orientation": (lambda d: d["input"].update(orientation="LPS"), "its input is"),
    "another task": (lambda d: d.update(task="age of bones"), "its task is age of bones"),
    "no output": (lambda d: d.pop("output"), "its output is None"),
    "no schema": (lambda d: d.pop("schema"), "is not a bundle description"),
    "no sha256": (lambda d: d.pop("sha256"), "is not a bundle description"),
    "no labels": (lambda d: d.pop("labels"), "is not a bundle description"),
    "a field nobody knows": (lambda d: d.update(novelty=1), "novelty"),
    "labels that are none": (lambda d: d.update(labels=3), "is not a bundle description"),
    "a label nobody knows": (lambda d: d.update(labels=["nodule", "mass", "boredom"]), "boredom"),
    "fewer thresholds than labels": (lambda d: d.update(thresholds=[ONE]), "thresholds"),
    "fewer labels than outputs": (lambda d: d.update(labels=["nodule"], thresholds=[ONE]), "does not fit the network"),
    "other widths": (lambda d: d.update(widths=[8, 16, 8, 8]), "does not fit the network"),
    "fewer levels": (lambda d: d.update(widths=[8, 8, 8]), "does not fit the network"),
    "thresholds that fall": (lambda d: d.update(thresholds=[ONE, ONE, ONE | {"balanced": 0.3}]), "rise from sensitive"),
    "a threshold that is no probability": (
        lambda d: d.update(thresholds=[ONE, ONE, ONE | {"specific": 2}]),
        "rise from",
    ),
    "no channels": (lambda d: d.update(features=0), "0 channels"),
    "more channels": (lambda d: d.update(features=9), "does not fit the network"),
    "layers that are not there": (lambda d: d.update(fine=8), "does not fit the network"),
    "fewer than no layers": (lambda d: d.update(fine=-1), "-1 channels"),
    "no organs": (lambda d: d.update(organs=False), "does not fit the network"),
    "widths that are none": (lambda d: d.update(widths=["wide"]), "is not a bundle description"),
    "no distance between voxels": (lambda d: d.update(spacing_mm=0), "spacing"),
    "evidence of instances for too few labels": (lambda d: d.update(instance_evidence=[1.0]), "makes an instance"),
    "instances of no evidence": (lambda d: d.update(instance_evidence=[1.0, 0.0, 1.0]), "makes an instance"),
    "a power below the sum's": (lambda d: d.update(pooling={"power": 0.5, "lowered": 0}), "power of pooling is 0.5"),
    "a power that is no number": (lambda d: d.update(pooling={"power": "high"}), "power of pooling is high"),
    "a bar that is raised": (lambda d: d.update(pooling={"power": 1, "lowered": -1}), "lowered by -1"),
    "a pooling nobody knows": (lambda d: d.update(pooling={"median": 1}), "is not a bundle description"),
    "a norm whose heat is said to be a sum's": (lambda d: d.update(pooling={"power": 4}), "its output is"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_description_that_does_not_fit_is_refused(folder: Path, name: str) -> None:
    change, sentence = CHANGES[name]
    changed(folder, change)
    with pytest.raises(ModelError, match=sentence) as refusal:
        load_bundle(folder)
    assert str(folder) in str(refusal.value)


def test_its_pooling_comes_back_and_one_that_names_none_is_a_sum(folder: Path, tmp_path: Path) -> None:
    network = random_network(4)
    network.pooling = Pooling(4.0, 1.0)
    save_bundle(network, described(), tmp_path)
    again = load_bundle(tmp_path)
    assert again.description.pooling == network.pooling
    hu = torch.randn((1, 1, 16, 16, 16)) * 400 - 500
    with torch.inference_mode():
        torch.testing.assert_close(again.network(hu).logits, network(hu).logits, rtol=1e-6, atol=1e-6)
    changed(folder, lambda d: d.pop("pooling"))
    assert load_bundle(folder).description.pooling == SUM


def test_layers_at_the_voxels_own_size_come_back(tmp_path: Path) -> None:
    network = random_network(4, fine=4)
    save_bundle(network, replace(described(), fine=4), tmp_path)
    again = load_bundle(tmp_path).network
    hu = torch.randn((1, 1, 16, 16, 16)) * 400 - 500
    with torch.inference_mode():
        torch.testing.assert_close(again(hu).logits, network(hu).logits, rtol=1e-6, atol=1e-6)


def test_a_pickle_is_refused_unopened(folder: Path) -> None:
    weights = folder / "weights.safetensors"
    weights.write_bytes(pickle.dumps({"head.weight": [1.0]}))
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    changed(folder, lambda d: d.update(sha256=digest))
    with pytest.raises(ModelError, match="does not fit the network"):
        load_bundle(folder)


def test_a_half_written_bundle_does_not_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:

        def full(self: Path, *_: object, **__: object) -> int:
            raise OSError(28, "No space left on device")

        broken.setattr(Path, "write_text", full)
        with pytest.raises(OSError, match="No space left"):
            save_bundle(DeepNet(3, (8, 8, 8, 8)), described(), tmp_path)
    with pytest.raises(ModelError, match=r"bundle\.json cannot be read"):
        load_bundle(tmp_path)


@pytest.fixture
def with_close_look(tmp_path: Path) -> Path:
    """Return a bundle that looks closely at nodules."""
    save_bundle(random_network(5), described(), tmp_path / "closer", random_close_look(2))
    return tmp_path / "closer"


def test_a_close_look_comes_back_as_it_was_written(with_close_look: Path) -> None:
    look, made = load_bundle(with_close_look).close_look, random_close_look(2)
    assert look is not None
    assert (look.abnormality, look.thresholds, look.trained_on) == ("nodule", made.thresholds, "nothing")
    assert (look.weighing, look.least) == (made.weighing, made.least)
    written = made.network.state_dict()
    for name, value in look.network.state_dict().items():
        assert torch.equal(value, written[name]), name
    assert not look.network.training
    assert not any(p.requires_grad for p in look.network.parameters())


def test_without_one_there_is_none(folder: Path) -> None:
    assert load_bundle(folder).close_look is None


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("abnormality", "unicorn", "does not describe its close look"),
        ("abnormality", "emphysema", "not among its labels"),
        ("input", {"side": 64, "spacing_mm": 1.5}, "does not give"),
        ("widths", [], "cannot be"),
        ("widths", [4, 7], "does not fit"),
        ("widths", [4, "x"], "does not describe"),
        ("thresholds", {"sensitive": 0.9, "balanced": 0.5, "specific": 0.1}, "cannot be"),
        ("thresholds", {"sensitive": 0.9}, "does not describe"),
        ("weighing", [1.0], "does not describe"),
        ("least", 2.0, "cannot be"),
        ("sha256", "0" * 64, "sha256 differs"),
    ],
)
def test_another_close_look_is_not_taken(with_close_look: Path, key: str, value: object, said: str) -> None:
    changed(with_close_look, lambda stored: stored["close_look"].update({key: value}))
    with pytest.raises(ModelError, match=said):
        load_bundle(with_close_look)


def test_weights_of_the_close_look_that_are_missing_are_named(with_close_look: Path) -> None:
    (with_close_look / "close_look.safetensors").unlink()
    with pytest.raises(ModelError, match=r"close_look\.safetensors cannot be read"):
        load_bundle(with_close_look)
