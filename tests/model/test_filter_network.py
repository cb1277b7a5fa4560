"""A network on fixed filters tells what they answer, evened; a bundle of it is held to what it can be."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from ai.findings import Thresholds
from ai.model.bundle import Description, load_bundle, save_bundle
from ai.model.errors import ModelError
from ai.model.filter_network import TOLD, FilterNet
from ai.model.filters import ANSWERS, filtered
from tests.support.bright_network import LABELS, described
from tests.support.filter_network import random_filter_network


def chest_like(seed: int) -> Tensor:
    """Return noise."""
    return torch.randn((1, 1, 32, 48, 32), generator=torch.Generator().manual_seed(seed)) * 400 - 500


def said(network: FilterNet) -> Description:
    """Return what a bundle file would say of it."""
    return replace(
        described(), kind=network.kind, widths=(), features=TOLD, organs=False, positions=True, parts=True,
        thresholds=(Thresholds.one(0.5),) * len(LABELS),
    )  # fmt: skip


def test_it_sees_what_filters_answer_and_where_and_of_places_says_nothing() -> None:
    network, hu = random_filter_network(3), chest_like(3)
    answers = filtered(hu)
    network.settle(answers[0].flatten(1).T)
    with torch.inference_mode():
        evidence = network(hu)
    features = evidence.features[0]
    assert features.shape == (TOLD + 1, 16, 24, 16)
    evened = (answers[0] - answers[0].mean((1, 2, 3), keepdim=True)) / answers[0].std((1, 2, 3), keepdim=True)
    torch.testing.assert_close(features[:ANSWERS], evened.clamp(-6, 6), rtol=1e-3, atol=1e-3)
    heights = features[ANSWERS, :, 0, 0]
    torch.testing.assert_close(heights, torch.linspace(-15 / 16, 15 / 16, 16))
    torch.testing.assert_close(features[ANSWERS + 3, :, 0, 0], heights**2)
    assert (features[-1] == 1).all()
    assert not evidence.places.any()
    assert torch.equal(evidence.logits[0].float(), network.bias)


def test_padding_is_no_part_of_where() -> None:
    network = random_filter_network(4)
    extent = network.extent_of((31, 48, 20), (32, 48, 32))
    torch.testing.assert_close(extent, torch.tensor([[[-1.0, 1.0], [-1.0, 1.0], [-1.0, 2 * 32 / 20 - 1]]]))


def test_settled_by_some_answers_it_sees_them_without_offset() -> None:
    network, answers = random_filter_network(1), filtered(chest_like(1))
    rows = answers[0].flatten(1).T
    network.settle(rows)
    torch.testing.assert_close(network.mean, rows.mean(0))
    assert float(network.deviation.min()) > 0


def test_a_bundle_comes_back_as_the_same_network(tmp_path: Path) -> None:
    network = random_filter_network(5)
    save_bundle(network, said(network), tmp_path)
    loaded = load_bundle(tmp_path)
    assert json.loads((tmp_path / "bundle.json").read_text(encoding="utf-8"))["input"]["hu_ranges"] == [[-1020, 2000]]
    assert loaded.description == said(network)
    assert isinstance(loaded.network, FilterNet)
    for mine, other in zip(loaded.network.state_dict().values(), network.state_dict().values(), strict=True):
        assert torch.equal(mine, other)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"kind": "magic"}, "does not know"),
        ({"organs": True}, "names no organs"),
        ({"fine": 4}, "no layers"),
        ({"widths": (8,)}, "no layers"),
        ({"features": 8}, "numbers of a place"),
        ({"parts": False}, "a head of parts"),
        ({"parts": "no"}, "true or false"),
    ],
)
def test_what_such_a_network_cannot_be_is_refused(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    network = random_filter_network(6)
    save_bundle(network, said(network), tmp_path)
    stored = json.loads((tmp_path / "bundle.json").read_text(encoding="utf-8"))
    (tmp_path / "bundle.json").write_text(json.dumps(stored | changes), encoding="utf-8")
    with pytest.raises(ModelError, match=told):
        load_bundle(tmp_path)
