"""Fleischner Society 2017: what follows a nodule found by chance.

MacMahon H et al. Guidelines for Management of Incidental Pulmonary Nodules Detected on CT Images: From the Fleischner
Society 2017. Radiology 2017;284:228–243 (table on page 231); measurement: Bankier AA et al., Radiology
2017;285:584–600. For adults of 35 years and more without known cancer and without immunosuppression, not for
screening, on slices of at most 1.5 mm. The mean of long and short axis is rounded to the nearest millimetre.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from ai.advice import Advice
from ai.comparison.guidelines.circumstances import Circumstances, refusal
from ai.comparison.guidelines.nodules import MASS_MM, said
from ai.findings import Composition, Lesion

NAME = "Fleischner 2017"
SOURCE = "MacMahon et al., Radiology 2017;284:228–243"
YOUNGEST, THICKEST_MM = 35, 1.5
_SMALL_MM, _MIDDLE_MM = 6, 8

_NONE = "no routine follow-up"
_LATER_LOW, _LATER_HIGH = "then consider CT at 18–24 months", "then CT at 18–24 months"


def fleischner(lesion: Lesion, nodules: Sequence[Lesion], known: Circumstances) -> Advice:
    """Return the table's word on a nodule when it is first seen.

    Args:
        lesion: the nodule; of several the table is to be asked about the most suspicious one.
        nodules: all nodules of the scan, this one included.
        known: of patient and scans; whoever cannot be excluded for lack of knowledge is named in ``why``.
    """
    why_not = _forbids(lesion, known)
    if why_not or lesion.composition is None:
        return refusal(NAME, why_not, SOURCE)
    size = rounded_mm(lesion.diameter_mm)
    several = len(nodules) > 1
    if lesion.composition is Composition.SOLID:
        category, low, high = _solid(size, several)
    else:
        category, follows = _subsolid(lesion, size, several)
        low = high = follows
    number = f"one of {len(nodules)} nodules" if several else "a single nodule"
    why = f"{said(lesion).capitalize()}: {size} mm when rounded, {number}. {_holds_if(known)}"
    return Advice(NAME, category, _by_risk(low, high, known.high_risk), why.strip(), SOURCE)


def rounded_mm(diameter_mm: float) -> int:
    """Return the nearest whole millimetre, half upwards."""
    return math.floor(diameter_mm + 0.5)


def _forbids(lesion: Lesion, known: Circumstances) -> str:
    if known.age_years is not None and known.age_years < YOUNGEST:
        return f"The patient is {known.age_years}; it is for {YOUNGEST} years and more."
    if known.known_cancer:
        return "The patient has a known cancer."
    if known.immunosuppressed:
        return "The patient is immunosuppressed."
    if known.screening:
        return "The scan was taken for screening: Lung-RADS is for that."
    if known.too_thick(THICKEST_MM):
        return known.too_thick(THICKEST_MM)
    if lesion.diameter_mm > MASS_MM:
        return f"{lesion.diameter_mm:.0f} mm is a mass; it is for nodules up to {MASS_MM:.0f} mm."
    if lesion.composition is None:
        return "Whether the nodule is solid cannot be told."
    return ""


def _solid(size: int, several: bool) -> tuple[str, str, str]:
    """(category, what follows at low risk, at high risk)."""
    number = "multiple" if several else "single"
    if size < _SMALL_MM:
        return f"solid, < 6 mm, {number}", _NONE, "optional CT at 12 months"
    first = "CT at 3–6 months" if several else "CT at 6–12 months"
    if size <= _MIDDLE_MM:
        return f"solid, 6–8 mm, {number}", f"{first}, {_LATER_LOW}", f"{first}, {_LATER_HIGH}"
    if several:
        return f"solid, > 8 mm, {number}", f"{first}, {_LATER_LOW}", f"{first}, {_LATER_HIGH}"
    now = "consider CT at 3 months, PET/CT or tissue sampling"
    return f"solid, > 8 mm, {number}", now, now


def _subsolid(lesion: Lesion, size: int, several: bool) -> tuple[str, str]:
    small, kind = size < _SMALL_MM, str(lesion.composition)
    category = f"{kind}, {'<' if small else '≥'} 6 mm, {'multiple' if several else 'single'}"
    if several and small:
        return category, "CT at 3–6 months; if stable, consider CT at 2 and 4 years"
    if several:
        return category, "CT at 3–6 months, then by the most suspicious nodule"
    if small:
        return category, _NONE
    if lesion.composition is Composition.GROUND_GLASS:
        return category, "CT at 6–12 months to confirm that it persists, then every 2 years until 5 years"
    follows = "CT at 3–6 months to confirm that it persists; if unchanged and the solid part stays < 6 mm, yearly CT "
    return category, follows + "for 5 years"


def _by_risk(low: str, high: str, high_risk: bool | None) -> str:
    if low == high or high_risk is False:
        return low
    return high if high_risk else f"at low risk: {low}; at high risk: {high}"


def _holds_if(known: Circumstances) -> str:
    """Name what is not known and would forbid the table."""
    unknown = []
    if known.age_years is None:
        unknown.append(f"{YOUNGEST} years or more")
    if known.known_cancer is None:
        unknown.append("no known cancer")
    if known.immunosuppressed is None:
        unknown.append("no immunosuppression")
    if known.screening is None:
        unknown.append("not found by screening")
    return f"Holds if: {', '.join(unknown)}." if unknown else ""
