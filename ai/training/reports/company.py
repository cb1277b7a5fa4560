"""A network as several processes teach it: what it says of one scan, and statistics that are the same for all."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from ai.model.network import Evidence, EvidenceNet


class Taught(nn.Module):
    """Reads a scan for learning.

    Args:
        network: that learns.
    """

    def __init__(self, network: EvidenceNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, hu: Tensor, extent: Tensor, cells: tuple[int, int, int]) -> tuple[Tensor, ...]:
        """Return the fields of ``Evidence`` for the first ``cells``: what lies beyond is padding, and is never read.

        See ``EvidenceNet.features`` for the other arguments.
        """
        s, r, c = cells
        features = self.network.features(hu, extent)[:, :, :s, :r, :c]
        return tuple(part for part in self.network.judge(features) if part is not None)


def touched(evidence: Evidence) -> Tensor:
    """Return 0, as a sum over all that a network says: every weight then has a gradient to exchange."""
    parts = [part for part in evidence if part is not None]
    return sum((part.sum() * 0.0 for part in parts), start=torch.zeros((), device=evidence.places.device))


def _running(network: nn.Module) -> Iterator[Tensor]:
    for module in network.modules():
        if isinstance(module, nn.BatchNorm3d) and module.running_mean is not None and module.running_var is not None:
            yield module.running_mean
            yield module.running_var


def statistics(network: nn.Module) -> Tensor:
    """Return all running statistics of a network in one row."""
    return torch.cat([values.flatten() for values in _running(network)]).clone()


def set_statistics(network: nn.Module, row: Tensor) -> None:
    """Put a row of running statistics back."""
    place = 0
    for values in _running(network):
        values.copy_(row[place : place + values.numel()].view_as(values))
        place += values.numel()
