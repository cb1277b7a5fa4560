"""Is a NIfTI file all there? ITK fills what is cut off with zeros and says nothing."""

from __future__ import annotations

import gzip
import math
import zlib
from pathlib import Path

import SimpleITK as sitk  # noqa: N813  the name its own documentation gives it

CHUNK_BYTES = 1 << 20


def is_cut_off(path: Path, reader: sitk.ImageFileReader) -> bool:
    """Tell whether a NIfTI file ends before its voxels do; other formats are left to ITK, which notices.

    Args:
        path: the volume file.
        reader: has read the file's header.

    Raises:
        OSError: the file cannot be read.
    """
    name = path.name.lower()
    if not name.endswith((".nii", ".nii.gz")):
        return False
    bits = int(reader.GetMetaData("bitpix"))
    expected: int = int(float(reader.GetMetaData("vox_offset"))) + math.prod(reader.GetSize()) * bits // 8
    return path.stat().st_size < expected if name.endswith(".nii") else _gzip_bytes(path, expected) < expected


def _gzip_bytes(path: Path, expected: int) -> int:
    """Return how many bytes a gzip file holds unpacked: by its trailer (RFC 1952), else by unpacking it."""
    with path.open("rb") as file:
        file.seek(-4, 2)
        if int.from_bytes(file.read(4), "little") == expected % (1 << 32):
            return expected
    there = 0
    try:
        with gzip.open(path) as unpacked:
            while more := len(unpacked.read(CHUNK_BYTES)):
                there += more
    except (EOFError, zlib.error, gzip.BadGzipFile):
        return min(there, expected - 1)
    return there
