"""A network as several processes teach it: what it says of one scan, and statistics that are the same for all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from ai.model.network import Evidence, EvidenceNet
from ai.training.reports.crops import Crop
from ai.training.reports.kept_features import Features
from ai.training.reports.processes import Processes
from ai.training.reports.varying import varied

Cells = tuple[int, int, int]


class Taught(nn.Module):
    """Reads a scan for learning.

    Args:
        network: that learns.
    """

    def __init__(self, network: EvidenceNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, hu: Tensor, extent: Tensor, cells: Cells) -> tuple[Tensor, ...]:
        """Return the fields of ``Evidence`` for the first ``cells``: what lies beyond is padding, and is never read.

        See ``EvidenceNet.features`` for the other arguments.
        """
        s, r, c = cells
        features = self.network.features(hu, extent)[:, :, :s, :r, :c]
        return tuple(part for part in self.network.judge(features) if part is not None)


class TaughtHeads(nn.Module):
    """Judges for learning what the layers below have seen.

    Args:
        network: whose last layers learn.
    """

    def __init__(self, network: EvidenceNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, features: Tensor) -> tuple[Tensor, ...]:
        """Return the fields of ``Evidence`` for features (1, K, s, r, c)."""
        return tuple(part for part in self.network.judge(features) if part is not None)


def _taught(network: EvidenceNet, heads: bool) -> nn.Module:
    return TaughtHeads(network) if heads else Taught(network)


class Company:
    """Reads for learning what a process has of a step; gradients are exchanged with the other processes.

    Args:
        network: that learns; where it computes.
        heads: whether its heads alone learn.
        processes: which of how many this one is.
        varies: whether a scan is told a little otherwise each time.
    """

    def __init__(self, network: EvidenceNet, heads: bool, processes: Processes, varies: bool) -> None:
        taught = _taught(network, heads)
        alone = processes.count == 1
        self._taught = taught if alone else DistributedDataParallel(taught, broadcast_buffers=False)
        self._network, self._heads, self._varies = network, heads, varies
        self._device = torch.device(processes.device)

    def scan(self, told: Crop | Features, chance: np.random.Generator) -> Evidence:
        """Read a whole scan."""
        if isinstance(told, Features):
            return self._judged(told.values[None].to(self._device).float())
        hu, extent = varied(told.hu, chance, self._varies)
        return self.block(hu[None, None], extent[None], told.regions)

    def block(self, hu: Tensor, extent: Tensor, cells: Tensor) -> Evidence:
        """Read a block, as ``EvidenceNet.features`` takes it; ``cells`` (…, s, r, c) has as many as count."""
        hu, extent = hu.to(self._device, memory_format=torch.channels_last_3d), extent.to(self._device)
        s, r, c = cells.shape[-3:]
        if not self._heads:
            return Evidence(*self._taught(hu, extent, (s, r, c)))
        with torch.no_grad():
            features = self._network.features(hu, extent)[:, :, :s, :r, :c]
        return self._judged(features)

    def apart(self, more: bool) -> AbstractContextManager[None]:
        """Hold gradients back while more of a step follows: they are exchanged once, with its last scan."""
        if more and isinstance(self._taught, DistributedDataParallel):
            return self._taught.no_sync()
        return nullcontext()

    def _judged(self, features: Tensor) -> Evidence:
        return Evidence(*self._taught(features))


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
    rows = [values.flatten() for values in _running(network)]
    return torch.cat(rows) if rows else torch.zeros(0)


def set_statistics(network: nn.Module, row: Tensor) -> None:
    """Put a row of running statistics back."""
    place = 0
    for values in _running(network):
        values.copy_(row[place : place + values.numel()].view_as(values))
        place += values.numel()
