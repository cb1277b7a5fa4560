"""A network for few scans: fixed filters below, two taught layers of single places above.

A deep network finds out what is worth seeing from truth by the voxel, or from tens of thousands of reports. From some
hundreds it rather remembers the scans. This one is told by fixed filters (``ai.model.filters``) and learns only what
their answers at a place mean, and where in the chest: it is as place-wise as its head, so a scan's answers are made
once and kept, and learning takes minutes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from ai.model.device import mixed_precision
from ai.model.filters import ANSWERS, BINS_HU, VOXELS, filtered
from ai.model.network import Evidence, EvidenceNet, positions_in
from ai.model.pooling import SUM, Pooling

HIDDEN = (128,)
FEATURES = 64
FINER = 2
"""A place is as wide as so many cells of the evidence."""
_PLACES = 7
"""What is told of where: three positions, their squares, and whether low or high goes with right or left."""
TOLD = ANSWERS + _PLACES
"""How many numbers a place is told by."""
_FURTHEST = 6.0
"""Standard deviations beyond which an answer is no more unlike the others."""
_TINY = 1e-4
_BEGINNING, _GAIN = -0.5, -1.7
"""What a new head says of every place, and its gains: all places begin as evidence, faint and alike."""
_LEFT_OUT = 0.3
"""Share of the channels that learning does without each time; half as many of the filters' answers."""


class FilterNet(EvidenceNet):
    """See the module's text.

    Args:
        labels: how many abnormalities.
        widths: of the layers below A; without any, A is what the filters answer, and where.
        features: channels of A; ``TOLD`` of them without layers.
        pooling: how places become a logit; may be set anew.
    """

    kind = "filters"
    finer = FINER
    hu_ranges = ((BINS_HU[0], BINS_HU[-1]),)
    mean: Tensor
    deviation: Tensor

    def __init__(
        self, labels: int, widths: tuple[int, ...] = HIDDEN, features: int = FEATURES, pooling: Pooling = SUM
    ) -> None:
        super().__init__(widths, True, pooling)
        self.register_buffer("mean", torch.zeros(ANSWERS))
        self.register_buffer("deviation", torch.ones(ANSWERS))
        layers = pairwise((TOLD, *widths, features) if widths else ())
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in layers)
        self.add_heads(labels, features, organs=False)
        with torch.no_grad():
            self.head.weight.zero_()
            self.head.weight[:, -1] = _BEGINNING
            self.log_gain.fill_(_GAIN)

    def settle(self, answers: Tensor) -> None:
        """Take mean and deviation of the filters' answers (n, ANSWERS) for those of all scans to come."""
        self.mean.copy_(answers.mean(0))
        self.deviation.copy_(answers.std(0).clamp_min(_TINY))

    def extent_of(self, shape: Sequence[int], padded: Sequence[int]) -> Tensor:
        """Return the extent of a crop that goes from -1 to 1 by the places that hold some of it; these are kept."""
        ends = [full / (-(-own // VOXELS) * VOXELS) for own, full in zip(shape, padded, strict=True)]
        return torch.tensor([[[-1.0, 2 * end - 1] for end in ends]])

    def spatial(self, hu: Tensor, extent: Tensor | None) -> Tensor:
        """See ``EvidenceNet.features``."""
        with torch.autocast(hu.device.type, enabled=False):
            answers = filtered(hu)
        features = self.above(answers, extent)
        for axis in (2, 3, 4):
            features = features.repeat_interleave(FINER, dim=axis)
        return features

    def above(self, answers: Tensor, extent: Tensor | None) -> Tensor:
        """Return A of places (B, K, s/2, r/2, c/2).

        Args:
            answers: of the filters, (B, ANSWERS, s/2, r/2, c/2).
            extent: see ``features``.
        """
        apart = answers.movedim(1, -1) - self.mean
        told = (apart / self.deviation).clamp(-_FURTHEST, _FURTHEST)
        where = positions_in(answers, extent).movedim(1, -1)
        x = torch.cat([told, where, where**2, where[..., :1] * where[..., 2:]], dim=-1)
        x = self._some(x, _LEFT_OUT / 2)
        for number, layer in enumerate(self.layers):
            x = functional.relu(layer(self._some(x, _LEFT_OUT if number else 0.0)))
        return torch.cat([x, torch.ones_like(x[..., :1])], dim=-1).movedim(-1, 1)

    def judge_places(self, answers: Tensor, extent: Tensor | None = None) -> Evidence:
        """Judge by the filters' answers: logits are those of the whole reading, all else is by places, not by cells."""
        with mixed_precision(answers.device):
            features = self.above(answers, extent).float()
        told = self.judge(features)
        return told._replace(logits=self.pooled_places(told.places))

    def pooled_places(self, places: Tensor, labels: Sequence[int] | slice = slice(None)) -> Tensor:
        """Return the logits as ``pooled`` would, were each place told of all its cells."""
        sums = self.pooling.total(places) * math.pow(FINER, 3 / self.pooling.power)
        return self.bias[labels] + self.log_gain[labels].exp() * sums

    def _some(self, x: Tensor, share: float) -> Tensor:
        """Leave a share of the channels out, everywhere alike, while learning."""
        if not self.training or not share:
            return x
        kept = torch.rand(x.shape[-1], device=x.device).ge(share)
        return x.mul(kept).div(1 - share)
