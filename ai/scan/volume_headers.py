"""What a volume file (NIfTI, NRRD, MetaImage) says of itself, and where its voxels lie in the patient (LPS)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import SimpleITK as sitk  # noqa: N813  the name its own documentation gives it
from numpy.typing import NDArray

from ai.geometry import Matrix
from ai.scan.errors import ScanError
from ai.scan.files import on_disk
from ai.scan.headers import LEAST_SPACING_MM, MOST_POSITION_MM
from ai.scan.orientation import orientation_notices
from ai.scan.text_headers import refuse_many_dimensions
from ai.series import Series
from ai.volume import AIR_HU, MOST_HU, GridError, VoxelGrid

MOST_STEP_MM = 50.0
"""Farther apart lie the slices of no scan."""


def volume_series(path: Path) -> tuple[Series, bool]:
    """Describe a volume file by its header; also tell whether its voxels are of 8 bits: masks are, a CT never is.

    Raises:
        ScanError: the file cannot be read, or is no single three-dimensional volume of numbers.
    """
    reader = opened(path)
    size = reader.GetSize()
    described = Series(
        uid=str(path),
        source=path,
        description=path.name,
        shape=(size[2], size[1], size[0]),
        thickness_mm=float(reader.GetSpacing()[2]),
        notices=orientation_notices(on_disk(path), reader),
    )
    return described, reader.GetPixelID() in (sitk.sitkUInt8, sitk.sitkInt8)


def opened(path: Path) -> sitk.ImageFileReader:
    """Return a reader that has read the header and not yet the voxels. Raises ScanError as ``volume_series``."""
    if path.name.lower().endswith((".mha", ".mhd")):
        refuse_many_dimensions(on_disk(path))
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(on_disk(path)))
    try:
        reader.ReadImageInformation()
    except RuntimeError as error:
        raise ScanError(f"{path} cannot be read as a volume{_reason(error)}. Export it again.") from error
    size = reader.GetSize()
    if len(size) != 3:
        raise ScanError(f"{path} has {len(size)} dimensions, a scan has three. Export one volume of it.")
    if reader.GetNumberOfComponents() != 1:
        raise ScanError(
            f"{path} holds {reader.GetNumberOfComponents()} numbers per voxel, a CT holds one. Export it again."
        )
    return reader


def _reason(error: RuntimeError) -> str:
    """Pick the one reason that a reader can act on out of ITK's long message."""
    return ": its axes are not perpendicular" if "orthonormal" in str(error) else ""


def grid_of(path: Path, reader: sitk.ImageFileReader) -> VoxelGrid:
    """Return where the voxels lie: ITK's (i, j, k) in LPS, turned into [slice, row, column]."""
    directions = np.array(reader.GetDirection(), dtype=np.float64).reshape(3, 3) * np.array(reader.GetSpacing())
    affine: Matrix = np.eye(4)
    affine[:3, :3] = directions[:, ::-1]
    affine[:3, 3] = reader.GetOrigin()
    i, j, k = reader.GetSize()
    outside = max(map(abs, reader.GetOrigin())) > MOST_POSITION_MM
    if outside or not all(LEAST_SPACING_MM <= mm <= MOST_STEP_MM for mm in reader.GetSpacing()):
        raise ScanError(f"{path} says nothing sensible about where its voxels lie. Export it again.")
    try:
        return VoxelGrid((k, j, i), affine)
    except GridError as error:
        raise ScanError(f"{path} says nothing sensible about where its voxels lie. Export it again.") from error


def middle_slice(path: Path) -> tuple[NDArray[np.int16], VoxelGrid]:
    """Return a volume file's middle slice, HU (rows, columns), and the grid of the whole volume.

    Raises:
        ScanError: the file cannot be read.
    """
    reader = opened(path)
    grid = grid_of(path, reader)
    i, j, k = reader.GetSize()
    reader.SetExtractIndex((0, 0, k // 2))
    reader.SetExtractSize((i, j, 0))
    try:
        values = sitk.GetArrayFromImage(reader.Execute())
    except RuntimeError as error:
        raise ScanError(f"{path} is cut off or damaged. Copy or export it again.") from error
    return np.clip(np.nan_to_num(values), AIR_HU, MOST_HU).astype(np.int16), grid
