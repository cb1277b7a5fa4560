"""Patients, visits and series in the reader's words, for the study browser."""

from __future__ import annotations

from ai.series import Patient, Series, Study
from viewer.mpr.caption import written_age, written_name
from viewer.state.browser_model import Browsing

UNNAMED = "No patient named"
UNDATED = "No date"


def patient_words(patient: Patient, hidden_as: str = "") -> tuple[str, str]:
    """Return the name, and what tells patients of one name apart. ``hidden_as`` stands for all of it."""
    if hidden_as:
        return hidden_as, ""
    born = f"born {patient.birth_date.isoformat()}" if patient.birth_date else ""
    about = " · ".join(part for part in (patient.identifier, born, patient.sex, written_age(patient.age)) if part)
    return written_name(patient.name) or (UNNAMED if not about else "No name"), about


def visit_words(study: Study) -> tuple[str, str]:
    """Return the date, and what was done where."""
    day = study.taken_on.isoformat() if study.taken_on else UNDATED
    return day, " · ".join(part for part in (study.description, study.institution) if part)


def series_words(series: Series) -> tuple[str, str]:
    """Return number and description, and what decides which series is read: slices, thickness, kernel, body part."""
    number = f"{series.number}  " if series.number is not None else ""
    parts = (_extent(series), series.kernel, series.body_part.title())
    return f"{number}{series.description or series.source.name}", " · ".join(part for part in parts if part)


def pair_words(series: Series) -> str:
    """Return one of a pair in a line: day, description, and of thickness and kernel what it does not say already."""
    day = series.study.taken_on.isoformat() if series.study.taken_on else UNDATED
    told = series.description.split()
    thickness = series.thickness_mm
    more = [] if thickness is None or f"{thickness:.1f}" in told else [f"{thickness:g} mm"]
    more += [series.kernel] if series.kernel and series.kernel not in told else []
    return "  ".join((day, series.description or series.source.name, *more))


def count_words(browsing: Browsing) -> str:
    """Return how much is listed."""
    if not browsing.count:
        return ""
    named = sum(bool(h.patient.name or h.patient.identifier) for h in browsing.histories)
    patients = f" of {_counted(named, 'patient', 'patients')}" if named else ""
    return f"{browsing.count} series{patients}{' so far' if browsing.searching else ''}"


def holds(words: str, sought: str) -> bool:
    """Tell whether a text holds every word that is sought."""
    text = words.casefold()
    return all(word in text for word in sought.casefold().split())


def _extent(series: Series) -> str:
    slices = _counted(series.shape[0], "slice", "slices")
    return slices if series.thickness_mm is None else f"{series.shape[0]} × {series.thickness_mm:g} mm"


def _counted(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}"
