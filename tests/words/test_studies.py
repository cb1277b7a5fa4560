"""Who is a patient, what is an examination, and which two series are worth reading side by side."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ai.series import Patient, Series, Study
from ai.studies import (
    Examination,
    LikelyPair,
    PatientHistory,
    StudiesError,
    chest_series,
    histories,
    likely_pair,
    oldest_first,
    reading_series,
)

ROE = Patient("Roe, Richard", "T-1", date(1950, 1, 2), "M")
NOW, THEN, LONG_AGO = date(2024, 3, 1), date(2023, 2, 2), date(2020, 1, 1)


def series(
    uid: str,
    day: date | None = NOW,
    slices: int = 300,
    thickness_mm: float | None = 1.0,
    kernel: str = "B60f",
    number: int | None = 1,
    patient: Patient = ROE,
    body_part: str = "CHEST",
) -> Series:
    """Make a series of the one examination of its day."""
    study = Study(f"{patient.identifier}.{day}" if day else "", day, "CT", "Test hospital", patient)
    return Series(
        uid,
        Path("/scans"),
        study,
        number=number,
        kernel=kernel,
        thickness_mm=thickness_mm,
        shape=(slices, 512, 512),
        body_part=body_part,
    )


def pair_of(*found: Series) -> LikelyPair | None:
    """Return the likely pair of the only patient."""
    (history,) = histories(found)
    return likely_pair(history)


def uids(pair: LikelyPair | None) -> tuple[str, str] | None:
    """Return current and prior of a pair."""
    return None if pair is None else (pair.current.uid, pair.prior.uid)


def test_patients_stand_by_name_and_visits_latest_first() -> None:
    adams = Patient("Adams, Ann", "T-2")
    found = histories([series("1", THEN), series("2", NOW), series("3", patient=adams)])
    assert [h.patient.name for h in found] == ["Adams, Ann", "Roe, Richard"]
    assert [e.study.taken_on for e in found[1].examinations] == [NOW, THEN]


def test_series_of_a_visit_stand_by_number_those_without_last() -> None:
    (history,) = histories([series("c", number=None), series("b", number=10), series("a", number=2)])
    assert [s.uid for s in history.examinations[0].series] == ["a", "b", "c"]


def test_an_identifier_makes_one_patient_of_two_spellings() -> None:
    assert len(histories([series("1", THEN), series("2", patient=replace(ROE, name="ROE^RICHARD"))])) == 1


def test_without_an_identifier_name_and_birth_date_do() -> None:
    anonymous = replace(ROE, identifier="")
    twin = replace(anonymous, birth_date=date(1980, 5, 5))
    found = histories([series("1", patient=anonymous), series("2", THEN, patient=anonymous), series("3", patient=twin)])
    assert sorted(len(h.examinations) for h in found) == [1, 2]


def test_files_that_name_nobody_stand_last_each_a_visit_of_its_own_and_are_no_pair() -> None:
    nobody = Patient()
    found = histories(
        [series("a", None, patient=nobody), series("b", None, patient=nobody), series("1"), series("2", THEN)]
    )
    assert [len(h.examinations) for h in found] == [2, 2]
    assert found[1].patient == nobody
    assert pair_of(series("1", NOW, patient=nobody), series("2", THEN, patient=nobody)) is None


def test_keys_stay_while_more_is_found() -> None:
    few = histories([series("1")])[0]
    more = histories([series("0", number=0), series("1"), series("2", THEN)])[0]
    assert few.key == more.key
    assert few.examinations[0].key == more.examinations[0].key
    assert more.examinations[0].key != more.examinations[1].key


def test_the_pair_is_the_latest_chest_and_the_one_before_it() -> None:
    pair = pair_of(series("old", LONG_AGO), series("then", THEN), series("now"))
    assert uids(pair) == ("now", "then")
    assert pair is not None
    assert pair.reason.startswith("393 days earlier, same kernel and slice thickness: the latest chest CT")


def test_one_visit_is_no_pair() -> None:
    assert pair_of(series("a"), series("b", number=2)) is None
    assert pair_of(series("a", None), series("b", None)) is None


def test_the_current_is_thin_with_most_slices_and_the_prior_like_it() -> None:
    found = [
        series("thick", thickness_mm=5.0, slices=60),
        series("thin", slices=330),
        series("part", slices=120),
        series("then soft", THEN, kernel="B30f"),
        series("then thick", THEN, thickness_mm=5.0, slices=60),
    ]
    assert uids(pair_of(*found)) == ("thin", "then thick")
    found.append(series("then sharp", THEN, thickness_mm=1.25))
    assert uids(pair_of(*found)) == ("thin", "then sharp")


@pytest.mark.parametrize(
    ("then", "reason"),
    [
        (series("then", THEN, kernel="B30f"), "the kernels differ (B60f and B30f)"),
        (series("then", THEN, thickness_mm=2.5), "the slice thicknesses differ (1 mm and 2.5 mm)"),
    ],
)
def test_the_reason_says_what_makes_the_comparison_harder(then: Series, reason: str) -> None:
    pair = pair_of(series("now"), then)
    assert pair is not None
    assert f"days earlier, {reason}: the latest" in pair.reason


@pytest.mark.parametrize(("body_part", "slices"), [("KNEE", 300), ("CHEST", 3)])
def test_a_later_scan_of_something_else_is_not_the_current_one(body_part: str, slices: int) -> None:
    later = series("later", date(2024, 6, 1), slices, body_part=body_part)
    assert uids(pair_of(series("now"), series("then", THEN), later)) == ("now", "then")


def test_chest_series_are_those_that_say_so_else_those_that_name_no_other_part() -> None:
    def visit(*found: Series) -> Examination:
        (history,) = histories(found)
        return history.examinations[0]

    silent, chest, head = series("s", body_part=""), series("c"), series("h", body_part="HEAD")
    assert chest_series(visit(silent, chest, head)) == [chest]
    assert chest_series(visit(silent, head)) == [silent]
    assert reading_series(visit(head)) is None
    assert reading_series(visit(series("thick", thickness_mm=5.0), chest)) == chest


def test_a_history_is_made_of_nothing_found() -> None:
    assert histories([]) == ()
    assert likely_pair(PatientHistory(ROE, ())) is None


def test_studies_are_ordered_by_date_whatever_the_order_they_come_in() -> None:
    days = [date(2024, 5, 1), date(2021, 2, 3), date(2023, 1, 1)]
    ordered = oldest_first([series(f"1.{n}", day) for n, day in enumerate(days)])
    assert [one.study.taken_on for one in ordered] == sorted(days)


@pytest.mark.parametrize(
    ("later", "said"),
    [
        (series("1.2", None), "No study date is known of"),
        (series("1.1", NOW), "hold the same series"),
        (series("1.2", NOW), "both of 2024-03-01"),
    ],
)
def test_studies_without_an_order_are_refused(later: Series, said: str) -> None:
    first = series("1.1", NOW)
    with pytest.raises(StudiesError, match=said):
        oldest_first([first, later])
