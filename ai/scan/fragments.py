"""Where a compressed frame lies in its file (DICOM PS3.5 annex A.4): items with fragments after a table of offsets."""

from __future__ import annotations

import struct
from functools import lru_cache
from pathlib import Path

from ai.scan.errors import PixelFault
from ai.scan.files import opened

_ITEM, _END = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"
_STARTS = (b"\xff\xd8", b"\xff\x4f")
"""How a JPEG or JPEG-LS (SOI) and a JPEG 2000 (SOC) code stream begin."""


def frame_bytes(path: Path, offset: int, frame: int) -> bytes:
    """Return the code stream of one frame.

    Args:
        path: an encapsulated DICOM file.
        offset: where the pixel data's value begins.
        frame: counted from 0.

    Raises:
        PixelFault: the file ends before the frame does.
    """
    with opened(path) as (file, size):
        frames = _frames(path, offset, size)
        if frame >= len(frames):
            raise PixelFault(f"{path} is cut off: picture {frame + 1} of {len(frames)} is missing.")
        parts = []
        for start, length in frames[frame]:
            file.seek(start)
            parts.append(file.read(length))
    return b"".join(parts)


@lru_cache(maxsize=8)
def _frames(path: Path, offset: int, size: int) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Return (start, length) of the fragments of each frame that is complete in the file."""
    fragments: list[tuple[int, int, bytes]] = []
    with opened(path) as (file, _):
        while True:
            file.seek(offset)
            head = file.read(8)
            if head[:4] != _ITEM or len(head) < 8:
                complete = head[:4] == _END or len(head) == 0
                break
            length = struct.unpack_from("<I", head, 4)[0]
            if offset + 8 + length > size:
                complete = False
                break
            fragments.append((offset + 8, length, file.read(2)))
            offset += 8 + length
    return _grouped(fragments[1:], complete)


def _grouped(fragments: list[tuple[int, int, bytes]], complete: bool) -> tuple[tuple[tuple[int, int], ...], ...]:
    """A frame begins where a code stream begins; without one (RLE) every fragment is a frame."""
    marked = bool(fragments) and fragments[0][2] in _STARTS
    frames: list[list[tuple[int, int]]] = []
    for start, length, first in fragments:
        if frames and marked and first not in _STARTS:
            frames[-1].append((start, length))
        else:
            frames.append([(start, length)])
    if marked and not complete and frames:
        frames.pop()
    return tuple(tuple(frame) for frame in frames)
