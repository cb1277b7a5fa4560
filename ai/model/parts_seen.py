"""What a network's head of parts sees of a scan: its features where they differ, and which part each belongs to."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ai.model.chest_parts import parts_of, shares_of_sides
from ai.model.part_head import PartHead

_HALF = 0.5
Cells = tuple[int, int, int]


class PartsSeen(NamedTuple):
    """See the module's text.

    Args:
        features: (K, s, r, c), A without what is only repeated.
        parts: (parts, s, r, c) shares.
        cells: how many cells of the evidence there are along each axis: ``finer`` in each of these, fewer in the last.
        finer: see ``EvidenceNet``.
    """

    features: Tensor
    parts: Tensor
    cells: Cells
    finer: int

    def heat(self, head: PartHead) -> Tensor:
        """Return what each cell of the evidence gives to each label's, (L, s, r, c); see ``PartHead.heat``."""
        heat = head.heat(self.features, self.parts)
        if self.finer == 1:
            return heat
        for axis, count in enumerate(self.cells, start=1):
            heat = heat.repeat_interleave(self.finer, dim=axis).narrow(axis, 0, count)
            among = torch.full((count,), float(self.finer))
            among[count - count % self.finer :] = count % self.finer
            heat = heat / among.reshape([-1 if n == axis else 1 for n in range(heat.ndim)])
        return heat


def parts_seen(
    features: Tensor, finer: int, sides: NDArray[np.uint8], patient: NDArray[np.bool_], stride: int
) -> PartsSeen:
    """Return what a head of parts sees of a scan.

    Args:
        features: A, (K, s, r, c), without padding.
        finer: so many cells along each axis have the same features.
        sides: of the scan's voxels: 1 the right lung, 2 the left.
        patient: (s, r, c): cells that count.
        stride: voxels of a cell.
    """
    s, r, c = features.shape[1:]
    apart = features[:, ::finer, ::finer, ::finer]
    full = np.pad(patient, [(0, -n % finer) for n in patient.shape], mode="edge")
    blocks = full.reshape(-(-s // finer), finer, -(-r // finer), finer, -(-c // finer), finer).mean(axis=(1, 3, 5))
    parts = parts_of(shares_of_sides(sides, stride * finer), blocks >= _HALF)
    return PartsSeen(apart, torch.from_numpy(parts), (s, r, c), finer)
