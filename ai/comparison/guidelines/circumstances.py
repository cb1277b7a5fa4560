"""What a guideline must know of the patient and the scans before it may speak."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from ai.advice import NOTHING_TOLD, Advice, Told
from ai.comparison.growth import THICKEST_MM, too_thick
from ai.comparison.guidelines.kernels import too_different
from ai.series import Patient, Scan

_DICOM_AGE = re.compile(r"^(\d{1,3})Y$")


@dataclass(frozen=True)
class Circumstances:
    """Of patient and scans; None is "not known", and is then said with whatever depends on it.

    Args:
        age_years: at the current scan.
        known_cancer: whether the patient has or had one.
        immunosuppressed: likewise.
        high_risk: of lung cancer (smoking, family, emphysema …), as the reader judges.
        screening: whether the scan was taken to screen for lung cancer.
        thickness_mm: of the thickest slices among the scans looked at.
        compared: whether there is a prior.
        days: from the prior to the current scan.
        kernels_differ: whether one is sharp and the other smooth, so that densities and edges do not compare.
        suspicious: features that raise suspicion ("spiculation", "enlarged nodes"), as the reader judges.
    """

    age_years: int | None = None
    known_cancer: bool | None = None
    immunosuppressed: bool | None = None
    high_risk: bool | None = None
    screening: bool | None = None
    thickness_mm: float | None = None
    compared: bool = False
    days: int | None = None
    kernels_differ: bool = False
    suspicious: tuple[str, ...] = ()

    def too_thick(self, most_mm: float) -> str:
        """Return why the slices do not serve a guideline that asks for ``most_mm``; empty where they do."""
        if self.thickness_mm is None:
            return "The slice thickness is not known."
        if too_thick(self.thickness_mm, most_mm):
            return f"Slices of {self.thickness_mm:.1f} mm are thicker than the {most_mm:g} mm that it asks for."
        return ""

    def volumes_untold(self) -> str:
        """Return why volumes of then and now are not compared; empty where they are."""
        if not too_thick(self.thickness_mm):
            return ""
        return (
            f"Slices of {self.thickness_mm:.1f} mm are too thick to compare volumes ({THICKEST_MM:g} mm at most): "
            "change is judged by mean diameters, and no doubling time is told."
        )

    def growth_untold(self) -> str:
        """Return why no doubling time is told; empty where one is."""
        return self.volumes_untold() or self.not_comparable()

    def not_comparable(self) -> str:
        """Return why growth between the scans cannot be judged; empty where it can, or where there is no prior."""
        if not self.compared:
            return ""
        if self.days is None:
            return "A study date is missing, so growth has no time."
        if self.days <= 0:
            return "The prior was not taken before the current scan."
        if self.kernels_differ:
            return "One scan has a sharp kernel and the other a smooth one, so sizes do not compare."
        return ""


def circumstances_of(current: Scan, prior: Scan | None = None, told: Told = NOTHING_TOLD) -> Circumstances:
    """Return what the headers tell and what people told; what only they know and nobody told stays unknown."""
    scans = [current] if prior is None else [current, prior]
    then = None if prior is None else prior.series.study.taken_on
    now = current.series.study.taken_on
    return Circumstances(
        age_years=age_of(current.series.study.patient, now),
        known_cancer=told.known_cancer,
        immunosuppressed=told.immunosuppressed,
        high_risk=told.high_risk,
        screening=told.screening,
        thickness_mm=max(_thickness_mm(scan) for scan in scans),
        compared=prior is not None,
        days=None if then is None or now is None else (now - then).days,
        kernels_differ=prior is not None and too_different(current.series.kernel, prior.series.kernel),
    )


def age_of(patient: Patient, on: date | None) -> int | None:
    """Return whole years by birth date, else as the header says (DICOM AS, ``063Y``); None where neither tells."""
    born = patient.birth_date
    if born is not None and on is not None and born <= on:
        return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    said = _DICOM_AGE.match(patient.age.strip().upper())
    return int(said.group(1)) if said else None


def refusal(guideline: str, why: str, source: str) -> Advice:
    """Return that a guideline is not given, and why."""
    return Advice(guideline, "", "", why, source)


def _thickness_mm(scan: Scan) -> float:
    """As thick as the header says, and no thinner than the slices lie apart."""
    return max(scan.series.thickness_mm or 0.0, scan.volume.grid.spacing_mm[0])
