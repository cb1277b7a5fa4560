"""A network on fixed filters whose head of parts has random weights."""

from __future__ import annotations

import torch

from ai.model.filter_network import FilterNet


def random_filter_network(seed: int, labels: int = 3) -> FilterNet:
    """Return one whose heat is not zero, in evaluation mode."""
    torch.manual_seed(seed)
    network = FilterNet(labels).eval()
    assert network.part_head is not None
    network.deviation.fill_(0.3)
    network.part_head.weight.normal_(std=0.1)
    with torch.no_grad():
        network.log_gain.uniform_(-5, -3)
        network.bias.normal_()
    return network
