"""The vocabulary is complete, in order, and refuses what it does not hold."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ai.errors import IntervalError, UnknownName
from ai.vocabulary import REGIONS, abnormalities, abnormality, locations

FIRST_MODEL = ("nodule", "mass", "groundglass", "consolidation", "emphysema", "pleural_effusion")
FOCAL = ("nodule", "mass")


def test_there_are_83_abnormalities_and_51_locations() -> None:
    assert len(abnormalities()) == 83
    assert sum(len(names) for names in locations().values()) == 51


def test_names_are_unique_and_every_one_has_a_title_and_a_group() -> None:
    names = [a.name for a in abnormalities()]
    assert len(set(names)) == 83
    assert {a.group for a in abnormalities()} == {"lung", "heart", "generic"}
    for a in abnormalities():
        assert a.title == a.title.strip() != ""
        assert a.name == a.name.lower()
        assert " " not in a.name


def test_groups_have_the_sizes_of_the_original() -> None:
    groups = [a.group for a in abnormalities()]
    assert (groups.count("lung"), groups.count("heart"), groups.count("generic")) == (27, 9, 47)


def test_locations_have_the_sizes_of_the_original() -> None:
    assert {group: len(names) for group, names in locations().items()} == {
        "lung": 10,
        "heart": 5,
        "great_vessel": 5,
        "generic": 31,
    }


@pytest.mark.parametrize("name", FIRST_MODEL)
def test_what_the_first_model_reads_is_in_the_vocabulary(name: str) -> None:
    assert abnormality(name).name == name
    assert str(abnormality(name)) == name


@pytest.mark.parametrize("name", FOCAL)
def test_focal_abnormalities_are_marked(name: str) -> None:
    assert abnormality(name).focal
    assert not abnormality("emphysema").focal


def test_an_unknown_name_is_refused_in_a_sentence() -> None:
    with pytest.raises(UnknownName, match="“lump” is none of the 83 abnormalities") as refusal:
        abnormality("lump")
    assert isinstance(refusal.value, IntervalError)


def test_names_order_and_groups_are_those_of_the_label_file(shared: Path) -> None:
    labels = json.loads((shared / "radchest_labels.json").read_text(encoding="utf-8"))["labels"]
    assert [a.name for a in abnormalities()] == [label["name"] for label in labels]
    assert [a.group for a in abnormalities()] == [label["group"] for label in labels]
    assert [list(a.allowed_in) for a in abnormalities()] == [label["allowed_in"] for label in labels]


def test_every_label_is_listed_under_a_known_region() -> None:
    assert {a.region for a in abnormalities()} <= set(REGIONS)
    listed = {name: abnormality(name).region for name in ("nodule", "pneumothorax", "cardiomegaly", "chest_tube")}
    assert listed == {"nodule": "lungs", "pneumothorax": "pleura", "cardiomegaly": "heart", "chest_tube": "devices"}
