"""Lung-RADS v2022: baseline, new, growing, stable, resolved."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ai.change import ChangeKind
from ai.comparison.guidelines import Circumstances, lung_rads, lung_rads_first
from ai.findings import Lesion
from tests.comparison.guidelines.nodules import (
    GROUND_GLASS,
    PART_SOLID,
    SCREENED,
    followed,
    nodule,
)

_BASELINE = replace(SCREENED, compared=False, days=None)


@pytest.mark.parametrize(
    ("one", "category"),
    [
        (nodule(5.9), "2"),
        (nodule(6.0), "3"),
        (nodule(7.9), "3"),
        (nodule(8.0), "4A"),
        (nodule(14.9), "4A"),
        (nodule(15.0), "4B"),
        (nodule(5.9, PART_SOLID, 4.0), "2"),
        (nodule(9.0, PART_SOLID, 5.9), "3"),
        (nodule(9.0, PART_SOLID, 6.0), "4A"),
        (nodule(12.0, PART_SOLID, 8.0), "4B"),
        (nodule(29.9, GROUND_GLASS), "2"),
        (nodule(30.0, GROUND_GLASS), "3"),
    ],
)
def test_baseline(one: Lesion, category: str) -> None:
    assert lung_rads_first(one, _BASELINE).category == category


@pytest.mark.parametrize(
    ("one", "category"),
    [
        (nodule(3.9), "2"),
        (nodule(4.0), "3"),
        (nodule(6.0), "4A"),
        (nodule(8.0), "4B"),
        (nodule(5.9, PART_SOLID, 2.0), "3"),
        (nodule(7.0, PART_SOLID, 3.9), "4A"),
        (nodule(7.0, PART_SOLID, 4.0), "4B"),
        (nodule(12.0, GROUND_GLASS), "2"),
    ],
)
def test_new(one: Lesion, category: str) -> None:
    assert lung_rads(followed(None, one), SCREENED).category == category


@pytest.mark.parametrize(
    ("then", "now", "days", "category"),
    [
        (nodule(5.0), nodule(6.6), 365, "4A"),
        (nodule(7.0), nodule(8.6), 365, "4B"),
        (nodule(7.0), nodule(8.6), 90, "4B"),
        (nodule(6.0), nodule(7.5), 365, "2"),
        (nodule(6.0), nodule(7.6), 730, "2"),
        (nodule(5.5), nodule(6.5), 365, "3"),
        (nodule(6.5), nodule(6.4), 180, "2"),
        (nodule(6.5), nodule(6.4), 60, "3"),
        (nodule(9.0), nodule(9.1), 92, "3"),
        (nodule(9.0), nodule(9.1), 30, "4A"),
        (nodule(16.0), nodule(15.5), 365, "4B"),
        (nodule(9.0, PART_SOLID, 2.0), nodule(9.5, PART_SOLID, 3.8), 365, "4A"),
        (nodule(9.0, PART_SOLID, 2.0), nodule(9.5, PART_SOLID, 4.5), 365, "4B"),
        (nodule(9.0, GROUND_GLASS), nodule(9.5, PART_SOLID, 2.0), 365, "4A"),
        (nodule(9.0, GROUND_GLASS), nodule(13.0, GROUND_GLASS), 365, "2"),
        (nodule(28.0, GROUND_GLASS), nodule(31.0, GROUND_GLASS), 365, "3"),
        (nodule(31.0, GROUND_GLASS), nodule(31.5, GROUND_GLASS), 365, "2"),
    ],
)
def test_followed(then: Lesion, now: Lesion, days: int, category: str) -> None:
    advice = lung_rads(followed(then, now), replace(SCREENED, days=days))
    assert advice.category == category, advice


def test_resolved_is_benign_where_the_table_says_so() -> None:
    assert lung_rads(followed(nodule(7.0), None), SCREENED).category == "2"
    assert not lung_rads(followed(nodule(16.0), None), SCREENED).given


def test_what_the_reader_finds_suspicious_makes_4x_of_3_and_4_only() -> None:
    spiculated = replace(SCREENED, suspicious=("spiculation",))
    advice = lung_rads(followed(None, nodule(5.0)), spiculated)
    assert advice.category == "4X"
    assert "spiculation" in advice.why
    assert lung_rads(followed(None, nodule(3.0)), spiculated).category == "2"


@pytest.mark.parametrize(
    ("known", "why"),
    [
        (replace(SCREENED, screening=False), "not taken for screening"),
        (replace(SCREENED, known_cancer=True), "known cancer"),
        (replace(SCREENED, thickness_mm=3.0), "3.0 mm"),
        (replace(SCREENED, days=None), "date is missing"),
        (replace(SCREENED, days=-3), "before"),
        (replace(SCREENED, kernels_differ=True), "kernel"),
    ],
)
def test_it_is_not_given_where_growth_cannot_be_judged(known: Circumstances, why: str) -> None:
    advice = lung_rads(followed(nodule(7.0), nodule(9.0)), known)
    assert not advice.given
    assert why in advice.why


def test_nodules_that_merged_have_no_category() -> None:
    change = replace(followed(nodule(7.0), nodule(9.0)), kind=ChangeKind.MERGED, priors=(nodule(7.0), nodule(6.0)))
    assert "merged" in lung_rads(change, SCREENED).why


def test_what_it_leaves_out_is_said() -> None:
    assert "Juxtapleural and airway" in lung_rads_first(nodule(7.0), _BASELINE).why
