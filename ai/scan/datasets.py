"""What only pydicom can: nested sequences and texts that change their letters midway.

It takes 0.2 s to import, so this module is imported where it is needed. What it warns of in odd files is kept quiet: it
reads what it can, and the reader is told in this program's words.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from pathlib import Path

from pydicom import dcmread
from pydicom.charset import convert_encodings, decode_bytes
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError

from ai.scan.files import opened

FAULTS = (AttributeError, IndexError, KeyError, TypeError, ValueError, NotImplementedError, InvalidDicomError, OSError)
"""What pydicom raises over damaged files, at reading or later when a value is asked for."""

logging.getLogger("pydicom").setLevel(logging.ERROR)


def dataset(path: Path) -> Dataset:
    """Return what a file says, without its pixels. Raises one of ``FAULTS``, or HeaderFault for a damaged archive."""
    with opened(path) as (file, _), warnings.catch_warnings(action="ignore"):
        return dcmread(file, stop_before_pixels=True)


def text_with_escapes(raw: bytes, charsets: Sequence[str]) -> str:
    """Return the letters of a text in several character sets (ISO 2022)."""
    with warnings.catch_warnings(action="ignore"):
        return decode_bytes(raw, convert_encodings(list(charsets)), {ord(c) for c in "\\^="})
