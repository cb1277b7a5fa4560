"""What headers say of themselves, as the reader sees it."""

from __future__ import annotations

from pathlib import Path

from ai.series import Patient, Series, Study


def test_a_title_names_number_description_and_slices() -> None:
    series = Series("1.2", Path("/scans/a"), number=4, description="Thorax 1.0 B60f", shape=(312, 512, 512))
    assert series.title == "4: Thorax 1.0 B60f (312 slices)"


def test_a_silent_header_is_called_by_its_folder() -> None:
    assert Series("1.2", Path("/scans/follow-up"), shape=(2, 4, 4)).title == "follow-up (2 slices)"


def test_what_is_unknown_is_empty_and_not_guessed() -> None:
    study = Study()
    assert study.taken_on is None
    assert study.patient == Patient(name="", identifier="", birth_date=None, sex="", age="")
