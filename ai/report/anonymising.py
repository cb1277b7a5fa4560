"""A scan without its patient: what identifies is taken out or hidden before anything is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from ai.report.uids import Uids
from ai.series import Notice, Patient, Scan, Series, Study

SOURCE = Path("scan")
"""What an anonymous scan's folder or file is called: its real name may be the patient's."""


def anonymous(scan: Scan, uids: Uids) -> Scan:
    """Return a scan that names no patient, date, institution, description or file.

    The slices keep their files, which the DICOM export must read; nothing writes their names. Intervals (days between
    two scans) stay: they are no dates, and growth cannot be told without them. Notices that name a file or a folder are
    replaced by their number.

    Args:
        scan: the scan.
        uids: the export's identifiers, hidden ones.
    """
    return Scan(scan.volume, _series(scan.series, uids), _notices(scan.notices, scan.series), scan.interpolated)


def _series(series: Series, uids: Uids) -> Series:
    study = Study(uid=uids.of(series.study.uid) if series.study.uid else "", patient=Patient())
    return replace(
        series,
        uid=uids.of(series.uid),
        source=SOURCE,
        study=study,
        description="",
        notices=_notices(series.notices, series),
    )


def _notices(notices: Iterable[Notice], series: Series) -> tuple[Notice, ...]:
    kept, hidden = [], 0
    for notice in notices:
        if notice.of_place or _names_a_file(notice.text, series):
            hidden += 1
        else:
            kept.append(notice)
    if hidden:
        kept.append(Notice(f"Left out, for they may name a file: {hidden} notice{'' if hidden == 1 else 's'}."))
    return tuple(kept)


def _names_a_file(text: str, series: Series) -> bool:
    patient, study = series.study.patient, series.study
    secrets = {patient.name, patient.identifier, study.institution, study.description, series.description}
    secrets |= {part for path in (series.source, *(s.path for s in series.slices)) for part in path.parts}
    return "/" in text or "\\" in text or any(len(secret) > 1 and secret in text for secret in secrets)
