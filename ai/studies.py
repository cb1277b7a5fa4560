"""Patients, their examinations, the series of each; and which two of them are worth reading side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from ai.errors import IntervalError
from ai.series import Patient, Series, Study

CHEST_WORDS = ("CHEST", "THORAX", "LUNG", "TORSO", "TRUNK", "胸", "肺")
OTHER_WORDS = ("HEAD", "BRAIN", "SKULL", "SINUS", "NECK", "KNEE", "FOOT", "ANKLE", "HAND", "WRIST", "HIP", "PELVIS")
FEWEST_SLICES = 20
"""Fewer are no scan of a chest: scouts, contrast timing, single reconstructions."""
THIN_MM = 1.5
"""Slices up to this thickness show small nodules equally well; among them other things decide."""
NEVER = date.min

Key = tuple[str, ...]
"""What tells one from another and stays the same while more is found."""


class StudiesError(IntervalError):
    """Studies that cannot be put in order."""


@dataclass(frozen=True)
class Examination:
    """One visit with its series, ordered by their numbers. ``key`` tells it from others, whatever else is found."""

    study: Study
    series: tuple[Series, ...]
    key: Key = ()


@dataclass(frozen=True)
class PatientHistory:
    """One patient with every examination, the latest first. ``key`` tells the patient from others."""

    patient: Patient
    examinations: tuple[Examination, ...]
    key: Key = ()


@dataclass(frozen=True)
class LikelyPair:
    """A current series and the earlier one it is best compared with; ``reason`` says why in one sentence."""

    current: Series
    prior: Series
    reason: str


def histories(series: Iterable[Series]) -> tuple[PatientHistory, ...]:
    """Arrange series by patient and examination: patients by name, examinations by date, the latest first.

    A patient is who shares an identifier; without one, a name and birth date. Files that name nobody (NIfTI, NRRD,
    MetaImage, anonymised DICOM) are an examination each by study, and stand last.
    """
    by_patient: dict[Key, dict[str, list[Series]]] = {}
    for one in series:
        visit = one.study.uid or f"{one.study.taken_on}{'' if one.study.taken_on else one.uid}"
        by_patient.setdefault(patient_key(one), {}).setdefault(visit, []).append(one)
    found = [_history(who, visits) for who, visits in by_patient.items()]
    return tuple(sorted(found, key=lambda h: (not _named(h.patient), h.patient.name.casefold(), h.patient.identifier)))


def likely_pair(history: PatientHistory) -> LikelyPair | None:
    """Return the latest examination's best series and the best match of the latest one before it; None without two.

    The series that are weighed show a chest or do not say what they show. The current one is the thinnest with most
    slices; the prior the one most like it: same kernel, nearest thickness. Of files that name nobody none is a prior.
    """
    if not _named(history.patient):
        return None
    dated = [(e.study.taken_on, chest_series(e)) for e in history.examinations if e.study.taken_on is not None]
    visits = [(day, readable) for day, readable in dated if readable]
    for at, (day, readable) in enumerate(visits):
        earlier = next(((before, series) for before, series in visits[at + 1 :] if before < day), None)
        if earlier is not None:
            current = min(readable, key=_rank)
            prior = min(earlier[1], key=lambda s: _unlike(current, s))
            days = (day - earlier[0]).days
            reason = f"{days} {'day' if days == 1 else 'days'} earlier, {_likeness(current, prior)}"
            return LikelyPair(current, prior, f"{reason}: the latest chest CT and the one before it.")
    return None


def oldest_first(series: Sequence[Series]) -> tuple[Series, ...]:
    """Order studies by their dates.

    Raises:
        StudiesError: a study without a date, one series twice, or two studies of one day.
    """
    undated = [one.source.name for one in series if one.study.taken_on is None]
    if undated:
        text = f"No study date is known of {', '.join(undated)}, so the studies cannot be put in order; leave it out."
        raise StudiesError(text)
    ordered = sorted(series, key=lambda one: one.study.taken_on or NEVER)
    for earlier, later in pairwise(ordered):
        names = f"{earlier.source.name} and {later.source.name}"
        if earlier.uid == later.uid:
            raise StudiesError(f"{names} hold the same series; name each study once.")
        if earlier.study.taken_on == later.study.taken_on:
            raise StudiesError(f"{names} are both of {later.study.taken_on}; name one series of each day.")
    return tuple(ordered)


def reading_series(examination: Examination) -> Series | None:
    """Return the series of an examination that is read first; None where none shows a chest in enough slices."""
    return min(chest_series(examination), key=_rank, default=None)


def series_like(examination: Examination, current: Series) -> Series | None:
    """Return the series of a visit that is best compared with a current one; None where none shows a chest."""
    return min(chest_series(examination), key=lambda s: _unlike(current, s), default=None)


def chest_series(examination: Examination) -> list[Series]:
    """Return the series of a chest in enough slices: those that say so, else those that name no other part."""
    enough = [s for s in examination.series if s.shape[0] >= FEWEST_SLICES]
    chests = [s for s in enough if _says(s, CHEST_WORDS)]
    return chests or [s for s in enough if not _says(s, OTHER_WORDS)]


def patient_key(one: Series) -> Key:
    """Return what tells a series' patient from others."""
    patient = one.study.patient
    if patient.identifier:
        return ("identifier", patient.identifier)
    if patient.name:
        return ("name", patient.name.casefold(), str(patient.birth_date))
    return ("nobody",)


def _named(patient: Patient) -> bool:
    return bool(patient.name or patient.identifier)


def _history(who: Key, visits: Mapping[str, Sequence[Series]]) -> PatientHistory:
    examinations = []
    for visit, series in visits.items():
        by_number = sorted(series, key=lambda s: (s.number is None, s.number or 0, s.uid))
        examinations.append(Examination(by_number[0].study, tuple(by_number), (*who, visit)))
    examinations.sort(key=lambda e: e.series[0].uid)
    examinations.sort(key=lambda e: e.study.taken_on or NEVER, reverse=True)
    return PatientHistory(examinations[0].study.patient, tuple(examinations), who)


def _says(one: Series, words: Sequence[str]) -> bool:
    text = " ".join((one.body_part, one.description, one.study.description)).upper()
    return any(word in text for word in words)


def _rank(one: Series) -> tuple[float, int, int]:
    """Low is read first: thin, many slices, low number."""
    return (max(one.thickness_mm or 99.0, THIN_MM), -one.shape[0], one.number or 0)


def _likeness(current: Series, prior: Series) -> str:
    """Say in which respect two series can be compared, and in which not."""
    if current.kernel != prior.kernel:
        return f"the kernels differ ({current.kernel or 'unknown'} and {prior.kernel or 'unknown'})"
    if current.thickness_mm != prior.thickness_mm:
        now, then = (f"{s.thickness_mm:g} mm" if s.thickness_mm else "unknown" for s in (current, prior))
        return f"the slice thicknesses differ ({now} and {then})"
    return "same kernel and slice thickness"


def _unlike(current: Series, prior: Series) -> tuple[bool, float, tuple[float, int, int]]:
    """How little a prior resembles the current series."""
    thickness = abs((current.thickness_mm or 0.0) - (prior.thickness_mm or 0.0))
    return (current.kernel != prior.kernel, thickness, _rank(prior))
