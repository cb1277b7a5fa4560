"""Fleischner 2017: every cell of the table, its rounding, and whom it is not for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ai.comparison.guidelines import Circumstances, fleischner
from ai.findings import Composition
from tests.comparison.guidelines.nodules import CHANCE, GROUND_GLASS, PART_SOLID, SOLID, nodule


@pytest.mark.parametrize(
    ("size", "kind", "several", "low", "high"),
    [
        (5.4, SOLID, False, "no routine", "optional CT at 12 months"),
        (7.0, SOLID, False, "6–12 months, then consider CT at 18–24", "6–12 months, then CT at 18–24"),
        (12.0, SOLID, False, "3 months, PET/CT or tissue", "3 months, PET/CT or tissue"),
        (5.4, SOLID, True, "no routine", "optional CT at 12 months"),
        (7.0, SOLID, True, "3–6 months, then consider CT at 18–24", "3–6 months, then CT at 18–24"),
        (12.0, SOLID, True, "3–6 months, then consider CT at 18–24", "3–6 months, then CT at 18–24"),
        (5.0, GROUND_GLASS, False, "no routine", "no routine"),
        (6.0, GROUND_GLASS, False, "6–12 months to confirm", "every 2 years until 5 years"),
        (5.0, PART_SOLID, False, "no routine", "no routine"),
        (9.0, PART_SOLID, False, "3–6 months to confirm", "yearly CT for 5 years"),
        (5.0, GROUND_GLASS, True, "3–6 months; if stable, consider CT at 2 and 4 years", "2 and 4 years"),
        (9.0, PART_SOLID, True, "3–6 months, then by the most suspicious", "most suspicious"),
    ],
)
def test_the_table(size: float, kind: Composition, several: bool, low: str, high: str) -> None:
    one = nodule(size, kind, 3.0)
    nodules = (one, nodule(4.0)) if several else (one,)
    said = [fleischner(one, nodules, replace(CHANCE, high_risk=risk)) for risk in (False, True)]
    assert low in said[0].follows
    assert high in said[1].follows
    assert ("multiple" if several else "single") in said[0].category


@pytest.mark.parametrize(
    ("size", "category"), [(5.49, "< 6"), (5.5, "6–8"), (8.49, "6–8"), (8.5, "> 8"), (30.0, "> 8")]
)
def test_sizes_are_rounded_to_the_nearest_millimetre(size: float, category: str) -> None:
    one = nodule(size)
    assert category in fleischner(one, (one,), CHANCE).category


@pytest.mark.parametrize(
    ("known", "why"),
    [
        (replace(CHANCE, age_years=34), "34"),
        (replace(CHANCE, known_cancer=True), "known cancer"),
        (replace(CHANCE, immunosuppressed=True), "immunosuppressed"),
        (replace(CHANCE, screening=True), "Lung-RADS"),
        (replace(CHANCE, thickness_mm=2.5), "2.5 mm"),
        (replace(CHANCE, thickness_mm=None), "not known"),
    ],
)
def test_it_is_not_given_where_it_is_not_for(known: Circumstances, why: str) -> None:
    one = nodule(7.0)
    advice = fleischner(one, (one,), known)
    assert not advice.given
    assert not advice.follows
    assert why in advice.why


def test_neither_for_a_mass_nor_for_an_unknown_composition() -> None:
    mass, vague = nodule(31.0), nodule(7.0, None)
    assert "mass" in fleischner(mass, (mass,), CHANCE).why
    assert "solid cannot be told" in fleischner(vague, (vague,), CHANCE).why


def test_what_is_not_known_is_said_and_both_risks_are_told() -> None:
    one = nodule(7.0)
    advice = fleischner(one, (one,), Circumstances(thickness_mm=1.0))
    assert advice.given
    assert "at low risk" in advice.follows and "at high risk" in advice.follows
    for condition in ("35 years", "no known cancer", "no immunosuppression", "not found by screening"):
        assert condition in advice.why
