"""Evidence from whole parts of the chest: what a lobe or the mediastinum is like on average, and where it is most so.

Places one by one need many scans to learn from; a part told by a few numbers needs few, and a straight line through
them is found at once. Of each channel k of A, rectified once as it is and once turned over, and each part p with shares
m of its cells, ``s_pqk = (Σ m · a_k^q / Σ m)^(1/q)``: the mean (q = 1), and norms that the strongest cells decide (4,
16). A label's evidence is ``Σ w_pqk · s_pqk + max_lobe Σ v_qk · s_lobe,qk``, for and against: what tells a lobe from
another is the same in all of them, and one is enough. It is homogeneous of degree one in A, so gradient ⊙ features adds
up to it exactly (Euler): HiResCAM of it at a cell is ``Σ w_pqk · m · a_k^q / (Σ m · s_pqk^(q - 1))``, with v added to w
in the lobe that counts.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from ai.model.chest_parts import PARTS
from ai.organs import LOBES

POWERS = (1, 4, 16)
"""Of cells' answers, each a power of two: they are reached by squaring."""
_TINY = 1e-6
_CHANNELS_AT_ONCE = 32
_EXACT_TO = 4
"""Higher powers take double precision, lest the sixteenth of what is faint be nothing."""


class PartHead(nn.Module):
    """See the module's text; a new one knows nothing.

    Args:
        labels: how many abnormalities.
        channels: of A.
    """

    weight: Tensor
    lobe_weight: Tensor

    def __init__(self, labels: int, channels: int) -> None:
        super().__init__()
        self.register_buffer("weight", torch.zeros(labels, len(PARTS), len(POWERS), 2 * channels))
        self.register_buffer("lobe_weight", torch.zeros(labels, len(POWERS), 2 * channels))

    def evidence(self, told: Tensor) -> Tensor:
        """Return the evidence of each label (…, L) by what is told of parts (…, parts, powers, 2 · channels)."""
        strongest = self._of_lobes(told).amax(-1)
        whole = told.flatten(-3).double() @ self.weight.flatten(1).double().T
        return whole + torch.where(strongest.isinf(), 0.0, strongest)

    def _of_lobes(self, told: Tensor) -> Tensor:
        """Return what each lobe tells of each label, (…, L, lobes); −∞ where there is no such lobe."""
        lobes = told[..., : len(LOBES), :, :].flatten(-2).double()
        said = lobes @ self.lobe_weight.flatten(1).double().T
        return torch.where(lobes.any(-1, keepdim=True), said, -torch.inf).transpose(-1, -2)

    def heat(self, features: Tensor, parts: Tensor) -> Tensor:
        """Return what each cell gives to each label's evidence, (L, s, r, c): it adds up to ``evidence``.

        Args:
            features: A, (K, s, r, c).
            parts: (parts, s, r, c) shares.
        """
        told = told_of(features, parts)
        counts = self._of_lobes(told).argmax(-1)
        heat = features.new_zeros(len(self.weight), features[0].numel())
        for number, there, share, mine in _by_part(features, parts):
            weight = self.weight[:, number] + self.lobe_weight * (counts == number)[:, None, None]
            for place, power in enumerate(POWERS):
                norm = told[number, place]
                heat[:, there] += ((weight[:, place] * norm) @ (mine / norm.clamp_min(_TINY)[:, None]) ** power) * share
        return heat.reshape(-1, *features.shape[1:])


def told_of(features: Tensor, parts: Tensor) -> Tensor:
    """Return what is told of each part, (parts, powers, 2 · channels); zero of an empty one.

    Args:
        features: A, (K, s, r, c).
        parts: (parts, s, r, c) shares.
    """
    shares = parts.flatten(1)
    shares = (shares / shares.sum(1, keepdim=True).clamp_min(_TINY)).T.contiguous()
    flat, found = features.flatten(1), []
    for sign in (1, -1):
        for start in range(0, len(flat), _CHANNELS_AT_ONCE):
            cells = (sign * flat[start : start + _CHANNELS_AT_ONCE]).clamp_min(0)
            top = cells.amax(1, keepdim=True).clamp_min(_TINY)
            found.append(top[:, :, None] * _norms(cells / top, shares))
    return torch.cat(found).permute(1, 2, 0).to(features.dtype)


def _norms(cells: Tensor, shares: Tensor) -> Tensor:
    """Return (Σ share · cell^power)^(1/power) of each channel in each part, float64 (channels, parts, powers).

    Args:
        cells: (channels, n), 0…1.
        shares: (n, parts), of each part together 1.
    """
    norms, reached = [], 1
    for power in POWERS:
        while reached < power:
            cells, reached = cells * cells, 2 * reached
        norms.append((cells @ shares).double() ** (1 / power))
        if power == _EXACT_TO:
            cells, shares = cells.double(), shares.double()
    return torch.stack(norms, -1)


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
