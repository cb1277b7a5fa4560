"""What the headers tell a guideline: age, slices, dates, kernels."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ai.advice import Told
from ai.comparison.guidelines import circumstances_of
from ai.comparison.guidelines.circumstances import age_of
from ai.comparison.guidelines.kernels import sharp, too_different
from ai.series import Patient, Scan
from tests.support.readings import grid_of, scan_of


def _scan(taken_on: date | None, kernel: str, thickness_mm: float | None) -> Scan:
    scan = scan_of(grid_of(spacing_mm=(1.0, 0.7, 0.7)), taken_on=taken_on)
    return replace(scan, series=replace(scan.series, kernel=kernel, thickness_mm=thickness_mm))


def test_headers_of_two_scans() -> None:
    now = _scan(date(2024, 7, 1), "B70f", 1.25)
    then = _scan(date(2024, 1, 2), "B30f", 2.0)
    known = circumstances_of(now, then)
    assert (known.days, known.thickness_mm, known.kernels_differ, known.compared) == (181, 2.0, True, True)
    assert known.known_cancer is None
    told = circumstances_of(now, then, Told(screening=True, known_cancer=False, immunosuppressed=True, high_risk=False))
    assert (told.screening, told.known_cancer, told.immunosuppressed, told.high_risk) == (True, False, True, False)
    assert replace(told, screening=None, known_cancer=None, immunosuppressed=None, high_risk=None) == known
    alone = circumstances_of(now)
    assert (alone.days, alone.thickness_mm, alone.kernels_differ, alone.compared) == (None, 1.25, False, False)


def test_slices_are_no_thinner_than_they_lie_apart() -> None:
    assert circumstances_of(_scan(None, "", None)).thickness_mm == 1.0
    assert circumstances_of(_scan(None, "", 0.6)).thickness_mm == 1.0


@pytest.mark.parametrize(
    ("patient", "on", "age"),
    [
        (Patient(birth_date=date(1990, 5, 10)), date(2025, 5, 9), 34),
        (Patient(birth_date=date(1990, 5, 10)), date(2025, 5, 10), 35),
        (Patient(age="063Y"), None, 63),
        (Patient(age="006M"), None, None),
        (Patient(), date(2025, 5, 9), None),
        (Patient(birth_date=date(2030, 1, 1), age="040Y"), date(2025, 5, 9), 40),
    ],
)
def test_age(patient: Patient, on: date | None, age: int | None) -> None:
    assert age_of(patient, on) == age


@pytest.mark.parametrize(
    ("kernel", "is_sharp"),
    [
        ("B30f", False), ("B70f", True), ("Br40d", False), ("Bl57", True), ("I70f", True), ("FC07", False),
        ("FC51", True), ("LUNG", True), ("BONEPLUS", True), ("STANDARD", False), ("SOFT", False), ("L", True),
        ("B", False), ("YC", True), ("", None),
    ],
)  # fmt: skip
def test_makers_names(kernel: str, is_sharp: bool | None) -> None:
    assert sharp(kernel) is is_sharp


def test_two_unknown_kernels_are_not_called_different() -> None:
    assert too_different("LUNG", "STANDARD")
    assert not too_different("LUNG", "")
    assert not too_different("B60f", "LUNG")
