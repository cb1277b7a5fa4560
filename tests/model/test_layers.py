"""A network that only reads has its norms within its convolutions, and says what it said before."""

from __future__ import annotations

import torch
from torch import nn

from ai.model.deep_network import DeepNet
from ai.model.layers import folded
from ai.model.network import EvidenceNet


def taught() -> EvidenceNet:
    """Return a small network whose norms are not those of a new one."""
    torch.manual_seed(4)
    network = DeepNet(3, (8, 8, 8, 8), 8, fine=4)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm3d):
            for values in (module.running_mean, module.weight, module.bias):
                assert values is not None
                nn.init.normal_(values)
            assert module.running_var is not None
            nn.init.uniform_(module.running_var, 0.2, 3.0)
    return network.eval()


def test_a_folded_network_has_no_norms_and_answers_alike() -> None:
    network, hu = taught(), torch.randn(1, 1, 32, 32, 48) * 400 - 500
    reader = folded(network)
    with torch.inference_mode():
        before, after = network(hu), reader(hu)
    assert not any(isinstance(module, nn.BatchNorm3d) for module in reader.modules())
    assert float(before.places.std()) > 0.1
    torch.testing.assert_close(after.places, before.places, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(after.logits, before.logits, rtol=1e-4, atol=1e-4)


def test_what_is_folded_stays_as_it_was() -> None:
    network = taught()
    kept = {name: value.clone() for name, value in network.state_dict().items()}
    folded(network)
    assert all(torch.equal(value, kept[name]) for name, value in network.state_dict().items())
    assert sum(isinstance(module, nn.BatchNorm3d) for module in network.modules()) > 10
