"""A network on fixed filters of random weights."""

from __future__ import annotations

import torch

from ai.model.filter_network import FilterNet
from ai.model.pooling import SUM, Pooling


def random_filter_network(seed: int, pooling: Pooling = SUM, labels: int = 3) -> FilterNet:
    """Return a small one whose heat is not zero, in evaluation mode."""
    torch.manual_seed(seed)
    network = FilterNet(labels, (16,), 8, pooling).eval()
    with torch.no_grad():
        network.deviation.fill_(0.3)
        network.head.weight.normal_()
        network.log_gain.uniform_(-5, -3)
        network.bias.normal_()
    return network
