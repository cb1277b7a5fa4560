"""Displacements on a grid: there and back, joined, and smoothed only where they fold."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ai.comparison.displacement import exponential, folded, identity, inverse, jacobian, joined, on_grid, unfolded

_SHAPE = (20, 22, 24)


def _waves(most_cells: float) -> Tensor:
    """Return displacements that swing along and across each axis, (1, 3, s, r, c)."""
    s, r, c = identity(_SHAPE)[0] * (2 * math.pi / 16)
    return most_cells * torch.stack([torch.sin(s + r), torch.cos(r - c), torch.sin(c + 0.5 * s)])[None]


def _inner(values: Tensor) -> Tensor:
    return values[:, :, 4:-4, 4:-4, 4:-4]


def test_there_and_back_again() -> None:
    there = _waves(0.7)
    assert float(_inner(joined(inverse(there), there)).abs().max()) < 0.01
    assert float(_inner(joined(there, inverse(there))).abs().max()) < 0.1  # read linearly between cells


def test_of_two_shifts_the_sum_is_joined() -> None:
    first, then = (torch.full((1, 3, *_SHAPE), shift) for shift in (0.3, -1.4))
    assert torch.allclose(joined(first, then), torch.full((1, 3, *_SHAPE), -1.1), atol=1e-5)


def test_a_strong_velocity_does_not_fold_but_the_same_displacement_does() -> None:
    assert folded(_waves(4.0)) > 0.05
    assert folded(exponential(_waves(4.0))) < 0.001


def test_cells_grow_and_shrink_by_their_jacobian() -> None:
    stretched = identity(_SHAPE) * torch.tensor([0.1, -0.2, 0.0]).view(1, 3, 1, 1, 1)
    assert torch.allclose(jacobian(stretched), torch.tensor(1.1 * 0.8), atol=1e-4)


def test_a_fold_is_smoothed_and_nothing_far_from_it() -> None:
    calm = 0.2 * _waves(1.0)
    torn = calm.clone()
    torn[:, 0, 10, 11, 12] += 3.0
    assert folded(torn) > 0
    mended = unfolded(torn)
    assert folded(mended) == 0
    assert torch.equal(mended[:, :, :2], torn[:, :, :2])
    assert torch.equal(unfolded(calm), calm)


def test_a_finer_grid_counts_in_its_own_steps() -> None:
    fine = on_grid(torch.full((1, 3, 4, 5, 6), 1.5), (8, 10, 18))
    assert torch.allclose(fine[0, :, 0, 0, 0], torch.tensor([3.0, 3.0, 4.5]))
