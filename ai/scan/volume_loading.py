"""Reads a volume file into the array: NIfTI slice by slice, other formats through SimpleITK."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

import numpy as np
import SimpleITK as sitk  # noqa: N813  the name its own documentation gives it
from numpy.typing import NDArray

from ai.progress import QUIET, Part, Progress
from ai.scan.completeness import payload_of
from ai.scan.errors import ScanError, why
from ai.scan.files import on_disk
from ai.scan.loading import Loading, air, ignore
from ai.scan.nifti_voxels import CutOff, Voxels, voxels_of
from ai.scan.volume_headers import grid_of, opened
from ai.series import Notice, Scan, Series
from ai.volume import AIR_HU, MOST_HU, Volume

PATIENCE_S = 0.05
LEAST_AIR_HU = -200
"""A chest holds air: a volume whose thinnest voxel is denser than this is not in Hounsfield units."""


class VolumeLoading(Loading):
    """A volume file being read. NIfTI arrives slice by slice; other formats are unpacked whole first."""

    def __init__(self, series: Series) -> None:
        reader = opened(series.source)
        grid = grid_of(series.source, reader)
        self._longer_bytes = _surplus(series.source, reader)
        self._file = on_disk(series.source)
        self._voxels = voxels_of(self._file, reader)
        self._hu = air(grid.shape)
        super().__init__(series, Volume(self._hu, grid), series.notices)

    def load(
        self,
        progress: Progress = QUIET,
        look_first: Callable[[], int] | None = None,
        arrived: Callable[[int], None] = ignore,
    ) -> Scan:
        """See ``Loading.load``. A compressed file gives its slices in its own order.

        ITK cannot be interrupted: of a format that it reads its thread ends by itself after Cancelled.
        """
        where = look_first or self.middle
        lowest = (
            self._unpack_and_fill(where, progress, arrived)
            if self._voxels is None
            else self._fill_from(self._voxels, where, progress, arrived)
        )
        name = self.series.source.name
        doubt = f"The thinnest voxel of {name} has {lowest:.0f} HU: the file may not be in Hounsfield units."
        longer = f"{name} is {self._longer_bytes} bytes longer than its voxels: they may be damaged, or lie elsewhere."
        told = ((doubt, lowest > LEAST_AIR_HU), (longer, self._longer_bytes > 0))
        doubts = (Notice(text, grave=True) for text, doubtful in told if doubtful)
        return Scan(self.volume, self.series, (*self.notices, *doubts))

    def _fill_from(
        self, voxels: Voxels, look_first: Callable[[], int], progress: Progress, arrived: Callable[[int], None]
    ) -> float:
        """Read slice by slice; return the lowest value of the file."""
        lowest, count = np.inf, voxels.shape[0]
        try:
            for done, (slot, values) in enumerate(voxels.slices(_nearest_first(count, look_first))):
                progress.report(done / count, f"Reading slices ({done} of {count})")
                lowest = min(lowest, _copied(values, self._hu[slot]))
                arrived(slot)
        except (CutOff, OSError) as error:
            raise ScanError(f"{self.series.source} is cut off or damaged. Copy or export it again.") from error
        progress.report(1.0, f"Read {count} slices")
        return float(lowest)

    def _unpack_and_fill(
        self, look_first: Callable[[], int], progress: Progress, arrived: Callable[[int], None]
    ) -> float:
        """Let ITK read the whole, then copy slice by slice; return the lowest value of the file."""
        source = self.series.source
        reader = ThreadPoolExecutor(1, thread_name_prefix="volume")
        try:
            image = _awaited(reader.submit(_unpacked, source), Part(progress, 0.0, 0.8), f"Unpacking {source.name}")
        finally:
            reader.shutdown(wait=False)
        values = sitk.GetArrayViewFromImage(image)
        if values.shape != self._hu.shape:
            raise ScanError(f"{source} changed while it was being read. Open it again.")
        lowest, part = np.inf, Part(progress, 0.8, 1.0)
        for done, slot in enumerate(_nearest_first(len(values), look_first)):
            part.report(done / len(values), f"Reading slices ({done} of {len(values)})")
            lowest = min(lowest, _copied(values[slot], self._hu[slot]))
            arrived(slot)
        return float(lowest)


def _nearest_first(count: int, look_first: Callable[[], int]) -> Iterator[int]:
    """Yield all slices, each time the one nearest to where the reader looks now."""
    left = list(range(count))
    while left:
        wanted = look_first()
        slot = min(left, key=lambda s: abs(s - wanted))
        left.remove(slot)
        yield slot


def _surplus(path: Path, reader: sitk.ImageFileReader) -> int:
    """Return how many bytes a plain file is longer than its voxels; refuses, before memory is taken, a shorter one."""
    try:
        payload = payload_of(on_disk(path), reader)
        possible = payload is None or payload.can_be_there()
        surplus = 0 if payload is None or payload.packed else payload.surplus_bytes()
    except OSError as error:
        raise ScanError(f"{path} cannot be read ({why(error)}). Check it, and the file with its voxels.") from error
    if not possible:
        raise ScanError(f"{path} is cut off or damaged. Copy or export it again.")
    return surplus


def _unpacked(path: Path) -> sitk.Image:
    reader = opened(path)
    try:
        payload = payload_of(on_disk(path), reader)
        if payload is not None and payload.packed and payload.surplus_bytes() != 0:
            raise ScanError(f"{path} is cut off or damaged. Copy or export it again.")
        return reader.Execute()
    except (RuntimeError, OSError) as error:
        raise ScanError(f"{path} is cut off or damaged. Copy or export it again.") from error


def _awaited(image: Future[sitk.Image], progress: Progress, doing: str) -> sitk.Image:
    while not image.done():
        progress.report(0.0, doing)
        wait([image], PATIENCE_S)
    return image.result()


def _copied(values: NDArray[np.generic], out: NDArray[np.int16]) -> float:
    """Write one slice as Hounsfield units: rounded, clipped, what is no number becomes air; return its lowest value."""
    if values.dtype.kind == "f":
        values = np.rint(np.nan_to_num(values, nan=AIR_HU, posinf=MOST_HU, neginf=AIR_HU))
    out[...] = np.clip(values, AIR_HU if values.dtype.kind != "u" else 0, MOST_HU)
    return float(values.min())
