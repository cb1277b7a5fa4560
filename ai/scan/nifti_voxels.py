"""The voxels of a NIfTI file one slice after the other, so that a volume is never held twice (nifti1.h, nifti2.h)."""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import SimpleITK as sitk  # noqa: N813  the name its own documentation gives it
from numpy.typing import NDArray

_KINDS = {
    2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4", 1024: "i8", 1280: "u8",
}  # fmt: skip
"""NIfTI's datatype codes of whole and real numbers."""
_HEADERS = {size: order for order in "<>" for size in (struct.pack(f"{order}i", 348), struct.pack(f"{order}i", 540))}
"""How a file begins, with the size of its header, tells its byte order."""
_DAMAGE = (EOFError, zlib.error, gzip.BadGzipFile, OverflowError, ValueError)
"""What is raised over damaged files; the last two by places that no file has."""
_HEAD_BYTES, _NIFTI_2 = 192, 540
_TAIL_BYTES = 1 << 16


class CutOff(Exception):
    """The file ends, or its sum of check fails, before the voxels are complete."""


@dataclass(frozen=True)
class Voxels:
    """How the voxels of a file are stored: where, as what numbers, and what is to be made of them."""

    path: Path
    kind: np.dtype[Any]
    offset: int
    shape: tuple[int, int, int]
    slope: float
    intercept: float

    @property
    def compressed(self) -> bool:
        """True where slices can only be read in the order of the file."""
        return self.path.name.lower().endswith(".gz")

    def slices(self, order: Iterator[int]) -> Iterator[tuple[int, NDArray[Any]]]:
        """Yield (number, values of one slice in the file's or rescaled numbers).

        Args:
            order: in which order to read where the file allows a choice; asked anew after each slice.

        Raises:
            CutOff: the file is cut off or damaged. OSError: it cannot be read.
        """
        count, rows, columns = self.shape
        room = np.empty((rows, columns), self.kind)
        with self._opened() as file:
            for number in range(count) if self.compressed else order:
                file.seek(self.offset + number * room.nbytes)
                _fill(file, room)
                yield number, self._rescaled(room)
            if self.compressed:
                while file.read(_TAIL_BYTES):  # the sum of check stands at the very end
                    pass

    def _rescaled(self, stored: NDArray[Any]) -> NDArray[Any]:
        if self.slope in (0.0, 1.0) and self.intercept == 0.0:
            return stored
        scaled: NDArray[Any] = stored.astype(np.float64) * (self.slope or 1.0) + self.intercept
        return scaled

    @contextmanager
    def _opened(self) -> Iterator[IO[bytes]]:
        try:
            if self.compressed:
                with gzip.open(self.path) as packed:
                    yield packed  # type: ignore[misc]
            else:
                with self.path.open("rb", buffering=0) as file:
                    yield file
        except _DAMAGE as error:
            raise CutOff from error


def voxels_of(path: Path, reader: sitk.ImageFileReader) -> Voxels | None:
    """Return how a NIfTI file stores its voxels; None for other formats, and for numbers that ITK must read.

    Args:
        path: of a file on disk.
        reader: has read the file's header.
    """
    if not path.name.lower().endswith((".nii", ".nii.gz")):
        return None
    kind = _KINDS.get(int(reader.GetMetaData("datatype")))
    with gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    order = _HEADERS.get(head[:4])
    if kind is None or order is None or len(head) < _HEAD_BYTES:
        return None
    i, j, k = reader.GetSize()
    offset, slope, intercept = _placed_and_scaled(head, order)
    if not (np.isfinite(slope) and np.isfinite(intercept)):
        return None
    return Voxels(path, np.dtype(order + kind), offset, (k, j, i), slope, intercept)


def _placed_and_scaled(head: bytes, order: str) -> tuple[int, float, float]:
    """Return where the voxels begin, slope and intercept (nifti1.h, nifti2.h); ITK's texts round them to six digits."""
    if struct.unpack_from(f"{order}i", head)[0] == _NIFTI_2:
        offset, slope, intercept = struct.unpack_from(f"{order}qdd", head, 168)
        return int(offset), float(slope), float(intercept)
    start, slope, intercept = struct.unpack_from(f"{order}fff", head, 108)
    return int(start) if np.isfinite(start) else -1, float(slope), float(intercept)


def _fill(file: IO[bytes], room: NDArray[Any]) -> None:
    wanted = memoryview(room).cast("B")  # type: ignore[arg-type]
    got = 0
    while got < len(wanted):
        more = file.readinto(wanted[got:])  # type: ignore[attr-defined]
        if not more:
            raise CutOff
        got += more
