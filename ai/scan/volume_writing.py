"""Writes voxels of any kind as NIfTI, NRRD or MetaImage in patient space."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk  # noqa: N813  the name its own documentation gives it
from numpy.typing import NDArray

from ai.scan.errors import ScanError
from ai.volume import VoxelGrid

KINDS = ("int16", "float32", "uint8")
SQUARE = 1e-4
"""Largest cosine between two axes that still counts as perpendicular."""


def write_volume(path: Path, values: NDArray[Any], grid: VoxelGrid) -> None:
    """Write ``values`` [slice, row, column] where ``grid`` says they lie.

    Args:
        path: its ending chooses the format: .nii, .nii.gz, .nrrd, .mha, .mhd. The folder is made if missing.
        values: int16, float32, uint8, or bool (written as uint8); with a fourth axis of three, a vector for each voxel.
        grid: of the same shape, with perpendicular axes.

    Raises:
        ScanError: values and grid do not fit, axes lean, another kind of number, or the file cannot be written.
    """
    values = values.astype(np.uint8) if values.dtype == np.bool_ else values
    if values.dtype.name not in KINDS:
        raise ScanError(f"{path} was not written: voxels of {values.dtype} are not among {', '.join(KINDS)}.")
    if values.shape not in (grid.shape, (*grid.shape, 3)):
        raise ScanError(f"{path} was not written: voxels of {values.shape} do not fit a grid of {grid.shape}.")
    axes = grid.affine[:3, :3] / np.array(grid.spacing_mm)
    if np.abs(axes.T @ axes - np.eye(3)).max() > SQUARE:
        raise ScanError(f"{path} was not written: the grid's axes are not perpendicular.")
    image = sitk.GetImageFromArray(np.ascontiguousarray(values), isVector=values.ndim == 4)
    image.SetSpacing(tuple(reversed(grid.spacing_mm)))
    image.SetDirection(axes[:, ::-1].ravel().tolist())
    image.SetOrigin(grid.affine[:3, 3].tolist())
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        sitk.WriteImage(image, str(path), useCompression=not path.name.lower().endswith((".nii", ".mhd")))
    except (RuntimeError, OSError) as error:
        raise ScanError(f"{path} could not be written. Check the ending, the folder and the free space.") from error
