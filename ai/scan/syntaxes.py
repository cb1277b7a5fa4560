"""Transfer syntaxes: how a DICOM file packs its header and its pixels (DICOM PS3.5 section 10 and annex A)."""

from __future__ import annotations

from enum import Enum

IMPLICIT_LITTLE = "1.2.840.10008.1.2"
EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
DEFLATED = "1.2.840.10008.1.2.1.99"
EXPLICIT_BIG = "1.2.840.10008.1.2.2"


class Packing(Enum):
    """How the pixels are packed."""

    PLAIN = "uncompressed"
    DEFLATED = "deflated"
    RLE = "RLE"
    JPEG = "JPEG"
    JPEG_LS = "JPEG-LS"
    JPEG_2000 = "JPEG 2000"
    HTJ2K = "HTJ2K"


_PACKING = {
    IMPLICIT_LITTLE: Packing.PLAIN,
    EXPLICIT_LITTLE: Packing.PLAIN,
    EXPLICIT_BIG: Packing.PLAIN,
    DEFLATED: Packing.DEFLATED,
    "1.2.840.10008.1.2.5": Packing.RLE,
    "1.2.840.10008.1.2.4.50": Packing.JPEG,
    "1.2.840.10008.1.2.4.51": Packing.JPEG,
    "1.2.840.10008.1.2.4.57": Packing.JPEG,
    "1.2.840.10008.1.2.4.70": Packing.JPEG,
    "1.2.840.10008.1.2.4.80": Packing.JPEG_LS,
    "1.2.840.10008.1.2.4.81": Packing.JPEG_LS,
    "1.2.840.10008.1.2.4.90": Packing.JPEG_2000,
    "1.2.840.10008.1.2.4.91": Packing.JPEG_2000,
    "1.2.840.10008.1.2.4.201": Packing.HTJ2K,
    "1.2.840.10008.1.2.4.202": Packing.HTJ2K,
    "1.2.840.10008.1.2.4.203": Packing.HTJ2K,
}

LOSSY = frozenset({"1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.81"})
"""Syntaxes that are always lossy; others say so in (0028,2110)."""


def packing(transfer_syntax: str) -> Packing | None:
    """Return how a transfer syntax packs pixels; None for one that is not read here (video, private)."""
    return _PACKING.get(transfer_syntax)
