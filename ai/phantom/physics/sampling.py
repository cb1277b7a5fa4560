"""Slices and pixels: blur and edge enhancement in plane, slice thickness, and slices farther apart than the voxels."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor


def in_plane(hu: Tensor, sigma_voxels: float, edge: float) -> Tensor:
    """Return slices blurred by a Gaussian and, for sharp kernels, with their edges raised (unsharp mask).

    Args:
        hu: [slice, row, column].
        sigma_voxels: of the blur.
        edge: how much of the difference to a wider blur is added back; 0 for soft kernels, up to about 1.
    """
    soft = _gauss(hu, sigma_voxels)
    if edge <= 0:
        return soft
    return torch.lerp(_gauss(soft, max(0.55, 1.5 * sigma_voxels)), soft, 1.0 + edge)


def _gauss(hu: Tensor, sigma_voxels: float) -> Tensor:
    if sigma_voxels < 0.15:
        return hu
    reach = max(1, round(2.5 * sigma_voxels))
    weights = np.exp(-0.5 * (np.arange(reach + 1) / sigma_voxels) ** 2)
    weights /= weights[0] + 2 * weights[1:].sum()
    for axis in (1, 2):
        hu = _symmetric(hu, weights.tolist(), axis)
    return hu


def _symmetric(hu: Tensor, weights: list[float], axis: int) -> Tensor:
    """Weigh neighbours along an axis; ``weights[k]`` is that of both k-th neighbours; edges are repeated."""
    count = hu.shape[axis]
    reach = min(len(weights) - 1, count - 1)
    result = hu * weights[0]
    for step in range(1, reach + 1):
        w = weights[step]
        result.narrow(axis, step, count - step).add_(hu.narrow(axis, 0, count - step), alpha=w)
        result.narrow(axis, 0, count - step).add_(hu.narrow(axis, step, count - step), alpha=w)
        result.narrow(axis, 0, step).add_(hu.narrow(axis, 0, 1), alpha=w)
        result.narrow(axis, count - step, step).add_(hu.narrow(axis, count - 1, 1), alpha=w)
    return result


def through_plane(hu: Tensor, width_voxels: float) -> Tensor:
    """Return slices averaged over a box of the slice thickness."""
    if width_voxels <= 1.0:
        return hu
    reach = int(np.ceil((width_voxels - 1) / 2))
    weights = [1.0] * reach + [(width_voxels - (2 * reach - 1)) / 2]
    total = weights[0] + 2 * sum(weights[1:])
    return _symmetric(hu, [w / total for w in weights], 0)


def at_heights(hu: Tensor, heights_voxels: Tensor) -> Tensor:
    """Return slices at fractional heights, linear between their neighbours, the ends repeated."""
    heights = heights_voxels.clamp(0, hu.shape[0] - 1)
    low = heights.floor().long().clamp(0, max(0, hu.shape[0] - 2))
    share = (heights - low)[:, None, None]
    if bool((share == 0).all()):
        return hu[low]
    return torch.lerp(hu[low], hu[(low + 1).clamp_max(hu.shape[0] - 1)], share)
