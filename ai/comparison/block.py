"""The part of a scan that is sampled, as torch wants it: the whole of a scan in single precision would be gigabytes."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def block_around(
    values: NDArray[np.generic], lowest: NDArray[np.floating], highest: NDArray[np.floating], outside: float
) -> tuple[Tensor, NDArray[np.int64]]:
    """Copy the voxels that linear sampling between two corners needs.

    Args:
        values: [slice, row, column].
        lowest, highest: (3,) fractional indices; may lie outside.
        outside: taken off, so that torch's zeros beyond the block mean it.

    Returns:
        float32 (1, 1, s, r, c), and the index of its first voxel.
    """
    low = np.clip(np.floor(lowest).astype(np.int64) - 1, 0, np.array(values.shape) - 1)
    high = np.clip(np.ceil(highest).astype(np.int64) + 2, low + 1, values.shape)
    part = values[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
    # A copy always: torch warns of arrays it may not write to.
    return torch.from_numpy(np.array(part, dtype=np.float32, order="C"))[None, None] - outside, low
