"""Folder or file → Series → Scan, and back. The one place that opens DICOM, NIfTI, NRRD and MetaImage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from ai.scan.errors import PixelFault, ScanError, SeveralSeries
from ai.scan.finding import find_series
from ai.scan.loading import Loading
from ai.scan.reading import begin, only_series, read
from ai.scan.thumbnail import thumbnail
from ai.series import Scan
from ai.volume import VoxelGrid

__all__ = [
    "Loading",
    "PixelFault",
    "ScanError",
    "SeveralSeries",
    "begin",
    "find_series",
    "only_series",
    "read",
    "thumbnail",
    "write_dicom",
    "write_volume",
]


def write_dicom(scan: Scan, folder: Path) -> list[Path]:
    """Write a scan as a CT series; see ``ai.scan.series_writing``."""
    # pydicom takes 0.2 s to import: only who writes waits for it.
    from ai.scan import series_writing  # noqa: PLC0415

    return series_writing.write_dicom(scan, folder)


def write_volume(path: Path, values: NDArray[Any], grid: VoxelGrid) -> None:
    """Write voxels as NIfTI, NRRD or MetaImage in patient space; see ``ai.scan.volume_writing``."""
    # SimpleITK takes 0.16 s to import: only who writes volumes waits for it.
    from ai.scan import volume_writing  # noqa: PLC0415

    volume_writing.write_volume(path, values, grid)
