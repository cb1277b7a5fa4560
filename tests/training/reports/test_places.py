"""Regions of a chest, and where a report or the vocabulary lets an abnormality lie."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from ai.organs import code_of
from ai.report import Side
from ai.training.cohort import Place
from ai.training.reports.places import allowed
from ai.training.reports.regions import Allowed, regions_of
from ai.vocabulary import abnormalities, abnormality

CELL_MM = 4.0
RU, LL, HEART = (20, 10, 8), (4, 10, 50), (6, 10, 30)
MIDDLE, WALL = (20, 10, 30), (20, 1, 1)


@pytest.fixture(scope="module")
def bits() -> NDArray[np.uint16]:
    """Return the regions of a chest of boxes: right lung at columns 5–20, left at 40–55, heart between, low."""
    organs, lungs = np.zeros((26, 24, 61), dtype=np.uint8), np.zeros((26, 24, 61), dtype=np.uint8)
    organs[14:24, 5:19, 5:21], organs[2:14, 5:19, 5:21] = code_of("right_upper"), code_of("right_lower")
    organs[14:24, 5:19, 40:56], organs[2:14, 5:19, 40:56] = code_of("left_upper"), code_of("left_lower")
    organs[4:10, 7:16, 27:35] = code_of("heart")
    lungs[2:24, 5:19, 5:21], lungs[2:24, 5:19, 40:56] = 1, 2
    return regions_of(organs, lungs, CELL_MM)


def where(label: str, place: Place | None, bits: NDArray[np.uint16]) -> set[str]:
    """Name the spots where a label may lie."""
    cells = allowed(abnormality(label), place).cells(bits)
    spots = {"right upper": RU, "left lower": LL, "heart": HEART, "middle": MIDDLE, "wall": WALL}
    return {name for name, spot in spots.items() if cells[spot]}


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("nodule", {"right upper", "left lower"}),
        ("cardiomegaly", {"heart"}),
        ("aneurysm", {"heart", "middle"}),
        ("lymphadenopathy", {"right upper", "left lower", "heart", "middle"}),
        ("fracture", {"right upper", "left lower", "heart", "middle", "wall"}),
    ],
)
def test_without_a_place_the_vocabulary_says(label: str, expected: set[str], bits: NDArray[np.uint16]) -> None:
    assert where(label, None, bits) == expected


@pytest.mark.parametrize(
    ("label", "place", "expected"),
    [
        ("nodule", Place(frozenset({"right_upper"}), Side.RIGHT, ("right_upper",)), {"right upper"}),
        ("nodule", Place(side=Side.LEFT), {"left lower"}),
        ("nodule", Place(side=Side.BOTH), {"right upper", "left lower"}),
        ("nodule", Place(locations=("subpleural",), side=Side.RIGHT), {"right upper"}),
        ("lymphadenopathy", Place(locations=("mediastinum",)), {"heart", "middle"}),
        ("mass", Place(locations=("chest_wall",), side=Side.RIGHT), {"wall", "middle", "heart"}),
        ("fracture", Place(locations=("rib", "left"), side=Side.LEFT), {"middle", "heart"}),
        ("calcification", Place(frozenset({"heart"}), None, ("heart",)), {"heart"}),
    ],
)
def test_a_place_in_the_report_goes_before(
    label: str, place: Place, expected: set[str], bits: NDArray[np.uint16]
) -> None:
    assert where(label, place, bits) == expected


def test_a_margin_of_twelve_millimetres_belongs_to_a_lobe_and_of_forty_to_the_pleura(bits: NDArray[np.uint16]) -> None:
    near, far = (20, 10, 23), (24, 20, 2)
    assert allowed(abnormality("nodule"), None).cells(bits)[near]
    assert not allowed(abnormality("nodule"), Place(locations=("right_upper",))).cells(bits)[20, 10, 30]
    effusion = Place(frozenset({"right_lower"}), Side.RIGHT, ("right_lower",))
    assert allowed(abnormality("pleural_effusion"), effusion).cells(bits)[far]
    assert not allowed(abnormality("nodule"), effusion).cells(bits)[far]


def test_every_label_has_room_somewhere(bits: NDArray[np.uint16]) -> None:
    for kind in abnormalities():
        assert allowed(kind, None).cells(bits).any(), kind.name


def test_nothing_forbidden_is_everywhere(bits: NDArray[np.uint16]) -> None:
    assert Allowed().anywhere
    assert Allowed().cells(bits).all()
