"""A scan without its patient: what identifies is taken out or hidden before anything is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from ai.report.uids import Uids
from ai.series import Notice, Patient, Scan, Series, Study
from ai.timeline import Timeline, TimelineStudy

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


def anonymous_timeline(timeline: Timeline, uids: Uids) -> Timeline:
    """Return lesions' lines without dates, descriptions or real identifiers of studies.

    How many days lie between a study and the current one stays, as its title. Notices that name a study are left out.
    """
    now = timeline.studies[timeline.current]
    secrets = {one.taken_on.isoformat() for one in timeline.studies if one.taken_on}
    secrets |= {one.title for one in timeline.studies if len(one.title) > 1}
    studies = tuple(
        replace(one, uid=uids.of(one.uid), taken_on=None, title=_apart(one, now)) for one in timeline.studies
    )
    notices = tuple(n for n in timeline.notices if "/" not in n.text and not any(s in n.text for s in secrets))
    return replace(timeline, studies=studies, notices=notices)


def _apart(study: TimelineStudy, now: TimelineStudy) -> str:
    if study is now:
        return "current"
    if study.taken_on is None or now.taken_on is None:
        return "another study"
    days = (now.taken_on - study.taken_on).days
    return f"{abs(days)} days {'before' if days >= 0 else 'after'}"


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
