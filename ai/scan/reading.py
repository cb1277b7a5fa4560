"""From series to voxels: begun, or read whole."""

from __future__ import annotations

from pathlib import Path

from ai.progress import QUIET, Part, Progress
from ai.scan.errors import ScanError, SeveralSeries
from ai.scan.finding import find_series
from ai.scan.loading import Loading
from ai.scan.stack_loading import StackLoading
from ai.scan.stacking import stack
from ai.series import Scan, Series

FINDING_SHARE = 0.1


def begin(series: Series) -> Loading:
    """Lay the slices on a grid and allocate the array, full of AIR_HU; read no voxel yet.

    Raises:
        ScanError: the slices make no volume, or the array does not fit into memory.
    """
    try:
        if series.slices:
            return StackLoading(series, stack(series.source, series.slices, series.thickness_mm))
        # SimpleITK takes 0.16 s to import: DICOM readers need not wait for it.
        from ai.scan.volume_loading import VolumeLoading  # noqa: PLC0415

        return VolumeLoading(series)
    except MemoryError as error:
        raise ScanError(f"{series.source} does not fit into memory. Close other programs, or open a part.") from error


def read(source: Path | Series, progress: Progress = QUIET) -> Scan:
    """Read a whole scan.

    Args:
        source: a folder or file with one series, or one of the series that ``find_series`` returned.
        progress: told how far it is; Cancelled passes through.

    Raises:
        SeveralSeries: the folder holds more than one. ScanError: nothing can be read.
    """
    if isinstance(source, Series):
        return begin(source).load(progress)
    return begin(only_series(source, Part(progress, 0.0, FINDING_SHARE))).load(Part(progress, FINDING_SHARE, 1.0))


def only_series(source: Path, progress: Progress = QUIET) -> Series:
    """Return the one series of a folder or file by its headers alone.

    Raises:
        SeveralSeries: there is more than one. ScanError: nothing can be read.
    """
    found = find_series(source, progress)
    if len(found) > 1:
        raise SeveralSeries(Path(source), found)
    return found[0]
