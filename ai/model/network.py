"""What every network of ours gives: evidence for each abnormality by place, which adds up to the logit.

Its last spatial feature map A has a constant channel, and the head is ``evidence_c = relu(W_c · A)`` at each place,
``logit_c = bias_c + gain_c · Σ evidence_c``. The head is therefore piecewise linear without constant term, and HiResCAM
(gradient ⊙ features, Draelos & Carin 2020) of each logit at A equals ``gain_c · evidence_c`` exactly: the heat adds up
to the logit. (Where a norm stands for the sum, it does so too: ``ai.model.pooling``.) A second linear head on A names
the organ of each place. A network may have a head of parts besides, whose evidence joins that of places:
``ai.model.part_head``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from ai.model.device import mixed_precision
from ai.model.layers import AXES, channels_last
from ai.model.part_head import PartHead
from ai.model.pooling import SUM, Pooling
from ai.organs import ORGANS

WINDOWS_HU = ((-1000.0, -200.0), (-160.0, 240.0), (-1024.0, -860.0), (-600.0, 1000.0))
"""Input channels: lung, soft tissue, emphysema, bone and contrast; each mapped to 0…1 and clipped."""


class Evidence(NamedTuple):
    """What one forward pass gives.

    Args:
        features: (B, K, s, r, c): the last spatial feature map A, constant channel included.
        places: (B, L, s, r, c): W·A before the relu; above 0 the abnormality is likelier than not at that place.
        logits: (B, L), by places alone.
        organs: (B, 1 + organs, s, r, c) before the softmax, first "none of them"; None where the network knows none.
    """

    features: Tensor
    places: Tensor
    logits: Tensor
    organs: Tensor | None = None


class EvidenceNet(nn.Module):
    """What every network of ours shares: heads on a last feature map A, whose evidence adds up to the logits.

    Args:
        widths: channels of its layers, as its kind counts them.
        positions: whether it is told where in the crop each place lies.
        pooling: how places become a logit; may be set anew.
        fine_width: channels of its layers at the voxels' own size, 0 without.
    """

    kind = ""
    """What a bundle calls networks built like this."""
    hu_ranges: tuple[tuple[float, float], ...] = ()
    """Hounsfield units that it tells apart, beyond which all are alike; a bundle says them."""
    head: nn.Conv3d
    organ_head: nn.Conv3d | None
    part_head: PartHead | None
    log_gain: nn.Parameter
    bias: nn.Parameter

    def __init__(
        self, widths: tuple[int, ...], positions: bool = True, pooling: Pooling = SUM, fine_width: int = 0
    ) -> None:
        super().__init__()
        self.widths, self.positions, self.pooling, self.fine_width = widths, positions, pooling, fine_width
        self.part_head = None

    def add_heads(self, labels: int, features: int, organs: bool) -> None:
        """Put heads on A, of so many channels without the constant one."""
        self.head = nn.Conv3d(features + 1, labels, 1, bias=False)
        self.organ_head = nn.Conv3d(features + 1, 1 + len(ORGANS), 1, bias=False) if organs else None
        self.log_gain = nn.Parameter(torch.full((labels,), -4.0))
        self.bias = nn.Parameter(torch.full((labels,), -2.0))
        with torch.no_grad():
            self.head.weight[:, -1] = -2.0
        channels_last(self)

    def add_part_head(self) -> PartHead:
        """Put a head of parts beside the others; it knows nothing yet."""
        self.part_head = PartHead(self.head.out_channels, self.head.in_channels)
        return self.part_head

    def features(self, hu: Tensor, extent: Tensor | None = None) -> Tensor:
        """Return A (B, K, s, r, c).

        Args:
            hu: Hounsfield units (B, 1, S, R, C) at the network's spacing; sizes multiples of 16 voxels.
            extent: (B, 3, 2): where the block begins and ends along each axis of the whole crop, which itself goes from
                -1 to 1 (``extent_of``); None for the whole of one.
        """
        if not self.training:
            return self.spatial(hu, extent)
        with mixed_precision(hu.device):
            return self.spatial(hu, extent).float()

    def extent_of(self, shape: Sequence[int], padded: Sequence[int]) -> Tensor:
        """Return the extent (1, 3, 2) of a whole crop, as ``features`` takes it.

        Args:
            shape: of the crop.
            padded: the same filled up at its far ends; this network counts what was added as part of the crop.
        """
        return torch.tensor([[[-1.0, 1.0]] * AXES])

    def spatial(self, hu: Tensor, extent: Tensor | None) -> Tensor:
        """Return A in whatever precision is set; see ``features``."""
        raise NotImplementedError

    def explain(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Apply the head to A: return (places, logits); sums run in double so that heat adds up to 1e-4."""
        places = _pointwise(self.head, features)
        return places, self.bias + self.log_gain.exp() * self.pooling.total(places, features[:, -1:])

    def forward(self, hu: Tensor, extent: Tensor | None = None) -> Evidence:
        """Return all of it for Hounsfield units (B, 1, S, R, C), the whole crop or a block of it: see ``features``."""
        return self.judge(self.features(hu, extent))

    def judge(self, features: Tensor) -> Evidence:
        """Apply all heads to A."""
        places, logits = self.explain(features)
        organs = None if self.organ_head is None else _pointwise(self.organ_head, features)
        return Evidence(features, places, logits, organs)


def windowed(hu: Tensor) -> Tensor:
    """Map Hounsfield units (B, 1, …) to the input channels (B, W, …), each 0…1."""
    return torch.cat([((hu - low) / (high - low)).clamp(0, 1) for low, high in WINDOWS_HU], dim=1)


def _pointwise(head: nn.Conv3d, features: Tensor) -> Tensor:
    """Apply a head of 1 × 1 × 1 as one product of matrices: on a CPU an eighth of the convolution's time."""
    return functional.linear(features.movedim(1, -1), head.weight.flatten(1)).movedim(-1, 1)


def positions_in(x: Tensor, extent: Tensor | None) -> Tensor:
    """Return where each cell's middle lies along the crop's axes, (B, 3, s, r, c); see ``EvidenceNet.features``."""
    batch, _, *sizes = x.shape
    if extent is None:
        extent = x.new_tensor([-1.0, 1.0]).expand(batch, AXES, 2)
    channels = []
    for axis, count in enumerate(sizes):
        share = (torch.arange(count, device=x.device, dtype=x.dtype) + 0.5) / count
        along = extent[:, axis, :1] + share * (extent[:, axis, 1:] - extent[:, axis, :1])
        form = [batch, 1, 1, 1, 1]
        form[axis + 2] = count
        channels.append(along.reshape(form).expand(batch, 1, *sizes))
    return torch.cat(channels, dim=1)
