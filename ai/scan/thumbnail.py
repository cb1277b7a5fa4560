"""A small grey picture of a series, for lists: its middle slice as the reader would see it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ai.scan.code_streams import refuse_absurd_size
from ai.scan.errors import ScanError
from ai.scan.pixels import read_slice
from ai.series import FileWindow, Series
from ai.volume import AIR_HU

SOFT_TISSUE = FileWindow(400.0, 40.0)
"""Where a file carries no window: chest, abdomen and head are all told apart in it."""


SUPERIOR = 2
"""Which coordinate counts upwards."""


def thumbnail(series: Series, size_px: int = 96) -> NDArray[np.uint8]:
    """Return the middle slice, grey, ``size_px`` rows by ``size_px`` columns, black around it.

    Axial slices lie as radiologists look at them: the patient's left on the right, the back below. Pixels are not
    stretched: a millimetre is as wide as it is high.

    Args:
        series: of ``find_series``.
        size_px: height and width.

    Raises:
        ScanError: the slice cannot be read.
    """
    if not series.slices:
        # SimpleITK takes 0.16 s to import: DICOM readers need not wait for it.
        from ai.scan.volume_headers import middle_slice  # noqa: PLC0415

        hu, grid = middle_slice(series.source)
        down, right = (_step(grid.affine[:3, axis]) for axis in (1, 2))
        return _small(hu[::down, ::right], grid.spacing_mm[1:], series, size_px)
    header = series.slices[len(series.slices) // 2]
    refuse_absurd_size([header])
    hu = np.full((header.rows, header.columns), AIR_HU, np.int16)
    read_slice(header, hu)
    down, right = _step(header.column_direction), _step(header.row_direction)
    return _small(hu[::down, ::right], header.pixel_spacing_mm, series, size_px)


def _step(direction: ArrayLike) -> int:
    """Return −1 for an axis of a picture that runs against custom: to the right, to the front, or upwards."""
    along = np.asarray(direction, dtype=np.float64)
    most = int(np.abs(along).argmax())
    customary = along[most] < 0 if most == SUPERIOR else along[most] > 0
    return 1 if customary else -1


def _small(hu: NDArray[np.int16], spacing_mm: tuple[float, float], series: Series, size_px: int) -> NDArray[np.uint8]:
    if not hu.size:
        raise ScanError(f"{series.source} has no pixels to show.")
    window = series.windows[0] if series.windows else SOFT_TISSUE
    step_mm = max(n * mm for n, mm in zip(hu.shape, spacing_mm, strict=True)) / size_px
    picks = []
    for count, mm in zip(hu.shape, spacing_mm, strict=True):
        wanted = max(1, min(size_px, round(count * mm / step_mm)))
        picks.append(((np.arange(wanted) + 0.5) * count / wanted).astype(np.int64))
    shade = (hu[np.ix_(*picks)] - window.level_hu) / window.width_hu + 0.5
    grey = (np.clip(shade, 0, 1) * 255).astype(np.uint8)
    canvas = np.zeros((size_px, size_px), np.uint8)
    top, left = ((size_px - n) // 2 for n in grey.shape)
    canvas[top : top + grey.shape[0], left : left + grey.shape[1]] = grey
    return canvas
