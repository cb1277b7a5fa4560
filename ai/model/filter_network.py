"""A network for few scans: fixed filters below, a head of parts above, and nothing to be taught in between.

A deep network finds out what is worth seeing from truth by the voxel, or from tens of thousands of reports. From some
hundreds it rather remembers the scans. This one is told by fixed filters (``ai.model.filters``), and learns only what
it means for a whole lobe, the mediastinum or the chest to answer them so (``ai.model.part_head``): a straight line,
found in seconds. Of single places it says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ai.model.filters import ANSWERS, BINS_HU, VOXELS, filtered
from ai.model.network import EvidenceNet, positions_in

_PLACES = 7
"""What is told of where: three positions, their squares, and whether low or high goes with right or left."""
TOLD = ANSWERS + _PLACES
"""How many numbers a cell is told by."""
_FURTHEST = 6.0
"""Standard deviations beyond which an answer is no more unlike the others."""
_TINY = 1e-4
_GAIN = -1.7
"""Logarithm of a new head's gains: what parts come to is then of the size of what places come to elsewhere."""


class FilterNet(EvidenceNet):
    """See the module's text.

    Args:
        labels: how many abnormalities.
    """

    kind = "filters"
    hu_ranges = ((BINS_HU[0], BINS_HU[-1]),)
    mean: Tensor
    deviation: Tensor

    def __init__(self, labels: int) -> None:
        super().__init__(())
        self.register_buffer("mean", torch.zeros(ANSWERS))
        self.register_buffer("deviation", torch.ones(ANSWERS))
        self.add_heads(labels, TOLD, organs=False)
        self.add_part_head()
        with torch.no_grad():
            self.head.weight.zero_()
            self.log_gain.fill_(_GAIN)

    def settle(self, answers: Tensor) -> None:
        """Take mean and deviation of the filters' answers (n, ANSWERS) for those of all scans to come."""
        self.mean.copy_(answers.mean(0))
        self.deviation.copy_(answers.std(0).clamp_min(_TINY))

    def extent_of(self, shape: Sequence[int], padded: Sequence[int]) -> Tensor:
        """Return the extent of a crop that goes from -1 to 1 by the cells that hold some of it."""
        ends = [full / (-(-own // VOXELS) * VOXELS) for own, full in zip(shape, padded, strict=True)]
        return torch.tensor([[[-1.0, 2 * end - 1] for end in ends]])

    def spatial(self, hu: Tensor, extent: Tensor | None) -> Tensor:
        """Return what filters answer, evened, and where, (B, TOLD + 1, …); see ``EvidenceNet.features``."""
        with torch.autocast(hu.device.type, enabled=False):
            answers = filtered(hu)
            by_channel = (1, -1, 1, 1, 1)
            apart = (answers - self.mean.reshape(by_channel)) / self.deviation.reshape(by_channel)
            where = positions_in(answers, extent)
            told = [apart.clamp(-_FURTHEST, _FURTHEST), where, where**2, where[:, :1] * where[:, 2:]]
            return torch.cat([*told, torch.ones_like(answers[:, :1])], dim=1)
