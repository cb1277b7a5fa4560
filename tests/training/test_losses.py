"""What the network is told goes down when it says what is true."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from ai.model.network import Evidence
from ai.training.losses import organ_loss, place_loss, scan_loss, total_loss
from ai.training.truth import UNKNOWN, rarity_of, weight_of


@pytest.fixture
def truth() -> Tensor:
    """Return truth with one abnormal cube for label 0, nothing for label 1, undecided places for label 2."""
    marks = torch.zeros((1, 3, 12, 12, 12), dtype=torch.uint8)
    marks[0, 0, 3:6, 3:6, 3:6] = 200
    marks[0, 2, 6:9, 6:9, 6:9] = UNKNOWN
    return marks


def costs(places: Tensor, truth: Tensor) -> Tensor:
    """Return the loss of the places, bodies weighing as in training."""
    return place_loss(places, truth, weights(truth))


def weights(truth: Tensor) -> Tensor:
    """Return the weights of places (B, L, s, r, c) as training has them."""
    return torch.stack([weight_of(rarity_of(rows)) for rows in truth])


def said(truth: Tensor, sure: float) -> Tensor:
    """Return places that say the truth, or with a negative surety the opposite."""
    return torch.where(truth == 200, sure, -sure)


def test_the_truth_costs_less_the_surer_it_is_said(truth: Tensor) -> None:
    losses = [float(costs(said(truth, sure), truth)) for sure in (-4.0, 0.0, 1.0, 4.0, 8.0)]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 0.01 < losses[0]


def test_missing_the_abnormal_costs_as_much_as_any_number_of_healthy_places(truth: Tensor) -> None:
    silent = torch.full(truth.shape, -4.0)
    assert float(costs(silent, truth)) > 2 * float(costs(said(truth, 4.0), truth))


def test_a_small_nodule_is_not_drowned_by_a_large_one() -> None:
    marks = torch.zeros((1, 1, 24, 24, 24), dtype=torch.uint8)
    marks[0, 0, 2:4, 2:4, 2:4] = 200
    marks[0, 0, 10:18, 10:18, 10:18] = 200
    right, small, large = (said(marks, 4.0) for _ in range(3))
    small[0, 0, 2:4, 2:4, 2:4] = -4.0
    large[0, 0, 10:18, 10:18, 10:18] = -4.0
    base = float(costs(right, marks))
    missed_small, missed_large = float(costs(small, marks)) - base, float(costs(large, marks)) - base
    # Four times as wide, it weighs four times as much; by cells it would be sixty-four.
    assert missed_large / missed_small == pytest.approx(4, rel=0.01)


def test_undecided_places_cost_nothing(truth: Tensor) -> None:
    one, other = said(truth, 3.0), said(truth, 3.0)
    other[0, 2, 6:9, 6:9, 6:9] = 7.0
    assert float(costs(one, truth)) == pytest.approx(float(costs(other, truth)), rel=0.02)
    other.requires_grad_(True)
    (gradient,) = torch.autograd.grad(costs(other, truth), other)
    assert (gradient[0, 2, 6:9, 6:9, 6:9] == 0).all()


def test_the_scan_is_told_what_is_anywhere_in_it(truth: Tensor) -> None:
    right = torch.tensor([[5.0, -5.0, 0.0]])
    wrong = torch.tensor([[-5.0, 5.0, 0.0]])
    assert float(scan_loss(right, truth)) == pytest.approx(math.log1p(math.exp(-5)), rel=1e-5)
    assert float(scan_loss(wrong, truth)) == pytest.approx(5 + math.log1p(math.exp(-5)), rel=1e-5)


def test_an_undecided_label_is_not_asked(truth: Tensor) -> None:
    for logit in (-30.0, 0.0, 30.0):
        logits = torch.tensor([[5.0, -5.0, logit]])
        assert float(scan_loss(logits, truth)) == pytest.approx(math.log1p(math.exp(-5)), rel=1e-5)


def test_a_sliver_is_undecided_and_half_a_cell_is_present() -> None:
    for share, decided in ((98, False), (100, True)):
        marks = torch.zeros((1, 1, 4, 4, 4), dtype=torch.uint8)
        marks[0, 0, 0, 0, 0] = share
        loss = float(scan_loss(torch.tensor([[-6.0]]), marks))
        assert (loss > 5) == decided


def test_a_false_blob_costs_as_much_as_a_missed_finding_of_its_size() -> None:
    marks = torch.zeros((1, 1, 24, 24, 24), dtype=torch.uint8)
    quiet = torch.full(marks.shape, -8.0)
    blob = quiet.clone()
    blob[0, 0, 4:8, 4:8, 4:8] = 3.0
    false = float(costs(blob, marks))
    marks[0, 0, 4:8, 4:8, 4:8] = 200
    missed = float(costs(torch.where(marks > 0, -3.0, quiet), marks))
    assert 0.5 < false / missed < 2


def test_organs_are_told_where_they_are_known() -> None:
    codes = torch.zeros((1, 8, 8, 8), dtype=torch.uint8)
    codes[:, 4:], codes[:, :, 6:] = 3, UNKNOWN
    right = torch.zeros((1, 8, 8, 8, 8))
    right[0, 0, :4], right[0, 3, 4:] = 6.0, 6.0
    wrong = right.flip(2)
    assert float(organ_loss(right, codes)) < 0.1 < 2 < float(organ_loss(wrong, codes))
    changed = right.clone()
    changed[0, :, :, 6:] = torch.randn(8, 8, 2, 8, generator=torch.Generator().manual_seed(0)) * 9
    assert float(organ_loss(changed, codes)) == pytest.approx(float(organ_loss(right, codes)), abs=1e-6)


def test_a_chest_nobody_has_looked_at_teaches_no_organ() -> None:
    scores = torch.randn(1, 8, 4, 4, 4)
    assert float(organ_loss(scores, torch.full((1, 4, 4, 4), UNKNOWN, dtype=torch.uint8))) == 0.0


def test_nothing_decided_is_no_loss() -> None:
    marks = torch.full((2, 2, 4, 4, 4), UNKNOWN, dtype=torch.uint8)
    assert float(scan_loss(torch.randn(2, 2), marks)) == 0.0


def test_the_whole_is_its_parts(truth: Tensor) -> None:
    logits = torch.tensor([[1.0, -1.0, 0.0]])
    places = said(truth, 1.0)
    organs, codes = torch.randn(1, 8, 12, 12, 12), torch.ones((1, 12, 12, 12), dtype=torch.uint8)
    loss, parts = total_loss(Evidence(places, places, logits, organs), truth, weights(truth), codes)
    assert float(parts["place"]) == pytest.approx(float(costs(places, truth)))
    assert float(parts["scan"]) == pytest.approx(float(scan_loss(logits, truth)))
    assert float(parts["organ"]) == pytest.approx(float(organ_loss(organs, codes)))
    assert float(loss) == pytest.approx(float(parts["place"] + 0.1 * parts["scan"] + 0.5 * parts["organ"]), rel=1e-5)
    assert "organ" not in total_loss(Evidence(places, places, logits), truth, weights(truth), codes)[1]
