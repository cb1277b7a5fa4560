"""Where the network runs is the reader's wish, and a wish that cannot be met is told."""

from __future__ import annotations

import pytest
import torch

from ai.model import ModelError
from ai.model.device import chosen_device, has_bfloat16_units, mixed_precision
from tests.support.bright_network import random_network


@pytest.mark.parametrize(
    ("wish", "has_gpu", "device"),
    [
        ("auto", False, "cpu"),
        ("auto", True, "cuda"),
        ("cpu", False, "cpu"),
        ("cpu", True, "cpu"),
        ("cuda", True, "cuda"),
    ],
)
def test_wishes(monkeypatch: pytest.MonkeyPatch, wish: str, has_gpu: bool, device: str) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: has_gpu)
    assert chosen_device(wish) == torch.device(device)


def test_no_gpu_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ModelError, match=r"No CUDA device.*--device cpu or auto"):
        chosen_device("cuda")


@pytest.mark.parametrize("wish", ["", "gpu", "CPU", "cuda:1"])
def test_what_is_no_device_is_told(wish: str) -> None:
    with pytest.raises(ModelError, match="choose auto, cpu or cuda"):
        chosen_device(wish)


@pytest.mark.parametrize("has_units", [False, True])
def test_layers_multiply_short_only_where_there_are_units_for_it(
    monkeypatch: pytest.MonkeyPatch, has_units: bool
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"amx_bf16": has_units})
    layer, x = torch.nn.Linear(8, 8), torch.randn(2, 8)
    with mixed_precision(torch.device("cpu")):
        y = layer(x)
    assert y.dtype == (torch.bfloat16 if has_units else torch.float32)


@pytest.mark.parametrize(("capability", "has_units"), [((7, 5), False), ((8, 0), True), ((9, 0), True)])
def test_a_gpu_has_the_units_from_ampere_on(
    monkeypatch: pytest.MonkeyPatch, capability: tuple[int, int], has_units: bool
) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: capability)
    assert has_bfloat16_units(torch.device("cuda")) == has_units


def test_an_older_pytorch_that_tells_nothing_of_the_processor_multiplies_in_single_precision(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(torch.cpu, "get_capabilities")
    assert not has_bfloat16_units(torch.device("cpu"))


def test_a_network_reads_in_single_precision_and_learns_in_what_the_device_is_made_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hu = torch.randn((1, 1, 32, 32, 32)) * 400 - 500
    features = {}
    for has_units in (False, True):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda units=has_units: {"amx_bf16": units})
        for learns in (False, True):
            network = random_network(1).train(learns)  # a new one each time: who learns, keeps statistics
            features[has_units, learns] = network.features(hu)
            assert features[has_units, learns].dtype == torch.float32
    assert torch.equal(features[False, False], features[True, False])
    assert not torch.equal(features[False, True], features[True, True])
