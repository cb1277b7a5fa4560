"""The network: from Hounsfield units at 2 mm to evidence for each abnormality at 4 mm.

A small residual U-shaped network: two layers look at the 2 mm voxels themselves, so that a small nodule and a vessel
cut across differ before anything is put together. Beside the voxels it is told where in the chest each place lies, as a
share of the crop around the lungs: a patch too small to show an organ whole still knows whether it can hold it.

It reads in single precision, so that a scan has the same findings on every computer. While it learns, the layers below
A compute in bfloat16 where the device has units for it; of four scans read so one had another set of findings.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from ai.model.layers import AXES, Residual, convolved
from ai.model.network import WINDOWS_HU, EvidenceNet, positions_in, windowed
from ai.model.pooling import SUM, Pooling

FINE = 16
"""Channels at 2 mm."""
WIDTHS = (64, 128, 160, 192)
"""Channels at 4, 8, 16 and 32 mm. Most of the time goes into the 4 mm level, so knowledge is kept below it."""
LIGHT_WIDTHS = (32, 80, 128, 160)
"""Of a network without layers at 2 mm that two cores can be expected to teach: a third of the work."""
FEATURES = 48
"""Channels of A, without the constant one."""


class DeepNet(EvidenceNet):
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

    kind = "deep"
    hu_ranges = WINDOWS_HU

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
        super().__init__(widths, positions, pooling, fine)
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
        self.add_heads(labels, features, organs)

    def spatial(self, hu: Tensor, extent: Tensor | None) -> Tensor:
        """See ``EvidenceNet.features``."""
        x = windowed(hu)
        x = _folded(x if self.fine is None else self.fine(x))
        if self.positions:
            x = torch.cat([x, positions_in(x, extent)], dim=1)
        x = self.stem(x)
        skips = [x]
        for level in self.down:
            skips.append(level(skips[-1]))
        x = self.deep(skips.pop())
        for narrow, join in zip(self.narrow, self.join, strict=True):
            finer = functional.interpolate(narrow(x), scale_factor=2.0, mode="trilinear", align_corners=False)
            x = join(skips.pop() + finer)
        return torch.cat([x, torch.ones_like(x[:, :1])], dim=1)


def _folded(x: Tensor) -> Tensor:
    """Fold 2×2×2 neighbours into channels: (B, W, S, R, C) → (B, 8·W, S/2, R/2, C/2)."""
    b, w, s, r, c = x.shape
    cells = x.reshape(b, w, s // 2, 2, r // 2, 2, c // 2, 2).permute(0, 1, 3, 5, 7, 2, 4, 6)
    return cells.reshape(b, w * 8, s // 2, r // 2, c // 2).contiguous(memory_format=torch.channels_last_3d)


def _from_below(pairs: list[tuple[int, int]]) -> list[tuple[int, tuple[int, int]]]:
    """Number the levels (0 is the finest) and turn their order round."""
    return list(reversed(list(enumerate(pairs))))
