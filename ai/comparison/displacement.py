"""Displacements on a grid of cells, (1, 3, s, r, c) in cells along each axis: reading, joining, turning back."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from ai.comparison.smoothing import smoothed

_SQUARINGS = 5
_INVERSION_STEPS, _INVERSION_SHARE = 12, 0.7
"""Each step takes this share of what is still wrong: a field that shears by more than one still settles."""
_TIGHT = 0.1
"""A cell pressed to less than this share of its volume is near a fold."""
_MOST_CALMINGS = 40


def identity(shape: Sequence[int]) -> Tensor:
    """Return each cell's own place, (1, 3, s, r, c)."""
    axes = [torch.arange(n, dtype=torch.float32) for n in shape]
    return torch.stack(torch.meshgrid(*axes, indexing="ij"))[None]


def ratio(fine: Sequence[int], rough: Sequence[int]) -> Tensor:
    """Return how many steps of the fine grid make one of the rough one, (1, 3, 1, 1, 1)."""
    return torch.tensor([n / m for n, m in zip(fine, rough, strict=True)]).view(1, 3, 1, 1, 1)


def on_grid(displacement: Tensor, shape: Sequence[int]) -> Tensor:
    """Bring displacements to a finer grid of the same field of view, in its steps."""
    fine = functional.interpolate(displacement, size=list(shape), mode="trilinear", align_corners=False)
    return fine.mul_(ratio(shape, displacement.shape[2:]))


def sampled(values: Tensor, places: Tensor, border: bool = False) -> Tensor:
    """Sample (1, C, …) linearly at places (1, 3, s, r, c) in voxels; 0 outside, or the border's value."""
    size = torch.tensor(values.shape[2:], dtype=torch.float32).view(1, 3, 1, 1, 1)
    grid = ((2 * places + 1) / size - 1).flip(1).movedim(1, -1)
    return functional.grid_sample(
        values, grid, mode="bilinear", padding_mode="border" if border else "zeros", align_corners=False
    )


def slopes(values: Tensor) -> Tensor:
    """Return (1, 3, s, r, c): central differences of (1, 1, s, r, c) along each axis, per voxel."""
    return torch.cat([torch.gradient(values, dim=axis)[0] for axis in (2, 3, 4)], 1)


def joined(first: Tensor, then: Tensor) -> Tensor:
    """Return the displacement of going by ``first`` and, from there, by ``then``."""
    return first + sampled(then, identity(first.shape[2:]) + first, border=True)


def exponential(velocity: Tensor) -> Tensor:
    """Return the displacement of a stationary velocity field, by scaling and squaring."""
    displacement: Tensor = velocity / 2**_SQUARINGS
    for _ in range(_SQUARINGS):
        displacement = joined(displacement, displacement)
    return displacement


def inverse(displacement: Tensor) -> Tensor:
    """Return the way back, by fixed-point steps; exact at the cells where nothing is near a fold."""
    back = -displacement
    for _ in range(_INVERSION_STEPS):
        back = back - _INVERSION_SHARE * joined(back, displacement)
    return back


def jacobian(displacement: Tensor) -> Tensor:
    """Return the volume of each displaced cell, (1, 1, s, r, c): 1 where nothing changed, 0 and below at a fold."""
    (a, b, c), (d, e, f), (g, h, i) = (slopes(displacement[:, axis : axis + 1]).unbind(1) for axis in range(3))
    a, e, i = a + 1, e + 1, i + 1
    return (a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g))[:, None]


def folded(displacement: Tensor) -> float:
    """Return the share of cells whose Jacobian determinant is not positive."""
    return float((jacobian(displacement) <= 0).float().mean())


def unfolded(displacement: Tensor) -> Tensor:
    """Smooth displacements where they fold or nearly do, and nowhere else, until they do not."""
    for _ in range(_MOST_CALMINGS):
        tight = (jacobian(displacement) < _TIGHT).float()
        if not bool(tight.any()):
            break
        near = smoothed(functional.max_pool3d(tight, 5, 1, 2), 1.0)
        displacement = displacement + near * (smoothed(displacement, 1.0) - displacement)
    return displacement
