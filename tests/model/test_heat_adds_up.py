"""The promise of the model: its heat is its logit, place by place."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from ai.model.attention import heat_of, hirescam
from ai.model.deep_network import DeepNet
from ai.model.network import windowed
from tests.support.bright_network import bright_network, random_network


def chest_like(seed: int, size: tuple[int, int, int] = (32, 48, 32)) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn((1, 1, *size), generator=generator) * 500 - 400


@pytest.mark.parametrize("fine", [0, 4])
@pytest.mark.parametrize("seed", range(5))
def test_bias_and_heat_are_the_logit(seed: int, fine: int) -> None:
    network = random_network(seed, fine=fine)
    with torch.inference_mode():
        evidence = network(chest_like(seed))
        heat = heat_of(network, evidence)
    assert heat.shape == (3, 16, 24, 16)
    assert (heat >= 0).all()
    assert heat.sum() > 1
    total = network.bias.double() + heat.double().sum((1, 2, 3))
    assert torch.allclose(total, evidence.logits[0].double(), rtol=0, atol=1e-4)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("label", range(3))
def test_heat_is_hirescam_at_every_place(seed: int, label: int) -> None:
    network = random_network(seed)
    with torch.no_grad():
        evidence = network(chest_like(seed))
        heat = heat_of(network, evidence)[label]
    by_autograd = hirescam(evidence.features, lambda a: network.explain(a)[1][0, label])
    assert (heat > 0).any()
    scale = float(heat.abs().max())
    assert float((heat - by_autograd).abs().max()) <= 1e-5 * scale


def test_hirescam_leaves_the_features_alone() -> None:
    network = random_network(0)
    with torch.no_grad():
        evidence = network(chest_like(0))
    before = evidence.features.clone()
    hirescam(evidence.features, lambda a: network.explain(a)[1][0, 0])
    assert torch.equal(evidence.features, before)
    assert not evidence.features.requires_grad


def test_the_constant_channel_is_the_last_and_one() -> None:
    with torch.inference_mode():
        features = random_network(1).features(chest_like(1))
    assert features.shape[1] == 9
    assert (features[:, -1] == 1).all()


def test_a_cell_is_two_voxels_along_each_axis() -> None:
    hu = torch.full((1, 1, 32, 32, 32), -1000.0)
    hu[0, 0, 8:10, 20:22, 14:16] = 1000.0
    with torch.inference_mode():
        places = bright_network()(hu).places[0, 0]
    assert torch.nonzero(places > 0).tolist() == [[4, 10, 7]]
    assert float(places[4, 10, 7]) == pytest.approx(1.0, abs=1e-3)


def test_windows_go_from_black_to_white() -> None:
    hu = torch.tensor([-2000.0, -1000.0, -600.0, -200.0, 40.0, 240.0, 3000.0]).reshape(1, 1, 7, 1, 1)
    lung, soft, _, _ = windowed(hu)[0, :, :, 0, 0].tolist()
    assert lung == pytest.approx([0, 0, 0.5, 1, 1, 1, 1])
    assert soft == pytest.approx([0, 0, 0, 0, 0.5, 1, 1])


def test_the_untrained_network_is_in_doubt_but_not_loud() -> None:
    """Before the first step no place is evidence enough to call a scan abnormal: learning starts from quiet."""
    torch.manual_seed(0)
    with torch.inference_mode():
        logits = DeepNet(6, (8, 8, 8, 8)).eval()(chest_like(0)).logits
    assert torch.isfinite(logits).all()
    assert (torch.sigmoid(logits) < 0.5).all()


def test_the_whole_crop_is_where_it_is_told_and_places_count() -> None:
    hu = chest_like(3)
    network = random_network(2)
    with torch.inference_mode():
        whole = network(hu).places[0]
        ends = torch.tensor([[[-1.0, 1.0], [-1.0, 1.0], [-1.0, 1.0]]])
        same = network(hu, ends).places[0]
        elsewhere = network(hu, ends + torch.tensor([[[0.0], [0.5], [0.0]]])).places[0]
    assert torch.equal(whole, same)
    assert not torch.allclose(whole, elsewhere, atol=1e-3)


def test_layers_at_the_voxels_own_size_tell_how_voxels_lie_in_a_cell() -> None:
    """A cell of the same mean whose voxels lie otherwise is another one, with and without them."""
    one, other = (torch.full((1, 1, 16, 16, 16), -800.0) for _ in range(2))
    one[..., 8, 8, 8] = other[..., 9, 9, 9] = 100.0
    for fine in (0, 4):
        network = random_network(3, fine=fine)
        with torch.inference_mode():
            assert not torch.allclose(network.features(one), network.features(other))
