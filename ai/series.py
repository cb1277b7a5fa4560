"""What the headers say of themselves, before and beside the voxels. Plain values; no file library is needed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from ai.volume import Volume


@dataclass(frozen=True)
class Notice:
    """One sentence the reader must see about a scan: what was found, and what was done about it.

    ``grave`` is true where the picture may mislead (missing slices, tilt, lossy pixels, unknown orientation).
    ``of_place`` is true where it tells of the folder or archive: what lies beside the scan, or could not be read there.
    """

    text: str
    grave: bool = False
    of_place: bool = False


@dataclass(frozen=True)
class Patient:
    """Who was scanned; empty strings where the header is silent."""

    name: str = ""
    identifier: str = ""
    birth_date: date | None = None
    sex: str = ""
    age: str = ""


@dataclass(frozen=True)
class FileWindow:
    """A display window that the file itself carries, HU (DICOM PS3.3 C.11.2.1.2)."""

    width_hu: float
    level_hu: float
    name: str = ""


@dataclass(frozen=True)
class Study:
    """One visit: what the series of one examination share. ``accession`` is its order's number, as in the report."""

    uid: str = ""
    taken_on: date | None = None
    description: str = ""
    institution: str = ""
    patient: Patient = field(default_factory=Patient)
    accession: str = ""


@dataclass(frozen=True)
class SliceHeader:
    """What one stored picture says of itself; enough to read its pixels without reading the header again.

    Positions and directions are LPS millimetres: ``row_direction`` is the unit vector along increasing columns,
    ``column_direction`` along increasing rows (DICOM PS3.3 C.7.6.2.1.1).
    """

    path: Path
    frame: int
    rows: int
    columns: int
    position_mm: tuple[float, float, float]
    row_direction: tuple[float, float, float]
    column_direction: tuple[float, float, float]
    pixel_spacing_mm: tuple[float, float]
    slope: float = 1.0
    intercept: float = 0.0
    bits_allocated: int = 16
    bits_stored: int = 16
    signed: bool = True
    padding: int | None = None
    transfer_syntax: str = ""
    pixel_offset: int | None = None
    instance: int | None = None
    instance_uid: str = ""


@dataclass(frozen=True)
class Beside:
    """An object of the same study that holds no slices: a report, a segmentation, a document."""

    path: Path
    modality: str
    sop_class: str


@dataclass(frozen=True)
class Series:
    """One stack of slices (or one volume file) as its headers describe it.

    ``source`` is the folder or file the reader named. ``slices`` is ordered by position along the normal and is
    empty for volume files (NIfTI, NRRD, MHA), which are read from ``source``. ``beside`` names the reports and
    segmentations of the same study that were found with it.
    """

    uid: str
    source: Path
    study: Study = field(default_factory=Study)
    modality: str = "CT"
    number: int | None = None
    description: str = ""
    kernel: str = ""
    thickness_mm: float | None = None
    shape: tuple[int, int, int] = (0, 0, 0)
    windows: tuple[FileWindow, ...] = ()
    lossy: bool = False
    slices: tuple[SliceHeader, ...] = ()
    notices: tuple[Notice, ...] = ()
    body_part: str = ""
    beside: tuple[Beside, ...] = ()

    @property
    def title(self) -> str:
        """A short line for lists: number, description, slices."""
        number = f"{self.number}: " if self.number is not None else ""
        return f"{number}{self.description or self.source.name} ({self.shape[0]} slices)"


@dataclass(frozen=True)
class Scan:
    """A series with its voxels.

    ``interpolated`` names the slices (numpy index along the first axis) that were not measured but filled in
    between their neighbours; the panes mark them.
    """

    volume: Volume
    series: Series
    notices: tuple[Notice, ...] = ()
    interpolated: frozenset[int] = frozenset()
