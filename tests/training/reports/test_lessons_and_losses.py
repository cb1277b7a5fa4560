"""What a report teaches, and what it costs to say otherwise."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from ai.report import Side
from ai.training.cohort import Change, CohortScan, LabelValue, Place, Said
from ai.training.reports.bank import Bank
from ai.training.reports.lesson import Lesson, balance, lesson_of
from ai.training.reports.regions import Allowed, Region
from ai.training.reports.report_losses import (
    allowed_cells,
    course_loss,
    mask_loss,
    scan_loss,
    somewhere_loss,
)
from tests.support.blocks import block_lessons

LABELS = ("nodule", "mass", "hernia", "fracture", "pneumonia")
EVEN = torch.ones(2, 1)


@pytest.fixture
def scan() -> CohortScan:
    """Return a scan whose report says something different of each label."""
    said = {"nodule": Said.PRESENT, "mass": Said.UNCERTAIN, "hernia": Said.ABSENT, "pneumonia": Said.HISTORICAL}
    return CohortScan(
        "b", "p", 90, 2.0, (8, 8, 8), {name: LabelValue(how) for name, how in said.items()},
        {"nodule": Place(frozenset({"right_upper"}), Side.RIGHT, ("right_upper",))},
        {"nodule": Change.LARGER, "hernia": Change.RESOLVED},
    )  # fmt: skip


def one(target: float, weight: float = 1.0, allowed: Allowed | None = None) -> Lesson:
    """Return a lesson of one label."""
    places = (Allowed() if allowed is None else allowed,)
    return Lesson("a", "p", torch.tensor([target]), torch.tensor([weight]), places, torch.zeros(1))


def test_each_way_of_saying_teaches_as_much_as_it_says(scan: CohortScan) -> None:
    lesson = lesson_of(scan, replace(scan, key="a"), LABELS)
    assert lesson.target.tolist() == [1, pytest.approx(0.7), 0, 0, 0]
    assert lesson.weight[0] == lesson.weight[2] > lesson.weight[3] > lesson.weight[1] > lesson.weight[4] == 0
    assert lesson.rises.tolist() == [1, 0, -1, 0, 0]
    assert lesson.before == "a"
    assert lesson.present == [0, 1]
    assert lesson.allowed[0] == Allowed(Region.RIGHT_UPPER, Region.RIGHT)


def test_without_a_scan_before_no_change_is_learned(scan: CohortScan) -> None:
    lesson = lesson_of(scan, None, LABELS)
    assert lesson.before == ""
    assert (lesson.rises == 0).all()


def test_presence_and_absence_weigh_the_same_in_all() -> None:
    counts = balance([one(1.0), *(one(0.0) for _ in range(3))])
    assert (counts[:, 0] * torch.tensor([3.0, 1.0])).tolist() == [2.0, 2.0]
    assert balance([one(1.0), *(one(0.0) for _ in range(999))])[1, 0] == 10
    assert (balance([one(0.0), one(0.0)]) == 0).all()
    assert (balance([one(1.0), one(1.0)]) == 0).all()


def test_a_scan_is_told_what_its_report_says_as_surely_as_it_says_it() -> None:
    right, wrong = (float(scan_loss(torch.tensor([z]), one(1.0), EVEN)) for z in (5.0, -5.0))
    assert right == pytest.approx(math.log1p(math.exp(-5)))
    assert wrong == pytest.approx(5 + math.log1p(math.exp(-5)))
    assert float(scan_loss(torch.tensor([-5.0]), one(1.0, 0.3), EVEN)) == pytest.approx(0.3 * wrong)
    assert float(scan_loss(torch.tensor([-5.0]), one(1.0, 0.0), EVEN)) == 0
    # What is doubted costs least where the logit says how surely.
    doubted = [float(scan_loss(torch.tensor([z]), one(0.7), EVEN)) for z in (-1.0, math.log(0.7 / 0.3), 3.0)]
    assert doubted[1] == min(doubted)


def half() -> Tensor:
    """Return the right half of 4 × 4 × 8 cells."""
    cells = torch.zeros((4, 4, 8), dtype=torch.bool)
    cells[:, :, :4] = True
    return cells


def test_heat_where_it_may_lie_costs_nothing_and_elsewhere_its_share() -> None:
    places = torch.zeros((1, 4, 4, 8))
    places[0, 0, 0, 0] = 300.0
    assert float(mask_loss(places, one(1.0), {0: half()})) == 0
    places[0, 0, 0, 7] = 300.0
    assert float(mask_loss(places, one(1.0), {0: half()})) == pytest.approx(math.log(2), abs=0.01)
    assert float(mask_loss(places * 10, one(1.0), {0: half()})) == pytest.approx(math.log(2), abs=0.01)
    assert float(mask_loss(places, one(0.0), {0: half()})) == 0
    assert float(mask_loss(places, one(1.0), {})) == 0
    assert float(mask_loss(-places, one(1.0), {0: half()})) == 0


def test_the_mask_loss_draws_heat_in_and_pushes_it_out_of_the_rest() -> None:
    places = torch.ones((1, 4, 4, 8), requires_grad=True)
    (gradient,) = torch.autograd.grad(mask_loss(places, one(1.0), {0: half()}), places)
    assert (gradient[0][half()] < 0).all()
    assert (gradient[0][~half()] > 0).all()


def test_a_head_that_finds_nothing_is_woken_where_the_label_may_lie() -> None:
    places = torch.full((1, 4, 4, 8), -2.0, requires_grad=True)
    (gradient,) = torch.autograd.grad(somewhere_loss(places, one(1.0), EVEN, {0: half()}), places)
    assert (gradient[0][half()] <= 0).all()
    assert int((gradient[0] < 0).sum()) == 8
    assert (gradient[0][~half()] == 0).all()


def test_of_a_label_that_is_not_there_the_strongest_cells_are_lowered() -> None:
    places = torch.arange(128.0).reshape(1, 4, 4, 8).requires_grad_()
    (gradient,) = torch.autograd.grad(somewhere_loss(places, one(0.0), EVEN, {0: half()}), places)
    assert (gradient.flatten()[-8:] > 0).all()
    assert (gradient.flatten()[:-8] == 0).all()


def test_a_label_of_which_the_report_decides_nothing_is_left_alone() -> None:
    places = torch.randn((1, 4, 4, 8), requires_grad=True)
    (gradient,) = torch.autograd.grad(somewhere_loss(places, one(0.0, 0.0), EVEN, {}), places)
    assert (gradient == 0).all()


def test_evidence_that_went_the_wrong_way_costs_more() -> None:
    rises, before = torch.tensor([1.0, -1.0, 0.0]), torch.zeros(3)
    right = float(course_loss(torch.tensor([2.0, -2.0, 9.0]), before, rises))
    wrong = float(course_loss(torch.tensor([-2.0, 2.0, 9.0]), before, rises))
    assert wrong == pytest.approx(right + 2)
    assert float(course_loss(torch.ones(3), before, torch.zeros(3))) == 0


def test_only_what_is_there_and_has_a_place_has_cells() -> None:
    regions = torch.where(half(), int(Region.RIGHT), int(Region.LEFT)).to(torch.int16)
    cpu = torch.device("cpu")
    found = allowed_cells(one(1.0, allowed=Allowed(side=Region.RIGHT)), regions, cpu)
    assert torch.equal(found[0], half())
    assert allowed_cells(one(0.0, allowed=Allowed(side=Region.RIGHT)), regions, cpu) == {}
    assert allowed_cells(one(1.0), regions, cpu) == {}
    assert allowed_cells(one(1.0, allowed=Allowed(Region.HEART)), regions, cpu) == {}


def test_the_other_scan_of_a_change_is_remembered_from_both_ends() -> None:
    bank = Bank(block_lessons(3), 2)
    assert bank.others(1) == []
    bank.remember(torch.tensor([0.0, 2.0]), torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    seen = {(tuple(other.logits.tolist()), other.later) for other in bank.others(1)}
    assert seen == {((1.0, 2.0), True), ((3.0, 4.0), False)}
    assert bank.others(0) == []
