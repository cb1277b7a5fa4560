"""Fixed filters answer to what is there: density, form, brightness; and to nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from ai.model.filters import ANSWERS, BINS_HU, VOXELS, filtered

SIDE = 32


def scan(value_hu: float = -850.0) -> Tensor:
    """Return a uniform scan."""
    return torch.full((1, 1, SIDE, SIDE, SIDE), value_hu)


def ball(radius: float, value_hu: float, around_hu: float = -850.0) -> Tensor:
    """Return a scan with a ball in its middle."""
    line = torch.arange(SIDE) - (SIDE - 1) / 2
    distance = (line[:, None, None] ** 2 + line[:, None] ** 2 + line**2).sqrt()
    return torch.where(distance <= radius, value_hu, around_hu)[None, None]


def test_a_place_is_four_voxels_wide_and_has_all_answers() -> None:
    answers = filtered(torch.randn(2, 1, 16, 32, 48) * 300 - 500)
    assert answers.shape == (2, ANSWERS, 16 // VOXELS, 32 // VOXELS, 48 // VOXELS)
    assert bool(answers.isfinite().all())


@pytest.mark.parametrize("number", range(0, len(BINS_HU), 3))
def test_the_histogram_knows_how_dense_a_scan_is(number: int) -> None:
    bins = filtered(scan(BINS_HU[number]))[0, : len(BINS_HU), 4, 4, 4]
    expected = torch.zeros(len(BINS_HU))
    expected[number] = 1
    torch.testing.assert_close(bins, expected, rtol=0, atol=1e-4)


def test_between_two_bins_a_voxel_counts_for_both() -> None:
    bins = filtered(scan((BINS_HU[3] + BINS_HU[4]) / 2))[0, : len(BINS_HU), 4, 4, 4]
    assert float((bins**2).sum()) == pytest.approx(1.0, abs=1e-4)
    assert float(bins[3]) == pytest.approx(float(bins[4]), abs=1e-4)


def test_where_nothing_changes_there_is_no_form() -> None:
    flat = filtered(scan(-850.0))[0, :, 4, 4, 4]
    shaped = filtered(ball(4, 40.0))[0, :, 4, 4, 4]
    forms = slice(3 * len(BINS_HU), None)
    inner = flat[forms][: 20 + 4]
    assert float(inner.abs().max()) < 0.01
    assert float(shaped[forms][: 20 + 4].abs().max()) > 0.2


@pytest.mark.parametrize(
    "turn",
    [lambda x: x.flip(2), lambda x: x.flip(4), lambda x: x.transpose(2, 3), lambda x: x.transpose(3, 4).flip(3)],
)
def test_a_scan_turned_answers_the_same_turned(turn: Callable[[Tensor], Tensor]) -> None:
    torch.manual_seed(3)
    hu = torch.randn(1, 1, SIDE, SIDE, SIDE) * 200 - 600
    torch.testing.assert_close(filtered(turn(hu)), turn(filtered(hu)), rtol=1e-3, atol=2e-3)


def test_bright_and_dark_are_told_apart_by_sign() -> None:
    bright, dark = filtered(ball(4, -400.0, -700.0)), filtered(ball(4, -700.0, -400.0))
    middle = (0, slice(None), 4, 4, 4)
    opposite = (bright[middle].sign() * dark[middle].sign() < 0) & (bright[middle].abs() > 0.1)
    assert int(opposite.sum()) >= 4


def test_what_is_elsewhere_is_not_told_here() -> None:
    plain, with_ball = scan(), scan()
    with_ball[..., -6:, -6:, -6:] = 40.0
    near, far = (0, slice(None), -1, -1, -1), (0, slice(None), 0, 0, 0)
    one, other = filtered(plain), filtered(with_ball)
    assert float((one[near] - other[near]).abs().max()) > 0.3
    assert float((one[far] - other[far]).abs().max()) < 0.02
