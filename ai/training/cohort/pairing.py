"""Which series tell of the same report, whose they are and when: by mapping file, accession number or study UID."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

from ai.series import Series
from ai.studies import patient_key
from ai.training.cohort.archive import Archive
from ai.training.cohort.reports import Mapped, Reports

NOBODY = "nobody"


@dataclass(frozen=True)
class Examined:
    """One examination: all series of one report, or of one study that has none.

    Args:
        name: tells it from others; names a person perhaps.
        patient: likewise; one that nothing names is a patient for itself.
        taken_on: the day, where it is known.
        series: at least one.
        report: number of the report; None where none pairs.
        patients: how many patients' series it joins: more than one is a fault.
    """

    name: str
    patient: str
    taken_on: date | None
    series: tuple[Series, ...]
    report: int | None
    patients: int = 1


@dataclass(frozen=True)
class _Owned:
    series: Series
    study: str
    patient: str
    taken_on: date | None
    report: int | None

    @property
    def visit(self) -> str:
        """What joins the series of one examination."""
        return f"study {self.study}" if self.report is None else f"report {self.report}"


def paired(archive: Archive, reports: Reports, mapping: Mapping[str, Mapped] | None = None) -> list[Examined]:
    """Return every examination of an archive, in a fixed order."""
    visits: dict[str, list[_Owned]] = {}
    for one in archive.series:
        owned = _owned(one, archive, reports, mapping or {})
        visits.setdefault(owned.visit, []).append(owned)
    names = {number: name for name, number in reversed(reports.names.items())}
    return [_examined(found, names) for _, found in sorted(visits.items())]


def _owned(one: Series, archive: Archive, reports: Reports, mapping: Mapping[str, Mapped]) -> _Owned:
    inside = one.source.relative_to(archive.root)
    study = one.study.uid or f"{inside.as_posix()} {_within(one)}".strip()
    said = _mapped(one, inside, mapping)
    if said is None:
        report = reports.number(one.study.accession, one.study.uid)
        return _Owned(one, study, _patient(one, study), one.study.taken_on, report)
    patient = f"mapped {said.patient}" if said.patient else _patient(one, study)
    return _Owned(one, study, patient, said.taken_on or one.study.taken_on, reports.number(said.report))


def _within(one: Series) -> str:
    """Tell the series of a folder apart; a file's UID is its path, which may move."""
    return "" if one.uid == str(one.source) else one.uid


def _mapped(one: Series, inside: PurePath, mapping: Mapping[str, Mapped]) -> Mapped | None:
    """Look a series up by its path (or a folder above it), its UID, its study's UID or accession number."""
    paths = [p.as_posix() for p in (inside, *inside.parents) if p.as_posix() != "."]
    names = (*paths, one.uid, one.study.uid, one.study.accession)
    return next((mapping[name] for name in names if name in mapping), None)


def _patient(one: Series, study: str) -> str:
    key = patient_key(one)
    return " ".join(key) if key != (NOBODY,) else f"{NOBODY} {study}"


def _examined(found: list[_Owned], names: Mapping[int, str]) -> Examined:
    first = found[0]
    name = first.visit if first.report is None else f"report {names[first.report]}"
    days = [one.taken_on for one in found if one.taken_on is not None]
    patients = {one.patient for one in found}
    series = tuple(one.series for one in found)
    return Examined(name, first.patient, min(days, default=None), series, first.report, len(patients))
