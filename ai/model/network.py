"""The network: from Hounsfield units at 2 mm to evidence for each abnormality at 4 mm.

A small residual U-shaped network: two layers look at the 2 mm voxels themselves, so that a small nodule and a vessel
cut across differ before anything is put together. Its last spatial feature map A has a constant channel, and the head
is ``evidence_c = relu(W_c · A)`` at each place, ``logit_c = bias_c + gain_c · Σ evidence_c``. The head is therefore
piecewise linear without constant term, and HiResCAM (gradient ⊙ features, Draelos & Carin 2020) of each logit at A
equals ``gain_c · evidence_c`` exactly: the heat adds up to the logit. (Where a norm stands for the sum, it does so too:
``ai.model.pooling``.) A second linear head on A names the organ of each place.

It reads in single precision, so that a scan has the same findings on every computer. While it learns, the layers below
A compute in bfloat16 where the device has units for it; of four scans read so one had another set of findings.

Beside the voxels it is told where in the chest each place lies, as a share of the crop around the lungs: a patch too
small to show an organ whole still knows whether it can hold it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from ai.model.device import mixed_precision
from ai.model.layers import AXES, Residual, channels_last, convolved
from ai.model.pooling import SUM, Pooling
from ai.organs import ORGANS

WINDOWS_HU = ((-1000.0, -200.0), (-160.0, 240.0), (-1024.0, -860.0), (-600.0, 1000.0))
"""Input channels: lung, soft tissue, emphysema, bone and contrast; each mapped to 0…1 and clipped."""
FINE = 16
"""Channels at 2 mm."""
WIDTHS = (64, 128, 160, 192)
"""Channels at 4, 8, 16 and 32 mm. Most of the time goes into the 4 mm level, so knowledge is kept below it."""
LIGHT_WIDTHS = (32, 80, 128, 160)
"""Of a network without layers at 2 mm that two cores can be expected to teach: a third of the work."""
FEATURES = 48
"""Channels of A, without the constant one."""


class Evidence(NamedTuple):
    """What one forward pass gives.

    Args:
        features: (B, K, s, r, c): the last spatial feature map A, constant channel included.
        places: (B, L, s, r, c): W·A before the relu; above 0 the abnormality is likelier than not at that place.
        logits: (B, L).
        organs: (B, 1 + organs, s, r, c) before the softmax, first "none of them"; None where the network knows none.
    """

    features: Tensor
    places: Tensor
    logits: Tensor
    organs: Tensor | None = None


class EvidenceNet(nn.Module):
    """See the module's text.

    Args:
        labels: how many abnormalities.
        widths: channels per level.
        features: channels of A.
        organs: whether it names organs.
        positions: whether it is told where in the crop each place lies.
        fine: channels of the layers at the voxels' own size; 0 leaves these out.
        pooling: how places become a logit; may be set anew.
    """

    def __init__(
        self,
        labels: int,
        widths: tuple[int, ...] = WIDTHS,
        features: int = FEATURES,
        organs: bool = True,
        positions: bool = True,
        fine: int = 0,
        pooling: Pooling = SUM,
    ) -> None:
        super().__init__()
        self.pooling = pooling
        self.positions = positions
        seen, first = (fine, 1) if fine else (len(WINDOWS_HU), 3)
        self.fine = nn.Sequential(convolved(len(WINDOWS_HU), fine), convolved(fine, fine)) if fine else None
        taken = seen * 8 + (AXES if positions else 0)
        self.stem = nn.Sequential(
            convolved(taken, widths[0], side=first), Residual(widths[0]) if fine else convolved(widths[0], widths[0])
        )
        self.down = nn.ModuleList(nn.Sequential(convolved(a, b, stride=2), Residual(b)) for a, b in pairwise(widths))
        self.deep = Residual(widths[-1])
        pairs = list(pairwise(widths))
        self.narrow = nn.ModuleList(nn.Conv3d(b, a, 1, bias=False) for a, b in reversed(pairs))
        self.join = nn.ModuleList(convolved(a, a if level else features) for level, (a, _) in _from_below(pairs))
        self.head = nn.Conv3d(features + 1, labels, 1, bias=False)
        self.organ_head = nn.Conv3d(features + 1, 1 + len(ORGANS), 1, bias=False) if organs else None
        self.log_gain = nn.Parameter(torch.full((labels,), -4.0))
        self.bias = nn.Parameter(torch.full((labels,), -2.0))
        with torch.no_grad():
            self.head.weight[:, -1] = -2.0
        channels_last(self)

    def features(self, hu: Tensor, extent: Tensor | None = None) -> Tensor:
        """Return A (B, K, s, r, c).

        Args:
            hu: Hounsfield units (B, 1, S, R, C) at 2 mm; sizes multiples of 16 voxels.
            extent: (B, 3, 2): where the block begins and ends along each axis of the whole crop, padding included,
                which itself goes from -1 to 1; None for the whole crop.
        """
        if not self.training:
            return self._features(hu, extent)
        with mixed_precision(hu.device):
            return self._features(hu, extent).float()

    def _features(self, hu: Tensor, extent: Tensor | None) -> Tensor:
        x = windowed(hu)
        x = _folded(x if self.fine is None else self.fine(x))
        if self.positions:
            x = torch.cat([x, _positions(x, extent)], dim=1)
        x = self.stem(x)
        skips = [x]
        for level in self.down:
            skips.append(level(skips[-1]))
        x = self.deep(skips.pop())
        for narrow, join in zip(self.narrow, self.join, strict=True):
            finer = functional.interpolate(narrow(x), scale_factor=2.0, mode="trilinear", align_corners=False)
            x = join(skips.pop() + finer)
        return torch.cat([x, torch.ones_like(x[:, :1])], dim=1)

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


def _folded(x: Tensor) -> Tensor:
    """Fold 2×2×2 neighbours into channels: (B, W, S, R, C) → (B, 8·W, S/2, R/2, C/2)."""
    b, w, s, r, c = x.shape
    cells = x.reshape(b, w, s // 2, 2, r // 2, 2, c // 2, 2).permute(0, 1, 3, 5, 7, 2, 4, 6)
    return cells.reshape(b, w * 8, s // 2, r // 2, c // 2).contiguous(memory_format=torch.channels_last_3d)


def _pointwise(head: nn.Conv3d, features: Tensor) -> Tensor:
    """Apply a head of 1 × 1 × 1 as one product of matrices: on a CPU an eighth of the convolution's time."""
    return functional.linear(features.movedim(1, -1), head.weight.flatten(1)).movedim(-1, 1)


def _positions(x: Tensor, extent: Tensor | None) -> Tensor:
    """Where each cell's middle lies along the crop's axes, (B, 3, s, r, c)."""
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


def _from_below(pairs: list[tuple[int, int]]) -> list[tuple[int, tuple[int, int]]]:
    """Number the levels (0 is the finest) and turn their order round."""
    return list(reversed(list(enumerate(pairs))))
