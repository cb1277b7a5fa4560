"""Readings of DICOM series on disk, made by hand, and what an export of them wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ai.findings import Analysis, Composition, Lesion, Quantity
from ai.geometry import Index, PointMm
from ai.organs import Organs, code_of
from ai.report.dicom.reading import DicomReading
from ai.report.dicom.writing import write_dicom
from ai.report.uids import Uids
from ai.scan import find_series, read
from ai.series import Scan
from ai.vocabulary import abnormality
from ai.volume import VoxelGrid, axis_aligned
from tests.support.dicom_series import Plan, write_series
from tests.support.synthetic_analysis import CARD, finding

SHAPE = (12, 40, 48)
SPACING_MM = (2.5, 0.8, 0.7)
SERIES_UID, STUDY_UID = "1.3.6.1.4.1.99999.7.1", "1.3.6.1.4.1.99999.7.2"
"""No beginning of a UID that a library writes into files."""
PLACES = ((2, 5, 7), (3, 5, 7), (3, 6, 7), (3, 6, 8), (4, 30, 40), (9, 12, 33))
"""Voxels of an odd body: it looks like itself from no other side."""
QUANTITIES = (
    Quantity("laa_950", "Emphysema index", 12.3, "%", "Gevenois", "Kernel matters.", (("right_lung", 20.5),), 1),
    Quantity("coronary_calcium", "Coronary calcium", None, "", "Agatston", "Contrast was given."),
)


def straight_grid() -> VoxelGrid:
    """Return the usual axial grid."""
    return axis_aligned(SHAPE, SPACING_MM, PointMm(-60.0, -80.0, 1200.0))


def series_of(folder: Path, grid: VoxelGrid, order: Sequence[int] | None = None) -> Scan:
    """Write a series whose every slice differs, and read it."""
    hu = np.full(grid.shape, -900, dtype=np.int16) + np.arange(grid.shape[0], dtype=np.int16)[:, None, None]
    write_series(folder, Plan(hu, grid, uid=SERIES_UID, study_uid=STUDY_UID), order)
    return read(folder)


def lesion_at(scan: Scan, name: str, voxels: NDArray[np.intp], location: str = "right_upper") -> Lesion:
    """Return a lesion of the voxels named, on the smallest crop of the scan's grid."""
    low, high = voxels.min(0), voxels.max(0) + 1
    mask = np.zeros(high - low, dtype=bool)
    mask[tuple((voxels - low).T)] = True
    size = (int(mask.shape[0]), int(mask.shape[1]), int(mask.shape[2]))
    grid = scan.volume.grid.crop((int(low[0]), int(low[1]), int(low[2])), size)
    centre = scan.volume.grid.point(Index(*(float(v) for v in voxels.mean(0))))
    volume = len(voxels) * scan.volume.grid.voxel_mm3
    return Lesion(abnormality(name), centre, (7.25, 4.5), volume, -34.5, location, mask, grid, 0.81)


def odd_lesion(scan: Scan, name: str = "nodule") -> Lesion:
    """Return the body of ``PLACES``."""
    return lesion_at(scan, name, np.array(PLACES))


def organs_of(scan: Scan) -> Organs:
    """Return a right upper lobe, a left lower lobe and an aorta on a grid half as fine as the scan's."""
    shape = (SHAPE[0] // 2, SHAPE[1] // 2, SHAPE[2] // 2)
    codes = np.zeros(shape, np.uint8)
    codes[1:4, 3:9, 2:9] = code_of("right_upper")
    codes[1:4, 3:9, 12:20] = code_of("left_lower")
    codes[2:5, 12:16, 10:13] = code_of("aorta")
    return Organs(codes, scan.volume.grid.divided(shape))


def analysis_of(scan: Scan) -> Analysis:
    """Return an accepted nodule of two instances (one without a mask), an open wall thickening, a rejected mass."""
    bare = Lesion(abnormality("nodule"), PointMm(-45.0, -60.0, 1215.0), (4.0, 3.0), 28.0, 10.0, "left_lower")
    solid = replace(odd_lesion(scan), composition=Composition.PART_SOLID, solid_mm=3.5, second_look=True)
    nodule = replace(finding("nodule", 2.0, (solid, bare)), extent=(("lungs", 0.2), ("right_mid", 0.3)))
    thick, mass = finding("bronchial_wall_thickening", 0.75), finding("mass", 1.5, (odd_lesion(scan, "mass"),))
    return Analysis(
        (nodule, mass, thick, finding("emphysema", -2.0)),
        CARD,
        "cpu",
        1.0,
        quantities=QUANTITIES,
        organs=organs_of(scan),
    )


VERDICTS = {"nodule": "accepted", "mass": "rejected"}


@dataclass(frozen=True, eq=False)
class Handed:
    """A reading and the files of its export, by name without ending."""

    reading: DicomReading
    files: dict[str, Path]


def hand_on(folder: Path, reading: DicomReading, uids: Uids | None = None) -> Handed:
    """Write a reading's DICOM objects."""
    return Handed(reading, {path.stem: path for path in write_dicom(reading, folder, uids)})


def again(folder: Path) -> Scan:
    """Read a folder's one series anew, with whatever lies beside it."""
    return read(find_series(folder)[0])
