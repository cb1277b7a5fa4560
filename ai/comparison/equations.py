"""What two images say of how one moved: for every cell of a field, three linear equations (Lucas & Kanade 1981)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from ai.comparison.displacement import identity, on_grid, sampled, slopes

STRIDE = 2
"""Voxels of the images per cell of the field, along each axis."""
_DOUBT = 0.7
"""Difference of normalised density from which a place is weighed down: it came, went, or is still far off."""
_SLICES_AT_ONCE = 16 * STRIDE
"""Ten numbers a voxel: a whole scan's would be the largest thing in memory."""
_PAIRS = ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))


def equations(ours: Tensor, theirs: Tensor, displacement: Tensor) -> Tensor:
    """Return the equations of the move, in voxels, that is still missing before ``displacement``.

    Args:
        ours, theirs: (1, 2, s, r, c): normalised density, and 1 where it is known; of the current scan and the prior.
        displacement: in cells, from places of ours to places of theirs.

    Returns:
        (1, 10, cells): the symmetric matrix as (00, 11, 22, 01, 02, 12), then the right side, then the square of what
        is different; means over the cell.
    """
    count = ours.shape[2]
    fine = on_grid(displacement, ours.shape[2:])
    parts = []
    for start in range(0, count, _SLICES_AT_ONCE):
        stop = min(start + _SLICES_AT_ONCE, count)
        low, high = max(0, start - 1), min(count, stop + 1)
        places = identity((high - low, *ours.shape[3:])) + fine[:, :, low:high]
        places[:, 0] += low
        found = _of_voxels(ours[:, :, low:high], sampled(theirs, places))[:, :, start - low : stop - low]
        parts.append(functional.avg_pool3d(found, STRIDE, ceil_mode=True, count_include_pad=False))
    s, r, c = displacement.shape[2:]
    return torch.cat(parts, 2)[:, :, :s, :r, :c]


def _of_voxels(ours: Tensor, moved: Tensor) -> Tensor:
    difference = ours[:, :1] - moved[:, :1]
    slope = 0.5 * slopes(ours[:, :1] + moved[:, :1])
    known = ours[:, 1:] * (moved[:, 1:] > 0.99)
    weight = known * _DOUBT**2 / (_DOUBT**2 + difference**2)
    weighed = slope * weight
    products = [weighed[:, a : a + 1] * slope[:, b : b + 1] for a, b in _PAIRS]
    return torch.cat([*products, weighed * difference, weight * difference**2], 1)


def strength(found: Tensor) -> tuple[Tensor, Tensor]:
    """Return how much each cell's equations say, (1, 1, cells), and the mean of those that say anything."""
    trace = found[:, :3].mean(dim=1, keepdim=True)
    said = trace[trace > 0]
    return trace, said.mean() if said.numel() else torch.tensor(1.0)


def inverted(matrix: Tensor, caution: Tensor) -> Tensor:
    """Invert each cell's symmetric matrix, (1, 6, …), by Cramer's rule: no solver is called millions of times.

    Args:
        matrix: as (00, 11, 22, 01, 02, 12).
        caution: added to the diagonal before.
    """
    aa, bb, cc, ab, ac, bc = matrix.unbind(1)
    aa, bb, cc = aa + caution, bb + caution, cc + caution
    first, second, third = bb * cc - bc * bc, ac * bc - ab * cc, ab * bc - ac * bb
    whole = aa * first + ab * second + ac * third
    rows = (first, aa * cc - ac * ac, aa * bb - ab * ab, second, third, ab * ac - aa * bc)
    return torch.stack(rows, 1) / whole[:, None]


def times(matrix: Tensor, vectors: Tensor) -> Tensor:
    """Multiply each cell's symmetric matrix, (1, 6, …), with its vector, (1, 3, …)."""
    aa, bb, cc, ab, ac, bc = matrix.unbind(1)
    x, y, z = vectors.unbind(1)
    return torch.stack([aa * x + ab * y + ac * z, ab * x + bb * y + bc * z, ac * x + bc * y + cc * z], 1)
