"""Where each element of a DICOM file lies, byte by byte: so it is damaged without a writer putting it right."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from functools import cache
from io import BytesIO

from pydicom import dcmread

from tests.support.dicom_series import BIG_ENDIAN, DEFLATED, IMPLICIT

_LONG = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"})


@dataclass(frozen=True)
class Element:
    """One element of a data set: its tag and VR, and where its head, its value and the next element begin."""

    tag: int
    vr: str
    head: int
    value: int
    end: int
    length_bytes: int


@dataclass(frozen=True)
class Layout:
    """A file in two: what stands before the data set, and the data set (inflated)."""

    before: bytes
    body: bytes
    elements: tuple[Element, ...]
    syntax: str

    @property
    def order(self) -> str:
        """The byte order, as ``struct`` writes it."""
        return ">" if self.syntax == BIG_ENDIAN else "<"

    def file(self, body: bytes) -> bytes:
        """Return the whole file with another data set."""
        return self.before + (_deflated(body) if self.syntax == DEFLATED else body)

    def head_of(self, element: Element, length: int) -> bytes:
        """Return an element's head with another length."""
        head = self.body[element.head : element.value - element.length_bytes]
        limit = (1 << 8 * element.length_bytes) - 1
        return head + struct.pack(self.order + ("H" if element.length_bytes == 2 else "I"), min(length, limit))

    def replaced(self, element: Element, value: bytes) -> bytes:
        """Return the data set with another value in one element, padded to even length."""
        padding = (b" " if element.vr in ("DS", "IS", "CS", "LO", "SH", "PN") else b"\0") * (len(value) % 2)
        whole = self.head_of(element, len(value) + len(padding)) + value + padding
        return self.body[: element.head] + whole + self.body[element.end :]


def _deflated(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = packer.compress(body) + packer.flush()
    return packed + b"\0" * (len(packed) % 2)


@cache
def layout(whole: bytes) -> Layout:
    """Find the elements of an undamaged file."""
    start = 144 + struct.unpack_from("<I", whole, 140)[0]
    dataset = dcmread(BytesIO(whole))
    syntax = str(dataset.file_meta.TransferSyntaxUID)
    deflated = syntax == DEFLATED
    body = zlib.decompressobj(-zlib.MAX_WBITS).decompress(whole[start:]) if deflated else whole[start:]
    found = []
    for element in dataset:
        value = (element.file_tell or 0) - (0 if deflated else start)
        long = syntax == IMPLICIT or element.VR in _LONG
        head = value - (12 if long and syntax != IMPLICIT else 8)
        found.append((int(element.tag), str(element.VR), head, value, 4 if long else 2))
    ends = [head for _, _, head, _, _ in found[1:]] + [len(body)]
    elements = [Element(t, vr, head, value, end, n) for (t, vr, head, value, n), end in zip(found, ends, strict=True)]
    return Layout(whole[:start], body, tuple(elements), syntax)
