"""DICOM's run-length encoding (PS3.5 annex G): one PackBits segment per byte plane, most significant first.

Written out here because the decoders at hand bring the process down on damaged streams.
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from ai.scan.errors import PixelFault
from ai.series import SliceHeader

_HEADER = struct.Struct("<16I")


def unpack_rle(stream: bytes, header: SliceHeader) -> NDArray[np.uint16]:
    """Return the stored values of one frame, (rows, columns).

    Raises:
        PixelFault: the stream is cut off, damaged, or has another number of planes than the header.
    """
    planes = header.bits_allocated // 8
    if len(stream) < _HEADER.size:
        raise PixelFault(f"{header.path} is cut off: its RLE picture has no table of segments.")
    count, *starts = _HEADER.unpack_from(stream)
    if count != planes:
        raise PixelFault(f"{header.path} is damaged: {count} RLE segments are no picture of {planes} bytes a pixel.")
    size = header.rows * header.columns
    stored = np.zeros(size, np.uint16)
    for start, end in zip(starts[:planes], [*starts[1:planes], len(stream)], strict=True):
        plane = _unpacked(stream[start:end], size)
        if len(plane) < size:
            raise PixelFault(f"{header.path} is cut off or damaged: its RLE picture is not complete.")
        np.left_shift(stored, 8, out=stored)
        np.bitwise_or(stored, np.frombuffer(plane, np.uint8, size), out=stored)
    return stored.reshape(header.rows, header.columns)


def _unpacked(segment: bytes, size: int) -> bytearray:
    """Unpack at least ``size`` bytes, fewer where the segment ends before."""
    out = bytearray()
    position, end = 0, len(segment)
    while position < end and len(out) < size:
        head = segment[position]
        if head < 128:
            out += segment[position + 1 : position + 2 + head]
            position += 2 + head
        elif head > 128:
            out += segment[position + 1 : position + 2] * (257 - head)
            position += 2
        else:
            position += 1
    return out
