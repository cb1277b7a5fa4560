"""A head of parts learns which part tells what, from presence and from places, and leaves alone what is known."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from ai.model.chest_parts import PARTS
from ai.training.reports.lesson import Lesson
from ai.training.reports.part_places import WHOLES, parts_within, trust
from ai.training.reports.part_regression import taught
from ai.training.reports.regions import Allowed, Region
from ai.vocabulary import abnormality

LABELS = ("nodule", "mass")
CHANNELS = 4
RIGHT_LOWER, LEFT_LOWER = PARTS.index("right_lower"), PARTS.index("left_lower")
UNKNOWN = float("nan")


def told_and_present(scans: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Return noise in which channel 1 of the right lower lobe is higher where a nodule is; and where one is."""
    chance = torch.Generator().manual_seed(seed)
    present = (torch.rand(scans, generator=chance) < 0.4).float()
    told = torch.rand((scans, len(PARTS), 3, CHANNELS), generator=chance)
    told[:, RIGHT_LOWER, :, 1] += 1.5 * present[:, None]
    return told, present


def lessons(present: Tensor, where: Allowed, mass: float = 1.0) -> list[Lesson]:
    """Return lessons of nodules that lie there; of masses every report says the same."""
    return [
        Lesson(f"s{n}", f"p{n}", torch.tensor([float(there), mass]), torch.ones(2), (where, Allowed()), torch.zeros(2))
        for n, there in enumerate(present)
    ]


def separation(weight: Tensor, told: Tensor, present: Tensor) -> float:
    """Return by how many deviations scans with a nodule lie above those without."""
    said = told.flatten(1) @ weight[0].flatten()
    with_it, without = said[present == 1], said[present == 0]
    return float((with_it.mean() - without.mean()) / said.std())


def test_it_finds_the_part_and_the_number_that_tell_on_scans_it_has_not_seen() -> None:
    told, present = told_and_present(240)
    weight = taught(told, torch.full((240, 2), UNKNOWN), lessons(present, Allowed()), LABELS, 0.1, 0.0).weight
    assert weight.shape == (2, len(PARTS), 3, CHANNELS)
    part, number = divmod(int(weight[0].abs().argmax()), 3 * CHANNELS)
    assert (part, number % CHANNELS) == (RIGHT_LOWER, 1)
    assert separation(weight, *told_and_present(400, seed=1)) > 1.0


def test_what_reports_never_tell_apart_is_not_learned() -> None:
    told, present = told_and_present(40)
    weight = taught(told, torch.full((40, 2), UNKNOWN), lessons(present, Allowed(), mass=0.0), LABELS, 0.1, 1.0).weight
    assert weight[0].any()
    assert not weight[1].any()


def test_a_place_told_moves_the_word_there() -> None:
    """Both lower lobes look alike in all scans; only the report says in which of them the nodule is."""
    told, present = told_and_present(80)
    told[:, LEFT_LOWER] = told[:, RIGHT_LOWER]
    unknown = torch.full((80, 2), UNKNOWN)
    placed = lessons(present, Allowed(Region.RIGHT_LOWER, Region.RIGHT))
    without, with_places = (taught(told, unknown, placed, LABELS, 0.1, places).weight[0] for places in (0.0, 1.0))
    torch.testing.assert_close(without[RIGHT_LOWER], without[LEFT_LOWER])
    right, left = (with_places[part, :, 1].sum() for part in (RIGHT_LOWER, LEFT_LOWER))
    assert float(right) > float(without[RIGHT_LOWER, :, 1].sum())
    assert float(right) > 3 * abs(float(left))


def test_what_tells_a_lobe_is_the_same_in_all_of_them() -> None:
    """In scans learned from nodules lie in the right lower lobe; it knows one in the left lower lobe all the same."""
    told, present = told_and_present(120)
    unknown = torch.full((120, 2), UNKNOWN)
    placed = lessons(present, Allowed(Region.RIGHT_LOWER, Region.RIGHT))
    head = taught(told, unknown, placed, LABELS, 0.1, 1.0)
    assert not taught(told, unknown, placed, LABELS, 0.1, 0.0).lobe_weight.any()
    head.weight.zero_()
    others, there = told_and_present(200, seed=1)
    others[:, [RIGHT_LOWER, LEFT_LOWER]] = others[:, [LEFT_LOWER, RIGHT_LOWER]]
    said = head.evidence(others)[:, 0]
    assert float(said[there == 1].mean() - said[there == 0].mean()) > float(said.std())


def test_what_a_network_knows_already_is_left_alone() -> None:
    told, present = told_and_present(120)
    unknown = torch.full((120, 2), UNKNOWN)
    sure = (present * 2 - 1)[:, None].expand(-1, 2) * 6.0
    rows = lessons(present, Allowed())
    anew, besides = (taught(told, one, rows, LABELS, 0.1, 0.0).weight[0] for one in (unknown, sure))
    assert float(besides.norm()) < 0.05 * float(anew.norm())


def test_trust_is_shared_out_and_prefers_where_an_abnormality_lies() -> None:
    for label in ("nodule", "cardiomegaly", "fracture", "pleural_effusion"):
        assert trust(abnormality(label), True).sum() == pytest.approx(1)
        assert trust(abnormality(label), False).sum() == pytest.approx(1)
    lungs, middle = PARTS.index("lungs_core"), PARTS.index("middle_front")
    nodule, heart = trust(abnormality("nodule"), True), trust(abnormality("cardiomegaly"), True)
    assert nodule[lungs] > heart[lungs]
    assert nodule[middle] < heart[middle]


@pytest.mark.parametrize(
    ("allowed", "inside"),
    [
        (Allowed(Region.RIGHT_UPPER, Region.RIGHT), {"right_upper"}),
        (Allowed(Region.HEART), {part for part in PARTS if part.startswith("middle")}),
        (Allowed(Region.PLEURAL, Region.LEFT), {"wall_left_front", "wall_left_back", "wall_left_base"}),
        (
            Allowed(side=Region.RIGHT),
            {part for part in PARTS if "left" not in part and part not in WHOLES},
        ),
    ],
)
def test_where_a_report_lets_it_lie_are_parts(allowed: Allowed, inside: set[str]) -> None:
    found = parts_within(allowed)
    assert found is not None
    assert {part for part, here in zip(PARTS, found[0], strict=True) if here} == inside
    assert not (found[0] & found[1]).any()
    assert not found[1][[PARTS.index(whole) for whole in WHOLES]].any()


def test_anywhere_is_no_place() -> None:
    assert parts_within(Allowed()) is None
