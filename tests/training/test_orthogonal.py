"""Steps are equally strong in all directions, as strong as AdamW's, and go downhill."""

from __future__ import annotations

import pytest
import torch

from ai.training.orthogonal import Orthogonal, orthogonal


@pytest.mark.parametrize("shape", [(8, 50), (50, 8), (16, 16)])
def test_all_singular_values_become_about_one(shape: tuple[int, int]) -> None:
    torch.manual_seed(1)
    values = torch.linalg.svdvals(orthogonal(torch.randn(shape) * 1e-3))
    assert 0.3 < float(values.min()) <= float(values.max()) < 1.3


def test_it_keeps_directions() -> None:
    torch.manual_seed(2)
    matrix = torch.randn(6, 40)
    u, _, v = torch.linalg.svd(matrix, full_matrices=False)
    assert float((orthogonal(matrix) * (u @ v)).sum()) > 0.9 * 6 * 0.85


def test_a_step_is_as_strong_as_adamws() -> None:
    torch.manual_seed(3)
    weight = torch.nn.Parameter(torch.zeros(16, 4, 3, 3, 3))
    weight.grad = torch.randn_like(weight)
    Orthogonal([weight], lr=0.1).step()
    assert float(weight.detach().square().mean().sqrt()) == pytest.approx(0.02, rel=0.3)


def test_it_learns_and_decays() -> None:
    torch.manual_seed(4)
    weight = torch.nn.Parameter(torch.randn(8, 8))
    aim = torch.randn(8, 8)
    optimiser = Orthogonal([weight], lr=0.1)
    first = float((weight.detach() - aim).square().mean())
    for _ in range(150):
        optimiser.zero_grad()
        torch.autograd.backward((weight - aim).square().mean())
        optimiser.step()
    assert float((weight.detach() - aim).square().mean()) < 0.2 * first
    still = torch.nn.Parameter(torch.ones(4, 4))
    still.grad = torch.zeros_like(still)
    Orthogonal([still], lr=0.1, weight_decay=0.5).step()
    assert torch.allclose(still, torch.full((4, 4), 0.95))
