"""All that can be drawn: no label in clear cases, about ten at once in the others, together as illnesses bring them."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch

from ai.phantom import CATALOGUE
from ai.phantom.case import plan_of
from ai.phantom.drawable import Drawable
from ai.phantom.illness import ILLNESSES, forms_of
from ai.vocabulary import abnormality
from tests.support.thorax import healthy

PLANS = 600


@cache
def labels_of_cases() -> list[set[str]]:
    """Return, for many seeds, the first labels of what is planned."""
    first = {thing.name: thing.labels[0] for thing in CATALOGUE if thing.labels}
    return [{first[name] for name in plan_of(seed) if name in first} for seed in range(PLANS)]


def test_names_are_unique_and_labels_are_the_vocabularys() -> None:
    assert len({thing.name for thing in CATALOGUE}) == len(CATALOGUE)
    for thing in CATALOGUE:
        assert all(abnormality(label).name == label for label in thing.labels)
        assert 0 < thing.share < 1


def test_some_cases_are_clear_and_the_rest_have_ten_give_or_take_six() -> None:
    counts = np.array([len(labels) for labels in labels_of_cases()])
    assert 0.01 < (counts == 0).mean() < 0.15
    assert 6 < counts.mean() < 12
    assert 3 < counts.std() < 7


def test_company_is_kept() -> None:
    """An illness brings its company: lines with tubes, big hearts with oedema, more often than chance."""
    cases = labels_of_cases()
    for one, other in (("tracheal_tube", "catheter_or_port"), ("pulmonary_edema", "cardiomegaly")):
        together = np.mean([other in labels for labels in cases if one in labels])
        assert together > 1.3 * np.mean([other in labels for labels in cases])


def test_illnesses_speak_of_what_can_be_drawn() -> None:
    known = {label for thing in CATALOGUE for label in thing.labels}
    assert sum(share for share, _ in ILLNESSES.values()) == pytest.approx(1.1, abs=0.15)
    for _, company in ILLNESSES.values():
        assert set(company) <= known
        assert all(0 < share <= 1 for share in company.values())


def test_a_label_is_drawn_by_what_belongs_to_it() -> None:
    rng = np.random.default_rng(0)
    by_name = {thing.name: thing for thing in CATALOGUE}
    for label in ("nodulegr1cm", "calcification", "fracture"):
        (name,) = forms_of(CATALOGUE, frozenset({label}), rng)
        assert by_name[name].labels[0] == label


LOOKALIKES = [thing for thing in CATALOGUE if not thing.labels]


@pytest.mark.parametrize("thing", LOOKALIKES, ids=lambda thing: thing.name)
def test_a_look_alike_is_never_the_truth_of_anything(thing: Drawable) -> None:
    drawn = 0
    for seed in range(3):
        canvas = healthy()
        before = canvas.copy()
        with torch.no_grad():
            done = thing.draw(canvas, thing.chance(seed))
        assert canvas.truth == {}
        assert canvas.instances == []
        if done:
            drawn += int(not torch.equal(canvas.hu, before.hu))
        else:
            assert torch.equal(canvas.hu, before.hu)
    assert drawn or not done
