"""How much of the lung a diffuse abnormality covers: what tells pneumonia of a whole lung from a patch of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai.organs import LOBES, LUNGS, Organs, code_of
from ai.vocabulary import Abnormality
from ai.volume import VoxelGrid

_REGION = "lungs"


def spreads(kind: Abnormality) -> bool:
    """Return whether an abnormality has an extent: it lies in the lungs and has no single instances."""
    return kind.region == _REGION and not kind.focal


def extent_of(heat: NDArray[np.float32], grid: VoxelGrid, organs: Organs) -> tuple[tuple[str, float], ...]:
    """Return which share of both lungs and of each lobe the evidence covers.

    Args:
        heat: logit points [slice, row, column]; a place counts where there are any.
        grid: where it lies.
        organs: of the same scan.

    Returns:
        (``lungs`` or a lobe, 0…1) for each that the scan shows.
    """
    matrix = grid.inverse @ organs.grid.affine
    # Both cover the same crop; a voxel at its edge lies beyond the last cell's middle, but in that cell.
    hot = ndimage.affine_transform(
        (heat > 0).astype(np.uint8),
        matrix[:3, :3],
        matrix[:3, 3],
        output_shape=organs.grid.shape,
        order=0,
        mode="nearest",
    )
    whole = np.bincount(organs.codes.ravel(), minlength=256)
    covered = np.bincount(organs.codes[hot > 0].ravel(), minlength=256)
    codes = [code_of(lobe) for lobe in LOBES]
    if whole[codes].sum() == 0:
        return ()
    lobes = [(lobe, float(covered[c] / whole[c])) for lobe, c in zip(LOBES, codes, strict=True) if whole[c]]
    return (LUNGS, float(covered[codes].sum() / whole[codes].sum())), *lobes
