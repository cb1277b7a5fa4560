"""What the reader tells of the patient is kept for this study only."""

from __future__ import annotations

from dataclasses import replace

from ai.advice import NOTHING_TOLD, Told
from ai.series import Series
from tests.support.readings import scan_of
from viewer.state.patient_model import PatientModel
from viewer.state.reading import Reading
from viewer.state.role import Role

CANCER = Told(known_cancer=True)


def series_of(study: str, uid: str) -> Series:
    """Return a series of a study."""
    series = scan_of(uid=uid).series
    return replace(series, study=replace(series.study, uid=study))


def test_another_series_of_the_study_changes_nothing_another_study_forgets() -> None:
    model = PatientModel()
    model.look_at(series_of("1.2", "1.2.1"))
    model.tell(CANCER)
    model.look_at(series_of("1.2", "1.2.2"))
    assert model.value == CANCER
    model.look_at(series_of("1.3", "1.3.1"))
    assert model.value == NOTHING_TOLD


def test_files_without_a_study_are_studies_of_their_own() -> None:
    model = PatientModel()
    model.look_at(series_of("", "a.nii"))
    model.tell(CANCER)
    model.look_at(series_of("", "b.nii"))
    assert model.value == NOTHING_TOLD


def test_a_reading_forgets_when_its_current_scan_is_closed_not_when_a_prior_opens(qapp: object) -> None:
    reading = Reading()
    reading.scans[Role.CURRENT].complete(scan_of(uid="now"))
    reading.patient.tell(CANCER)
    reading.scans[Role.PRIOR].complete(scan_of(uid="then"))
    assert reading.patient.value == CANCER
    reading.scans[Role.CURRENT].clear()
    assert reading.patient.value == NOTHING_TOLD
