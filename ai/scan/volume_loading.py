"""Reads a volume file through SimpleITK into the array."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

import numpy as np
import SimpleITK as sitk  # noqa: N813  the name its own documentation gives it
from numpy.typing import NDArray

from ai.progress import QUIET, Part, Progress
from ai.scan.completeness import is_cut_off
from ai.scan.errors import ScanError
from ai.scan.files import on_disk
from ai.scan.loading import Loading, air, ignore
from ai.scan.volume_headers import grid_of, opened
from ai.series import Notice, Scan, Series
from ai.volume import AIR_HU, MOST_HU, Volume

PATIENCE_S = 0.05
LEAST_AIR_HU = -200
"""A chest holds air: a volume whose thinnest voxel is denser than this is not in Hounsfield units."""


class VolumeLoading(Loading):
    """A volume file being read: it is unpacked whole, then its slices arrive."""

    def __init__(self, series: Series) -> None:
        grid = grid_of(series.source, opened(series.source))
        self._hu = air(grid.shape)
        super().__init__(series, Volume(self._hu, grid), series.notices)

    def load(
        self,
        progress: Progress = QUIET,
        look_first: Callable[[], int] | None = None,
        arrived: Callable[[int], None] = ignore,
    ) -> Scan:
        """See ``Loading.load``. ITK cannot be interrupted: after Cancelled its thread ends by itself."""
        source = self.series.source
        reader = ThreadPoolExecutor(1, thread_name_prefix="volume")
        try:
            image = _awaited(reader.submit(_unpacked, source), Part(progress, 0.0, 0.8), f"Unpacking {source.name}")
        finally:
            reader.shutdown(wait=False)
        lowest = self._fill(image, look_first or self.middle, Part(progress, 0.8, 1.0), arrived)
        doubt = f"The thinnest voxel of {source.name} has {lowest:.0f} HU: the file may not be in Hounsfield units."
        doubts = (Notice(doubt, grave=True),) if lowest > LEAST_AIR_HU else ()
        return Scan(self.volume, self.series, (*self.notices, *doubts))

    def _fill(
        self, image: sitk.Image, look_first: Callable[[], int], progress: Progress, arrived: Callable[[int], None]
    ) -> float:
        """Copy slice by slice, the one looked at first; return the lowest value of the file."""
        values = sitk.GetArrayViewFromImage(image)
        if values.shape != self._hu.shape:
            raise ScanError(f"{self.series.source} changed while it was being read. Open it again.")
        first = look_first()
        lowest = np.inf
        for done, slot in enumerate(sorted(range(len(values)), key=lambda s: abs(s - first))):
            progress.report(done / len(values), f"Reading slices ({done} of {len(values)})")
            lowest = min(lowest, _copied(values[slot], self._hu[slot]))
            arrived(slot)
        return float(lowest)


def _unpacked(path: Path) -> sitk.Image:
    reader = opened(path)
    try:
        if is_cut_off(on_disk(path), reader):
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
