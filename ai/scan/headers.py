"""What one DICOM file says of itself: where its picture lies, how its pixels are packed, whom it shows."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from ai.scan.charsets import decoded, person
from ai.scan.elements import Elements, read_elements
from ai.scan.errors import HeaderFault
from ai.scan.syntaxes import LOSSY, Packing, packing
from ai.series import FileWindow, Patient, SliceHeader, Study

CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
ENHANCED_CT = ("1.2.840.10008.5.1.4.1.1.2.1", "1.2.840.10008.5.1.4.1.1.2.2")
DIRECTORY = "1.2.840.10008.1.3.10"

LEAST_SPACING_MM, MOST_SPACING_MM = 0.02, 10.0
MOST_POSITION_MM = 1e4
LEAST_SLOPE, MOST_SLOPE, MOST_INTERCEPT = 1e-4, 100.0, 65536.0
"""Numbers beyond these come from damaged headers, not from scanners."""
SQUARE = 0.01
"""By how much directions may miss unit length and the right angle: rounding in decimal strings."""

ACQUISITION = (
    0x00181210,  # convolution kernel
    0x00180050,  # slice thickness
    0x00200100,  # temporal position
    0x00200012,  # acquisition number
    0x00080008,  # image type
    0x00209241,  # percentage of the cardiac phase
    0x00209245,  # percentage of the respiratory phase
    0x00181060,  # trigger time
    0x00180060,  # tube voltage
    0x00180010,  # contrast agent
    0x00181160,  # filter
    0x00181100,  # reconstruction diameter
)
"""Tags in which stacks under one series UID differ, the most telling first."""
NEVER_ONE_STACK = 3
"""So many of them, the first ones, make two stacks wherever their slices lie."""

_LOCALISERS = ("LOCALIZER", "SCOUT", "TOPOGRAM")
_SHEETS = frozenset({"CT_SOM5 PROT", "CT_SOM7 PROT", "SCREEN SAVE", "DOSE_INFO", "DOSE INFO", "DOSE REPORT"})
"""Whole words of an image type: a low-dose scan is no dose sheet."""
_HOUNSFIELD = ("", "HU", "US")
"""Rescale types (DICOM PS3.3 C.11.1.1.2) of Hounsfield units; many old scanners wrote "unspecified" for them."""

Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Header:
    """One file's header, ready to be asked by tag."""

    elements: Elements

    @property
    def path(self) -> Path:
        """The file."""
        return self.elements.path

    def text(self, tag: int) -> str:
        """Return text, empty where there is none."""
        raw = self.elements.values.get(tag, b"")
        return decoded(raw, self._ascii(0x00080005)) if raw else ""

    def _ascii(self, tag: int) -> str:
        return self.elements.values.get(tag, b"").decode("latin-1").strip(" \0")

    def numbers(self, tag: int) -> tuple[float, ...]:
        """Return the finite numbers of a decimal string, empty where there are none or one cannot be read."""
        raw = self.elements.values.get(tag)
        return _numbers(raw) if raw else ()

    def number(self, tag: int) -> float | None:
        """Return the first number of a decimal or integer string."""
        return next(iter(self.numbers(tag)), None)

    def whole(self, tag: int) -> int | None:
        """Return an integer string as a number."""
        number = self.number(tag)
        return None if number is None else int(number)

    def short(self, tag: int) -> int | None:
        """Return an unsigned 16-bit number (US)."""
        raw = self.elements.values.get(tag, b"")
        return None if len(raw) < 2 else int(struct.unpack_from(">H" if self.elements.big_endian else "<H", raw)[0])

    def day(self, tag: int) -> date | None:
        """Return a date (YYYYMMDD, or YYYY.MM.DD of before 1993)."""
        text = self._ascii(tag).replace(".", "")
        try:
            return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
        except ValueError:
            return None

    @property
    def series_uid(self) -> str:
        """Which series it says it belongs to."""
        return self._ascii(0x0020000E)

    @property
    def study_uid(self) -> str:
        """Which study it says it belongs to."""
        return self._ascii(0x0020000D)

    @property
    def modality(self) -> str:
        """CT, MR, PT, SEG …"""
        return self._ascii(0x00080060)

    @property
    def sop_class(self) -> str:
        """What kind of object it is."""
        return self._ascii(0x00080016)

    @property
    def image_type(self) -> tuple[str, ...]:
        """ORIGINAL, PRIMARY, AXIAL …"""
        return tuple(part.strip().upper() for part in self._ascii(0x00080008).split("\\"))

    @property
    def acquisition(self) -> tuple[str, ...]:
        """What may differ between stacks that share a series UID, in the order of ``ACQUISITION``."""
        return tuple(self._ascii(tag) for tag in ACQUISITION)

    @property
    def instance_uid(self) -> str:
        """What makes this object one of its kind; a copy of the file has the same."""
        return self._ascii(0x00080018)

    @property
    def is_localiser(self) -> bool:
        """True for the overview pictures on which a scan is planned."""
        return any(word in part for part in self.image_type for word in _LOCALISERS)

    @property
    def is_sheet(self) -> bool:
        """True for pictures of text: dose reports and protocols that scanners store among the slices."""
        return not _SHEETS.isdisjoint(self.image_type)

    @property
    def doubts(self) -> tuple[str, ...]:
        """What makes it doubtful that the values are Hounsfield units, each a sentence without its full stop."""
        kind = self._ascii(0x00281054).upper()
        said = []
        if kind not in _HOUNSFIELD:
            said.append(f"The values are said to be {kind}, not Hounsfield units")
        if not (self.numbers(0x00281053) or self.numbers(0x00281052)):
            said.append("The files do not say how stored values become Hounsfield units; they are shown as stored")
        return tuple(said)

    @property
    def lossy(self) -> bool:
        """True where the pixels were ever compressed with loss (DICOM PS3.3 C.7.6.1.1.5)."""
        return self._ascii(0x00282110) == "01" or self.elements.transfer_syntax in LOSSY


@lru_cache(maxsize=4096)
def _numbers(raw: bytes) -> tuple[float, ...]:
    """Read a decimal string; most slices of a stack write the same ones."""
    try:
        values = tuple(float(part) for part in raw.decode("latin-1").strip(" \0").split("\\") if part.strip())
    except ValueError:
        return ()
    return values if all(math.isfinite(v) for v in values) else ()


def read_header(path: Path) -> Header | None:
    """Read a file's header; None where it is no DICOM file. Raises HeaderFault where it is damaged."""
    elements = read_elements(path)
    return None if elements is None else Header(elements)


def slice_header(header: Header) -> SliceHeader:
    """Return where the picture lies and how its pixels are packed.

    Raises:
        HeaderFault: the header does not say where the picture lies, or its pixels are of a kind no CT has.
    """
    if header.elements.pixel_offset is None:
        raise HeaderFault(f"{header.path} holds no picture and was left out.")
    allocated, stored, signed = pixel_format(header)
    rows, columns = picture_size(header, allocated)
    row_direction, column_direction = directions(header.path, header.numbers(0x00200037))
    slope, intercept = rescale(header)
    return SliceHeader(
        path=header.path,
        frame=0,
        rows=rows,
        columns=columns,
        position_mm=position(header.path, header.numbers(0x00200032)),
        row_direction=row_direction,
        column_direction=column_direction,
        pixel_spacing_mm=pixel_spacing(header.path, header.numbers(0x00280030)),
        slope=slope,
        intercept=intercept,
        bits_allocated=allocated,
        bits_stored=stored,
        signed=signed,
        padding=padding(header, signed),
        transfer_syntax=header.elements.transfer_syntax,
        pixel_offset=header.elements.pixel_offset,
        instance=header.whole(0x00200013),
        instance_uid=header.instance_uid,
    )


def position(path: Path, numbers: tuple[float, ...]) -> Triple:
    """Return where the first pixel's centre lies, LPS mm; refuses what is no place in a scanner."""
    if len(numbers) != 3 or max(abs(v) for v in numbers) > MOST_POSITION_MM:
        raise HeaderFault(f"{path} does not say where in the patient it lies and was left out.")
    return numbers[0], numbers[1], numbers[2]


def directions(path: Path, numbers: tuple[float, ...]) -> tuple[Triple, Triple]:
    """Return the unit vectors along a row and along a column; refuses those that are not perpendicular."""
    if len(numbers) != 6:
        raise HeaderFault(f"{path} does not say where in the patient it lies and was left out.")
    row, column = numbers[:3], numbers[3:]
    lengths = math.hypot(*row), math.hypot(*column)
    lean = sum(a * b for a, b in zip(row, column, strict=True))
    if abs(lengths[0] - 1) > SQUARE or abs(lengths[1] - 1) > SQUARE or abs(lean) > SQUARE:
        raise HeaderFault(
            f"{path} gives directions of its rows and columns that are not perpendicular; it was left out."
        )
    along = tuple(v / lengths[0] for v in row)
    across = tuple(c - lean * r for r, c in zip(along, column, strict=True))
    length = math.hypot(*across)
    return (along[0], along[1], along[2]), (across[0] / length, across[1] / length, across[2] / length)


def rescale(header: Header) -> tuple[float, float]:
    """Return slope and intercept to Hounsfield units, 1 and 0 where the header is silent."""
    if 0x00283000 in header.elements.values:
        raise HeaderFault(
            f"{header.path} turns its values into Hounsfield units by a table, which is not read; it was left out."
        )
    slope, intercept = (_one(header, tag, silent) for tag, silent in ((0x00281053, 1.0), (0x00281052, 0.0)))
    return checked_rescale(header.path, slope, intercept)


def checked_rescale(path: Path, slope: float, intercept: float) -> tuple[float, float]:
    """Return slope and intercept; refuses those that give no Hounsfield units."""
    if LEAST_SLOPE <= abs(slope) <= MOST_SLOPE and abs(intercept) <= MOST_INTERCEPT:
        return slope, intercept
    raise HeaderFault(f"{path} has a rescale of {slope:g} and {intercept:g}, which gives no Hounsfield units.")


def _one(header: Header, tag: int, silent: float) -> float:
    """Return the one number of an element; refuses several, and what is none."""
    if not header.elements.values.get(tag, b"").strip(b" \0"):
        return silent
    numbers = header.numbers(tag)
    if len(numbers) != 1:
        raise HeaderFault(f"{header.path} has a rescale that cannot be read; it was left out.")
    return numbers[0]


def pixel_spacing(path: Path, numbers: tuple[float, ...]) -> tuple[float, float]:
    """Return the distance between rows and between columns, mm (DICOM PS3.3 10.7.1.3)."""
    if len(numbers) != 2 or not all(LEAST_SPACING_MM <= v <= MOST_SPACING_MM for v in numbers):
        raise HeaderFault(f"{path} does not say how large its pixels are and was left out.")
    return numbers[0], numbers[1]


def picture_size(header: Header, bits_allocated: int, pictures: int = 1) -> tuple[int, int]:
    """Return rows and columns; refuses a header that claims other pixels than follow it.

    Where there are more, pixels would be shown in wrong rows; only less than a row more is padding.
    """
    rows, columns = header.short(0x00280010), header.short(0x00280011)
    if not rows or not columns:
        raise HeaderFault(f"{header.path} does not say how large its picture is and was left out.")
    there, row = header.elements.pixel_bytes, columns * bits_allocated // 8
    if there is None:
        _refuse_unpacked(header)
    elif not 0 <= there - pictures * rows * row < max(row, 2):
        what = "no picture" if pictures == 1 else f"not {pictures} pictures"
        raise HeaderFault(f"{header.path} is damaged: {there} bytes are {what} of {rows} × {columns}; it was left out.")
    return rows, columns


def _refuse_unpacked(header: Header) -> None:
    """Refuse compressed pixels (which tell no length) in a file that says they are not compressed."""
    if packing(header.elements.transfer_syntax) in (Packing.PLAIN, Packing.DEFLATED):
        raise HeaderFault(
            f"{header.path} is damaged: its pixels are compressed, but it says that they are not; it was left out."
        )


def pixel_format(header: Header) -> tuple[int, int, bool]:
    """Return bits allocated, bits stored and whether pixels are signed; refuses what no CT picture has."""
    allocated = _short_or(header, 0x00280100, 16)
    stored = _short_or(header, 0x00280101, allocated)
    sign = header.short(0x00280103)
    high = header.short(0x00280102)
    if allocated not in (8, 16) or not 0 < stored <= allocated:
        raise HeaderFault(f"{header.path} has pixels of {allocated} bits, which no CT picture has; it was left out.")
    if allocated == 8 and header.elements.big_endian and header.elements.pixel_vr == b"OW":
        raise HeaderFault(f"{header.path} packs two pixels into each big-endian word, which is not read.")
    if high not in (None, stored - 1):
        raise HeaderFault(f"{header.path} packs its pixels from bit {high} down, which is not read; it was left out.")
    if header.short(0x00280002) not in (None, 1) or header.text(0x00280004).upper() == "PALETTE COLOR":
        raise HeaderFault(f"{header.path} is a colour picture, not Hounsfield units, and was left out.")
    if sign not in (0, 1):
        raise HeaderFault(f"{header.path} does not say whether its pixels can be negative and was left out.")
    return allocated, stored, sign == 1


def _short_or(header: Header, tag: int, silent: int) -> int:
    number = header.short(tag)
    return silent if number is None else number


def padding(header: Header, signed: bool) -> int | None:
    """Return the stored value that stands for "not measured" (DICOM PS3.3 C.7.5.1.1.2)."""
    value = header.short(0x00280120)
    return value - 0x10000 if value is not None and signed and value > 0x7FFF else value


def study(header: Header) -> Study:
    """Return the visit and the patient."""
    patient = Patient(
        name=person(header.text(0x00100010)),
        identifier=header.text(0x00100020),
        birth_date=header.day(0x00100030),
        sex=header.text(0x00100040),
        age=header.text(0x00101010),
    )
    return Study(
        uid=header.text(0x0020000D),
        taken_on=header.day(0x00080022) or header.day(0x00080021) or header.day(0x00080020),
        description=header.text(0x00081030),
        institution=header.text(0x00080080),
        patient=patient,
        accession=header.text(0x00080050).strip(),
    )


def windows(header: Header) -> tuple[FileWindow, ...]:
    """Return the display windows; a file may carry several (DICOM PS3.3 C.11.2.1.2)."""
    levels, widths = header.numbers(0x00281050), header.numbers(0x00281051)
    names = [name.strip() for name in header.text(0x00281055).split("\\")]
    names += [""] * (len(levels) - len(names))
    return tuple(
        FileWindow(width, level, name) for level, width, name in zip(levels, widths, names, strict=False) if width > 0
    )
