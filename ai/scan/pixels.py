"""One slice's pixels, from its file straight into the volume's array."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ai.scan.elements import inflated
from ai.scan.errors import HeaderFault, PixelFault, why
from ai.scan.files import opened
from ai.scan.fragments import frame_bytes
from ai.scan.rescale import to_hu
from ai.scan.syntaxes import EXPLICIT_BIG, Packing, packing
from ai.series import SliceHeader


def read_slice(header: SliceHeader, out: NDArray[np.int16]) -> None:
    """Fill ``out`` (rows, columns; contiguous) with the slice's Hounsfield units. Safe from several threads.

    Raises:
        PixelFault: the file is gone, cut off or damaged; ``out`` is then undefined.
    """
    stored = out.view(np.uint16)
    try:
        _read_stored(header, stored)
    except OSError as error:
        raise PixelFault(f"{header.path} cannot be read ({why(error)}).") from error
    except HeaderFault as error:
        raise PixelFault(str(error)) from error
    to_hu(stored, header)


def _read_stored(header: SliceHeader, stored: NDArray[np.uint16]) -> None:
    if header.pixel_offset is None:
        raise PixelFault(f"{header.path} holds no pixels.")
    kind = packing(header.transfer_syntax)
    if kind is Packing.PLAIN and header.bits_allocated == 16:
        _read_plain(header, header.pixel_offset, stored)
    elif kind is Packing.PLAIN:
        narrow = np.empty(stored.shape, np.uint8)
        _read_plain(header, header.pixel_offset, narrow)
        stored[...] = narrow
    elif kind is Packing.DEFLATED:
        _read_deflated(header, header.pixel_offset, stored)
    else:
        _read_compressed(header, header.pixel_offset, stored)


def _read_plain(header: SliceHeader, offset: int, stored: NDArray[np.uint16] | NDArray[np.uint8]) -> None:
    wanted = memoryview(stored).cast("B")  # type: ignore[arg-type]
    start = offset + header.frame * len(wanted)
    try:
        got = _read_straight(header.path, start, wanted)
    except NotADirectoryError:
        with opened(header.path) as (file, _):
            file.seek(start)
            content = file.read(len(wanted))
        got = len(content)
        wanted[:got] = content
    if got < len(wanted):
        raise PixelFault(f"{header.path} is cut off: {got} of {len(wanted)} pixel bytes are there.")
    if header.transfer_syntax == EXPLICIT_BIG and stored.itemsize == 2:
        stored.byteswap(inplace=True)


def _read_straight(path: Path, start: int, wanted: memoryview) -> int:
    """Read from a file on disk straight into memory; return how many bytes there were."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        got = 0
        while got < len(wanted) and (more := os.preadv(descriptor, [wanted[got:]], start + got)):
            got += more
        return got
    finally:
        os.close(descriptor)


def _read_deflated(header: SliceHeader, offset: int, stored: NDArray[np.uint16]) -> None:
    content = inflated(header.path)
    dtype = np.dtype("<u2" if header.bits_allocated == 16 else "u1")
    start = offset + header.frame * stored.size * dtype.itemsize
    if len(content) < start + stored.size * dtype.itemsize:
        raise PixelFault(f"{header.path} is cut off: its pixels are not complete.")
    stored[...] = np.frombuffer(content, dtype, stored.size, start).reshape(stored.shape)


def _read_compressed(header: SliceHeader, offset: int, stored: NDArray[np.uint16]) -> None:
    # Thirty milliseconds of import that uncompressed series need not wait for.
    from ai.scan.decoding import decode  # noqa: PLC0415

    stored[...] = decode(frame_bytes(header.path, offset, header.frame), header)
