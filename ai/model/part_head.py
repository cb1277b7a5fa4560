"""Evidence from whole parts of the chest: what a lobe or the mediastinum is like on average, and where it is most so.

Places one by one need many scans to learn from; a part told by a few numbers needs few, and a straight line through
them is found at once. Of each channel k of A, rectified once as it is and once turned over, and each part p with shares
m of its cells, ``s_pqk = (Σ m · a_k^q / Σ m)^(1/q)``: the mean (q = 1), and norms that the strongest cells decide (4,
16). A label's evidence is ``Σ w_pqk · s_pqk``, for and against. It is homogeneous of degree one in A, so gradient ⊙
features adds up to it exactly (Euler): HiResCAM of it at a cell is ``Σ w_pqk · m · a_k^q / (Σ m · s_pqk^(q - 1))``.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

POWERS = (1, 4, 16)
_TINY = 1e-6


class PartHead(nn.Module):
    """See the module's text.

    Args:
        labels: how many abnormalities.
        parts: of the chest.
        channels: of A.
    """

    weight: Tensor

    def __init__(self, labels: int, parts: int, channels: int) -> None:
        super().__init__()
        self.register_buffer("weight", torch.zeros(labels, parts, len(POWERS), 2 * channels))

    def evidence(self, told: Tensor) -> Tensor:
        """Return the evidence of each label (…, L) by what is told of parts (…, parts, powers, 2 · channels)."""
        return told.flatten(-3).double() @ self.weight.flatten(1).double().T

    def heat(self, features: Tensor, parts: Tensor) -> Tensor:
        """Return what each cell gives to each label's evidence, (L, s, r, c): it adds up to ``evidence``.

        Args:
            features: A, (K, s, r, c).
            parts: (parts, s, r, c) shares.
        """
        heat = features.new_zeros(len(self.weight), features[0].numel())
        for number, there, share, mine in _by_part(features, parts):
            for place, power in enumerate(POWERS):
                norm = _norm(mine, share, power)
                pulls = self.weight[:, number, place] * norm
                heat[:, there] += (pulls @ (mine / norm.clamp_min(_TINY)[:, None]) ** power) * share
        return heat.reshape(-1, *features.shape[1:])


def told_of(features: Tensor, parts: Tensor) -> Tensor:
    """Return what is told of each part, (parts, powers, 2 · channels); zero of an empty one.

    Args:
        features: A, (K, s, r, c).
        parts: (parts, s, r, c) shares.
    """
    told = features.new_zeros(len(parts), len(POWERS), 2 * len(features))
    for number, _, share, mine in _by_part(features, parts):
        told[number] = torch.stack([_norm(mine, share, power) for power in POWERS])
    return told


def _by_part(features: Tensor, parts: Tensor) -> Iterator[tuple[int, Tensor, Tensor, Tensor]]:
    """Yield of each part that is not empty its number, which cells it has, their shares of it, and their channels
    (2 · K, n): every channel rectified as it is, then turned over.
    """
    flat = features.flatten(1)
    for number, shares in enumerate(parts.flatten(1)):
        (there,) = torch.nonzero(shares, as_tuple=True)
        if there.numel():
            mine = flat[:, there]
            yield number, there, shares[there] / shares.sum(), torch.cat([mine.clamp_min(0), (-mine).clamp_min(0)])


def _norm(cells: Tensor, share: Tensor, power: int) -> Tensor:
    """Return (Σ share · cell^power)^(1/power) of each channel."""
    top = cells.amax(1).clamp_min(_TINY)
    return top * ((cells / top[:, None]) ** power @ share) ** (1 / power)
