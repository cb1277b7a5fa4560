"""What a scan's panes say of it, gathered once from its headers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ai.series import Patient, Series, Study
from ai.volume import VoxelGrid


@dataclass(frozen=True)
class Caption:
    """The unchanging part of the corner texts, and what must be marked.

    Args:
        patient, study, series: lines; the first of each is the most important one.
        thickness_mm: nominal slice thickness of the measured slices.
        lossy: the pixels went through lossy compression.
        tilt_deg: gantry tilt that the grid's shear corrects, 0 for none.
        interpolated: slices (numpy index along the first axis) that were filled in, not measured.
    """

    patient: tuple[str, ...] = ()
    study: tuple[str, ...] = ()
    series: tuple[str, ...] = ()
    thickness_mm: float | None = None
    lossy: bool = False
    tilt_deg: float = 0.0
    interpolated: frozenset[int] = frozenset()


def caption_of(series: Series, grid: VoxelGrid, interpolated: frozenset[int] = frozenset()) -> Caption:
    """Gather the caption; while a scan loads, its ``Series`` and grid are enough."""
    return Caption(
        patient=_patient_lines(series.study.patient),
        study=_study_lines(series.study),
        series=tuple(line for line in (_series_line(series), series.kernel) if line),
        thickness_mm=series.thickness_mm,
        lossy=series.lossy,
        tilt_deg=tilt_deg(grid),
        interpolated=interpolated,
    )


def tilt_deg(grid: VoxelGrid) -> float:
    """Return by how many degrees the slice axis departs from the slices' normal: what a tilted gantry leaves."""
    slices, rows, columns = grid.affine[:3, :3].T
    normal = np.cross(rows, columns)
    cosine = abs(float(slices @ normal)) / float(np.linalg.norm(slices) * np.linalg.norm(normal))
    return float(np.degrees(np.arccos(min(1.0, cosine))))


def _patient_lines(patient: Patient) -> tuple[str, ...]:
    born = f"born {patient.birth_date.isoformat()}" if patient.birth_date else ""
    about = ", ".join(part for part in (born, patient.sex, written_age(patient.age)) if part)
    return tuple(line for line in (written_name(patient.name), patient.identifier, about) if line)


def written_name(name: str) -> str:
    """Write DICOM's person name ("Family^Given^Middle^Prefix^Suffix", PS3.5 6.2.1) as "Family, Given Middle …"."""
    family, *given = (part.strip() for part in name.split("^"))
    return ", ".join(part for part in (family, " ".join(part for part in given if part)) if part)


def written_age(age: str) -> str:
    """Write DICOM's age string ("061Y", PS3.5 6.2) as a reader would."""
    if len(age) == 4 and age[:3].isdigit() and age[3] in "YMWD":
        return f"{int(age[:3])} {age[3].lower()}"
    return age


def _study_lines(study: Study) -> tuple[str, ...]:
    taken = study.taken_on.isoformat() if study.taken_on else ""
    return tuple(line for line in (study.institution, taken, study.description) if line)


def _series_line(series: Series) -> str:
    number = f"Series {series.number}" if series.number is not None else ""
    return " · ".join(part for part in (number, series.description) if part)
