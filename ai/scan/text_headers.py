"""The headers of NRRD and MetaImage: lines of text, read here a second time, as ITK forgives what it cannot read.

Layout: the NRRD format (teem) and MetaIO's MetaImage, each "name: value" or "name = value" in a line.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ai.geometry import Matrix
from ai.scan.errors import ScanError, why

HEADER_BYTES = 1 << 16
_MOST_DIMENSIONS = 10
_NRRD_TO_LPS = {
    "left-posterior-superior": (1, 1, 1),
    "lps": (1, 1, 1),
    "right-anterior-superior": (-1, -1, 1),
    "ras": (-1, -1, 1),
    "left-anterior-superior": (1, -1, 1),
    "las": (1, -1, 1),
}
_META_NAMES = {"rotation": "transformmatrix", "orientation": "transformmatrix"}
_META_NAMES |= {"position": "offset", "origin": "offset", "elementsize": "elementspacing"}


@dataclass(frozen=True)
class TextHeader:
    """Values by name in lower case, MetaImage's synonyms made one, and where the header ends in the file."""

    path: Path
    fields: dict[str, str]
    end: int

    @property
    def is_nrrd(self) -> bool:
        """True for NRRD, false for MetaImage."""
        return is_nrrd(self.path)

    def numbers(self, name: str, count: int) -> Matrix | None:
        """Return the numbers of a field, None where it is absent; refuses what is not ``count`` finite numbers."""
        if name not in self.fields:
            return None
        parts = re.split(r"[\s,()]+", self.fields[name].strip(" \t()"))
        try:
            numbers = [float(part) for part in parts]
        except ValueError:
            numbers = []
        if len(numbers) != count or not all(map(math.isfinite, numbers)):
            raise ScanError(f"{self.path} has a damaged header: “{name}” cannot be read. Export it again.")
        return np.array(numbers)

    def affine(self) -> Matrix | None:
        """Return (i, j, k) → LPS mm, None where the file does not say it all; refuses what cannot be read."""
        return self._nrrd_affine() if self.is_nrrd else self._meta_affine()

    def _nrrd_affine(self) -> Matrix | None:
        signs = _NRRD_TO_LPS.get(self.fields.get("space", "").strip().lower())
        directions, origin = self.numbers("space directions", 9), self.numbers("space origin", 3)
        if signs is None or directions is None or origin is None:
            return None
        return _affine(directions.reshape(3, 3).T, origin, np.array(signs, dtype=np.float64))

    def _meta_affine(self) -> Matrix | None:
        matrix, offset = self.numbers("transformmatrix", 9), self.numbers("offset", 3)
        spacing = self.numbers("elementspacing", 3)
        if matrix is None or offset is None or spacing is None:
            return None
        return _affine(matrix.reshape(3, 3).T * spacing, offset, np.ones(3))


def is_nrrd(path: Path) -> bool:
    """Tell by its name whether a file is NRRD."""
    return path.name.lower().endswith((".nrrd", ".nhdr"))


def text_header(path: Path) -> TextHeader:
    """Read the header of a NRRD or MetaImage file.

    Raises:
        ScanError: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(HEADER_BYTES)
    except OSError as error:
        raise ScanError(f"{path} cannot be read ({why(error)}). Check its permissions.") from error
    fields: dict[str, str] = {}
    end = 0
    for line in raw.split(b"\n"):
        end += len(line) + 1
        name, found, value = line.decode("latin-1").partition(":" if is_nrrd(path) else "=")
        key = name.strip().lower()
        if found and not line.startswith(b"#"):
            fields.setdefault(key if is_nrrd(path) else _META_NAMES.get(key, key), value.strip())
        if key == "elementdatafile" or (is_nrrd(path) and not line.strip()):
            break
    return TextHeader(path, fields, end)


def refuse_many_dimensions(path: Path) -> None:
    """Refuse a MetaImage that says it has more dimensions than its library has room for, which then ends the program.

    Raises:
        ScanError: it does, or does not say a number; or the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(HEADER_BYTES)
    except OSError as error:
        raise ScanError(f"{path} cannot be read ({why(error)}). Check its permissions.") from error
    for said in re.findall(rb"ndims[ \t]*=[ \t]*([^\r\n]*)", raw, re.IGNORECASE):
        if not said.strip().isdigit() or not 1 <= int(said) <= _MOST_DIMENSIONS:
            raise ScanError(f"{path} has a damaged header: “NDims” cannot be read. Export it again.")


def _affine(directions: Matrix, origin: Matrix, signs: Matrix) -> Matrix:
    affine: Matrix = np.eye(4)
    affine[:3, :3] = directions * signs[:, None]
    affine[:3, 3] = origin * signs
    return affine
