"""Layers that our networks share."""

from __future__ import annotations

import copy
from itertools import pairwise
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

AXES = 3

Network = TypeVar("Network", bound=nn.Module)


def convolved(a: int, b: int, stride: int = 1, side: int = 3) -> nn.Sequential:
    """Return a convolution from ``a`` to ``b`` channels, normed over the batch and rectified."""
    return nn.Sequential(
        nn.Conv3d(a, b, side, stride=stride, padding=side // 2, bias=False), nn.BatchNorm3d(b), nn.ReLU(inplace=True)
    )


class Residual(nn.Module):
    """Two convolutions whose sum with what came in goes on.

    Args:
        width: channels.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = convolved(width, width)
        self.second = nn.Sequential(nn.Conv3d(width, width, 3, padding=1, bias=False), nn.BatchNorm3d(width))

    def forward(self, x: Tensor) -> Tensor:
        """Return x + f(x), rectified."""
        return functional.relu(x + self.second(self.first(x)))


def channels_last(network: nn.Module) -> None:
    """Lay kernels out as the scan is: on a CPU two thirds of the time. What is copied into them later keeps to it."""
    for weight in network.parameters():
        if weight.ndim == AXES + 2:
            weight.data = weight.data.contiguous(memory_format=torch.channels_last_3d)


def folded(network: Network) -> Network:
    """Return a copy that only reads: each norm is part of the convolution before it. Same answers, to rounding."""
    mine = copy.deepcopy(network).eval()
    for block in [part for part in mine.modules() if isinstance(part, nn.Sequential)]:
        for number, (one, other) in enumerate(pairwise(list(block))):
            if isinstance(one, nn.Conv3d) and isinstance(other, nn.BatchNorm3d):
                block[number], block[number + 1] = fuse_conv_bn_eval(one, other), nn.Identity()
    channels_last(mine)
    return mine
