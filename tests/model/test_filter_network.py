"""A network on fixed filters keeps the promise of all: its heat is its logit; and it says of kept answers the same."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from ai.findings import Thresholds
from ai.model.attention import heat_of, hirescam
from ai.model.bundle import Description, load_bundle, save_bundle
from ai.model.errors import ModelError
from ai.model.filter_network import FilterNet
from ai.model.filters import filtered
from ai.model.pooling import SUM, Pooling
from tests.support.bright_network import LABELS, described
from tests.support.filter_network import random_filter_network

NORM = Pooling(3.0, 1.0)


def chest_like(seed: int) -> Tensor:
    """Return noise."""
    return torch.randn((1, 1, 32, 48, 32), generator=torch.Generator().manual_seed(seed)) * 400 - 500


def said(network: FilterNet) -> Description:
    """Return what a bundle file would say of it."""
    return replace(
        described(), kind=network.kind, widths=network.widths, features=8, organs=False, positions=True,
        thresholds=(Thresholds.one(0.5),) * len(LABELS),
    )  # fmt: skip


@pytest.mark.parametrize("pooling", [SUM, NORM])
def test_bias_and_heat_are_the_logit_and_hirescam(pooling: Pooling) -> None:
    network, hu = random_filter_network(2, pooling), chest_like(2)
    with torch.no_grad():
        evidence = network(hu)
        heat = heat_of(network, evidence)
    assert heat.shape == (3, 16, 24, 16)
    assert float(heat.abs().sum()) > 0.5
    total = network.bias.double() + heat.double().sum((1, 2, 3))
    torch.testing.assert_close(total, evidence.logits[0].double(), rtol=0, atol=1e-4)
    by_autograd = hirescam(evidence.features, lambda a: network.explain(a)[1][0, 1])
    torch.testing.assert_close(heat[1], by_autograd.float(), rtol=1e-3, atol=1e-5 * float(heat[1].abs().max()))


@pytest.mark.parametrize("pooling", [SUM, NORM, Pooling(2.0, 0.0)])
def test_by_kept_answers_it_says_what_it_says_of_the_scan(pooling: Pooling) -> None:
    network, hu = random_filter_network(3, pooling), chest_like(3)
    with torch.no_grad():
        whole, kept = network(hu), network.judge_places(filtered(hu))
    assert float(whole.logits.std()) > 0.05
    torch.testing.assert_close(kept.logits, whole.logits, rtol=0.02, atol=0.05)
    torch.testing.assert_close(kept.places, whole.places[:, :, ::2, ::2, ::2], rtol=0.05, atol=0.05)


def test_settled_by_some_answers_it_sees_them_without_offset() -> None:
    network, answers = random_filter_network(1), filtered(chest_like(1))
    rows = answers[0].flatten(1).T
    network.settle(rows)
    torch.testing.assert_close(network.mean, rows.mean(0))
    assert float(network.deviation.min()) > 0


def test_channels_are_left_out_only_while_it_learns() -> None:
    network, answers = random_filter_network(4), filtered(chest_like(4))
    with torch.no_grad():
        network.train()
        one, other = (network.judge_places(answers).logits for _ in range(2))
        network.eval()
        calm, again = (network.judge_places(answers).logits for _ in range(2))
    assert not torch.equal(one, other)
    assert torch.equal(calm, again)


def test_a_bundle_comes_back_as_the_same_network(tmp_path: Path) -> None:
    network, hu = random_filter_network(5, NORM), chest_like(5)
    save_bundle(network, said(network), tmp_path)
    again = load_bundle(tmp_path).network
    assert json.loads((tmp_path / "bundle.json").read_text(encoding="utf-8"))["input"]["hu_ranges"] == [[-1020, 2000]]
    assert isinstance(again, FilterNet)
    with torch.inference_mode():
        assert torch.equal(again(hu).logits, network(hu).logits)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"kind": "magic"}, "does not know"),
        ({"organs": True}, "names no organs"),
        ({"fine": 4}, "names no organs"),
        ({"widths": ()}, "numbers of a place"),
        ({"widths": (0,)}, "widths"),
    ],
)
def test_what_such_a_network_cannot_be_is_refused(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    network = random_filter_network(6)
    save_bundle(network, replace(said(network), **changes), tmp_path)
    with pytest.raises(ModelError, match=told):
        load_bundle(tmp_path)
