"""Compressed pixels to stored values, by imagecodecs (libjpeg-turbo, CharLS, OpenJPEG, OpenJPH).

A damaged code stream may claim any size; it is compared with the header's before a decoder allocates for it.
"""

from __future__ import annotations

from collections.abc import Callable

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from ai.scan.code_streams import picture_size_of
from ai.scan.errors import PixelFault
from ai.scan.run_length import unpack_rle
from ai.scan.syntaxes import Packing, packing
from ai.series import SliceHeader

_END = b"\xff\xd9"
LAST_BYTES = 16
"""The end marker may be followed by padding."""
_FAULTS = (RuntimeError, ValueError, TypeError, IndexError, NotImplementedError, MemoryError, OverflowError)


def decode(stream: bytes, header: SliceHeader) -> NDArray[np.uint16]:
    """Return the stored values of one frame, (rows, columns), the raw bits as uint16.

    Raises:
        PixelFault: the code stream is damaged, cut off, or shows another size than the header.
    """
    kind = packing(header.transfer_syntax)
    if kind is Packing.RLE:
        return unpack_rle(stream, header)
    decoder = _DECODERS.get(kind) if kind is not None else None
    if decoder is None or kind is None:
        raise PixelFault(f"{header.path} is compressed in a way that is not read ({header.transfer_syntax}).")
    # libjpeg fills what is cut off with grey, CharLS never comes back from it.
    if _END not in stream[-LAST_BYTES:]:
        raise PixelFault(f"{header.path} is cut off: its {kind.value} picture has no end.")
    if picture_size_of(stream) != (header.rows, header.columns):
        raise PixelFault(f"{header.path} is damaged: its compressed picture is not {header.rows} × {header.columns}.")
    try:
        pixels = np.asarray(decoder(stream))
    except _FAULTS as error:
        raise PixelFault(f"{header.path} is damaged: its {kind.value} picture cannot be decoded.") from error
    if pixels.shape != (header.rows, header.columns) or pixels.dtype.kind not in "iu" or pixels.dtype.itemsize > 2:
        raise PixelFault(f"{header.path} is damaged: its compressed picture is not {header.rows} × {header.columns}.")
    return pixels.astype(np.int16).view(np.uint16) if pixels.dtype.kind == "i" else pixels.astype(np.uint16, copy=False)


_DECODERS: dict[Packing, Callable[[bytes], object]] = {
    Packing.JPEG: imagecodecs.jpeg8_decode,
    Packing.JPEG_LS: imagecodecs.jpegls_decode,
    Packing.JPEG_2000: imagecodecs.jpeg2k_decode,
    Packing.HTJ2K: imagecodecs.htj2k_decode,
}
