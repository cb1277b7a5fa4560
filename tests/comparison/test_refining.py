"""The last step of the registration: small moves are found exactly, and stretch and shear are not flattened."""

from __future__ import annotations

import torch
from torch import Tensor

from ai.comparison.displacement import identity, on_grid, sampled
from ai.comparison.refining import refined
from ai.comparison.smoothing import smoothed

_SHAPE = (36, 40, 44)
_CELLS = (18, 20, 22)


def _found(truth_voxels: Tensor, steps: int, stiffness: float, noise: float = 0.0) -> Tensor:
    """Return the displacement found, in voxels, where ours is theirs moved by the truth."""
    random = torch.Generator().manual_seed(1)
    theirs = smoothed(torch.randn((1, 1, *_SHAPE), generator=random), 1.5) * 8
    ours = sampled(theirs, identity(_SHAPE) + truth_voxels, border=True)
    ours = ours + noise * torch.randn(ours.shape, generator=random)
    known = torch.ones((1, 1, *_SHAPE))
    displacement = torch.zeros((1, 3, *_CELLS))
    for _ in range(steps):
        displacement = refined(displacement, torch.cat([ours, known], 1), torch.cat([theirs, known], 1), stiffness)
    return on_grid(displacement, _SHAPE)


def _error(found: Tensor, truth: Tensor) -> float:
    return float((found - truth)[:, :, 6:-6, 6:-6, 6:-6].norm(dim=1).quantile(0.95))


def test_a_shift_of_a_voxel_is_found() -> None:
    truth = torch.tensor([0.8, -1.0, 0.5]).view(1, 3, 1, 1, 1).expand(1, 3, *_SHAPE)
    assert _error(_found(truth, 4, 5.0), truth) < 0.05


def test_shear_is_not_flattened_however_stiff() -> None:
    """A shear has no bending: the field takes part in it as a whole."""
    truth = torch.zeros((1, 3, *_SHAPE))
    truth[:, 0] = 0.1 * (identity(_SHAPE)[:, 2] - 22)
    assert _error(_found(truth, 8, 50.0), truth) < 0.15


def test_noise_moves_a_stiff_field_less() -> None:
    truth = torch.zeros((1, 3, *_SHAPE))
    loose, stiff = (_error(_found(truth, 4, stiffness, noise=0.5), truth) for stiffness in (0.05, 5.0))
    assert stiff < 0.6 * loose


def test_where_nothing_is_seen_nothing_moves() -> None:
    empty = torch.zeros((1, 2, *_SHAPE))
    assert torch.equal(refined(torch.zeros((1, 3, *_CELLS)), empty, empty, 5.0), torch.zeros((1, 3, *_CELLS)))
