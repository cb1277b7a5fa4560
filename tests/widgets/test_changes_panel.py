"""What is in both, only now, only then, in the reader's words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ai.change import ChangeKind, FindingChange, LesionChange
from ai.findings import Finding
from tests.support.readings import analysis_of, scan_of
from viewer.widgets.changes_panel import group_of, lesion_place, lesion_words, probabilities
from viewer.widgets.instance_row import volume

GRID = scan_of().volume.grid
PRESENT, ABSENT = analysis_of(GRID, nodule=3.0, mass=-3.0).findings
LESION = PRESENT.lesions[0]


@pytest.mark.parametrize(
    ("then", "now", "group"),
    [
        (PRESENT, PRESENT, "In both"),
        (ABSENT, PRESENT, "Only now"),
        (None, PRESENT, "Only now"),
        (PRESENT, ABSENT, "Only then"),
        (ABSENT, ABSENT, ""),
    ],
)
def test_groups_follow_what_reached_its_threshold(then: Finding | None, now: Finding | None, group: str) -> None:
    assert group_of(FindingChange(PRESENT.abnormality, then, now, ChangeKind.STABLE)) == group


def test_a_grown_lesion_says_volumes_change_and_doubling() -> None:
    grown = LesionChange(PRESENT.abnormality, ChangeKind.GROWN, LESION, replace(LESION, volume_mm3=1040.0), 1.0, 90.0)
    assert lesion_words(grown) == "520 mm³ → 1040 mm³  +100 %\nvolume doubles in 90 days"
    assert lesion_place(grown) == "larger · right upper"


def test_a_shrunk_lesion_has_a_true_minus_and_no_doubling() -> None:
    shrunk = LesionChange(
        PRESENT.abnormality, ChangeKind.SHRUNK, LESION, replace(LESION, volume_mm3=260.0), -0.5, -90.0
    )
    assert lesion_words(shrunk) == "520 mm³ → 260 mm³  −50 %"


def test_a_new_and_a_resolved_lesion_have_one_volume() -> None:
    new = LesionChange(PRESENT.abnormality, ChangeKind.NEW, None, LESION)
    gone = LesionChange(PRESENT.abnormality, ChangeKind.GONE, LESION, None)
    assert (lesion_words(new), lesion_place(new)) == ("520 mm³", "new · right upper")
    assert (lesion_words(gone), lesion_place(gone)) == ("520 mm³", "resolved · right upper")


def test_probabilities_then_and_now() -> None:
    change = FindingChange(PRESENT.abnormality, None, PRESENT, ChangeKind.NEW)
    assert probabilities(change) == "– → 0.953"


def test_large_volumes_are_millilitres() -> None:
    assert volume(25_400.0) == "25 ml"
