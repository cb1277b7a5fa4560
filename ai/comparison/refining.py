"""The last millimetre: a displacement made exact by Gauss–Newton steps, held together by its bending alone.

Smoothing a field after every step flattens it where the lung shears along the chest wall, by millimetres. Here each
step solves, for all cells at once, the equations of both images together with a penalty on second derivatives of the
whole displacement (bending energy: Rueckert et al., IEEE Trans Med Imaging 1999;18:712), which leaves stretch and shear
free; slopes are the mean of both images' (Vercauteren et al., NeuroImage 2009;45:S61). Conjugate gradients,
preconditioned cell by cell. Steps are joined, not added.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from ai.comparison.displacement import joined
from ai.comparison.equations import STRIDE, equations, inverted, strength, times
from ai.comparison.smoothing import smoothed

_CAUTION = 0.02
"""Of every step, relative to the mean of what the images say."""
_GATHER_CELLS = 1.2
"""Gaussian over which equations are gathered: a lone vessel says nothing along itself."""
_SOLVER_STEPS = 25
_LONGEST_CELLS = 0.5
"""No step moves a place farther."""
_OWN_SHARE = 21.0
"""Half of what a cell's own value counts in the Laplacian of a Laplacian: for preconditioning."""


def refined(displacement: Tensor, ours: Tensor, theirs: Tensor, stiffness: float) -> Tensor:
    """Return the displacement, in cells, after one step.

    Args:
        displacement: from places of ours to places of theirs.
        ours, theirs: as for ``equations``.
        stiffness: weight of bending, in cells, relative to the mean square of what still differs: noise, mostly, and
            the more of it the less a single vessel is believed.
    """
    found = smoothed(equations(ours, theirs, displacement), _GATHER_CELLS)
    move = _solved(found, displacement * STRIDE, stiffness) / STRIDE
    length = move.norm(dim=1, keepdim=True)
    return joined(move * (_LONGEST_CELLS / length.clamp_min(_LONGEST_CELLS)), displacement)


def _solved(found: Tensor, whole: Tensor, stiffness: float) -> Tensor:
    """Return the move that best meets the equations without bending the whole displacement; both in voxels."""
    trace, mean = strength(found)
    said = trace > 0
    noise = float(found[:, 9:][said].mean()) if bool(said.any()) else 1.0
    weight, caution = stiffness * noise, _CAUTION * mean
    matrix = found[:, :6]
    rough = inverted(matrix, caution + _OWN_SHARE * weight)
    left = found[:, 6:9] - weight * _bending(whole)
    move = torch.zeros_like(left)
    toward = times(rough, left)
    way = toward
    size = (left * toward).sum()
    for _ in range(_SOLVER_STEPS):
        pull = times(matrix, way) + weight * _bending(way) + caution * way
        against = (way * pull).sum()
        if float(against) <= 0.0:
            break
        move = move + (size / against) * way
        left = left - (size / against) * pull
        toward = times(rough, left)
        before, size = size, (left * toward).sum()
        way = toward + (size / before) * way
    return move


def _bending(values: Tensor) -> Tensor:
    return _laplacian(_laplacian(values))


def _laplacian(values: Tensor) -> Tensor:
    """Return the sum of second differences; beyond the border lies the border's value."""
    wide = functional.pad(values, (1,) * 6, mode="replicate")
    total = -6.0 * values
    for axis in (2, 3, 4):
        inner = wide
        for other in {2, 3, 4} - {axis}:
            inner = inner.narrow(other, 1, values.shape[other])
        total.add_(inner.narrow(axis, 0, values.shape[axis])).add_(inner.narrow(axis, 2, values.shape[axis]))
    return total
