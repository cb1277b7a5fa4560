"""RECIST 1.1: which are targets, what they add up to, and the response."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ai.change import ChangeKind, LesionChange
from ai.comparison.guidelines import Circumstances, recist, response, sums_of
from ai.findings import Lesion
from tests.comparison.guidelines.nodules import followed, nodule

_TREATED = Circumstances(known_cancer=True, thickness_mm=2.0, compared=True, days=60)


def _node(short_mm: float) -> Lesion:
    return replace(
        nodule(0, None, name="lymphadenopathy"), diameters_mm=(2 * short_mm, short_mm), location="mediastinum"
    )


def _elsewhere(long_mm: float, location: str) -> Lesion:
    return replace(nodule(long_mm, None, name="mass"), location=location)


@pytest.mark.parametrize(
    ("baseline", "nadir", "now", "category"),
    [
        (100, 100, 70, "PR"),  # 100 → 70 → 70 → 80: recist.eortc.org, FAQ on partial response over time
        (100, 70, 70, "PR"),
        (100, 70, 80, "SD"),  # 14 % over the lowest is no progression; the best response stays the trial's affair
        (100, 70, 84, "PD"),
        (100, 100, 71, "SD"),
        (100, 100, 119, "SD"),
        (100, 100, 120, "PD"),
        (20, 20, 24, "SD"),  # +20 %, but 4 mm: Eisenhauer 2009 asks for 5 mm
        (20, 20, 25, "PD"),
        (60, 60, 0, "CR"),
    ],
)
def test_response(baseline: float, nadir: float, now: float, category: str) -> None:
    assert response(baseline, nadir, now)[0] == category


def test_targets_are_the_largest_five_and_two_of_an_organ() -> None:
    lungs = [followed(nodule(size), nodule(size)) for size in (30, 20, 15, 9)]
    nodes = [followed(_node(size), _node(size)) for size in (25, 18, 16, 12)]
    others = [
        followed(_elsewhere(s, place), _elsewhere(s, place)) for s, place in ((40, "liver"), (11, "adrenal_left"))
    ]
    sums = sums_of([*lungs, *nodes, *others])
    assert [change.priors[0].abnormality.name for change in sums.targets] == [
        "mass", "nodule", "lymphadenopathy", "nodule", "lymphadenopathy",
    ]  # fmt: skip
    assert sums.prior_mm == pytest.approx(40 + 30 + 25 + 20 + 18)


def test_nodes_are_measured_across_and_are_gone_below_10_mm() -> None:
    advice = recist([followed(_node(16), _node(9))], _TREATED)
    assert advice.category == "CR"
    assert recist([followed(_node(16), _node(10))], _TREATED).category == "PR"


def test_a_new_lesion_is_progression_whatever_the_targets_do() -> None:
    advice = recist([followed(nodule(30), nodule(12)), followed(None, nodule(5))], _TREATED)
    assert advice.category == "PD"
    assert "New lesion" in advice.why


def test_a_small_lesion_that_stays_forbids_a_complete_response() -> None:
    assert recist([followed(nodule(20), None), followed(nodule(7), nodule(7))], _TREATED).category == "PR"
    assert recist([followed(nodule(20), None), followed(nodule(7), None)], _TREATED).category == "CR"


def test_merged_lesions_are_measured_as_one_and_split_ones_added() -> None:
    two, one = (nodule(12), nodule(11)), (nodule(20),)
    merged = LesionChange(one[0].abnormality, ChangeKind.MERGED, two, one)
    split = LesionChange(one[0].abnormality, ChangeKind.SPLIT, one, two)
    assert (sums_of([merged]).prior_mm, sums_of([merged]).current_mm) == (23, 20)
    assert (sums_of([split]).prior_mm, sums_of([split]).current_mm) == (20, 23)


@pytest.mark.parametrize(
    ("known", "why"),
    [
        (replace(_TREATED, thickness_mm=7.0), "7.0 mm"),
        (replace(_TREATED, known_cancer=False), "no known cancer"),
        (replace(_TREATED, compared=False), "no prior"),
        (replace(_TREATED, days=None), "date"),
    ],
)
def test_it_is_not_given_where_it_cannot_be(known: Circumstances, why: str) -> None:
    advice = recist([followed(nodule(20), nodule(30))], known)
    assert not advice.given
    assert why in advice.why


def test_without_a_target_there_is_no_sum() -> None:
    assert "no lesion that can be a target" in recist([followed(nodule(9), nodule(12))], _TREATED).why
