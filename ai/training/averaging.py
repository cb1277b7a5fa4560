"""The running average of a network that learns: what is kept in the end."""

from __future__ import annotations

import torch
from torch import nn


def follow(average: nn.Module, network: nn.Module, step: int, most: float) -> None:
    """Let the average follow the network; young averages follow faster.

    Args:
        average: changed in place; of the same form as ``network``.
        network: after its step.
        step: how many steps were made before.
        most: share of itself that an old average keeps, 0…1.
    """
    keep = min(most, (1 + step) / (10 + step))
    with torch.no_grad():
        mine = average.state_dict()
        for name, value in network.state_dict().items():
            if value.dtype.is_floating_point:
                mine[name].lerp_(value, 1 - keep)
            else:
                mine[name].copy_(value)
