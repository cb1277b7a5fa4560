"""What a compressed picture says of its own size, before anything is decoded or memory is taken for it."""

from __future__ import annotations

import struct

from ai.scan.errors import PixelFault
from ai.scan.fragments import frame_bytes
from ai.scan.syntaxes import Packing, packing
from ai.series import SliceHeader

_FRAME_HEADERS = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xF7})
_MOST_RUN = 64
"""No byte of a run-length stream unpacks to more."""
TRIED = 3
"""Slices looked at: one of them may be damaged."""


def picture_size_of(stream: bytes) -> tuple[int, int] | None:
    """Return (rows, columns) that a JPEG, JPEG-LS (SOF marker) or JPEG 2000 (SIZ marker) stream says it shows."""
    try:
        if stream[:2] == b"\xff\x4f":
            right, bottom, left, top = struct.unpack_from(">4I", stream, 8)
            return bottom - top, right - left
        position = 2
        while stream[position] == 0xFF:
            marker, length = stream[position + 1], struct.unpack_from(">H", stream, position + 2)[0]
            if marker in _FRAME_HEADERS:
                rows, columns = struct.unpack_from(">HH", stream, position + 5)
                return rows, columns
            position += 2 + length
    except (struct.error, IndexError):
        pass
    return None


def refuse_absurd_size(headers: list[SliceHeader]) -> None:
    """Refuse compressed slices of which the first few show another size than their headers say.

    A damaged size may claim gigabytes, and memory is taken before the first slice is decoded.

    Raises:
        PixelFault: the first of them, and why.
    """
    faults = []
    for header in headers[:TRIED]:
        fault = _fault(header)
        if fault is None:
            return
        faults.append(fault)
    if faults:
        raise faults[0]


def _fault(header: SliceHeader) -> PixelFault | None:
    if header.pixel_offset is None or packing(header.transfer_syntax) in (None, Packing.PLAIN, Packing.DEFLATED):
        return None
    try:
        stream = frame_bytes(header.path, header.pixel_offset, header.frame)
    except (PixelFault, OSError):
        return None  # told when the slice is read
    if packing(header.transfer_syntax) is Packing.RLE:
        fits = header.rows * header.columns * header.bits_allocated // 8 <= len(stream) * _MOST_RUN
    else:
        fits = picture_size_of(stream) == (header.rows, header.columns)
    size = f"{header.rows} × {header.columns}"
    return None if fits else PixelFault(f"{header.path} is damaged: its compressed picture is not {size}.")
