"""Fixed filters: what is worth seeing of a scan, for a network that has too few scans to find that out for itself.

Of each cell of two voxels they tell how dense it is (a soft histogram of Hounsfield units), how dense its surroundings
are, how uneven, and what form it has at several scales, bright and dark: slope, and by the second derivatives of a
smoothed scan how curved it is, and how much of a blob, of a cord and of a sheet there is (Li, Sone & Doi, Med Phys
2003;30:2040: of a nodule all three principal curvatures are strong, of a vessel two, of a wall one). None of it changes
when a scan is turned. Where voxels are looked at one by one, the strongest of a cell is told, too.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

BINS_HU = (
    -1020.0, -985.0, -950.0, -900.0, -820.0, -700.0, -550.0, -350.0, -150.0,
    -70.0, 0.0, 40.0, 80.0, 140.0, 250.0, 450.0, 900.0, 2000.0,
)  # fmt: skip
"""Middles of the histogram's bins; a voxel counts for the two around it, by nearness."""
LUNG_HU, SOFT_HU, HARD_HU = (-1000.0, -200.0), (-160.0, 240.0), (100.0, 1500.0)
FORMS = (
    (LUNG_HU, (0.8, 1.4), (1.1, 2.0)), (SOFT_HU, (0.8, 1.4), (1.1, 2.0)), (HARD_HU, (0.8,), (1.1,)),
)  # fmt: skip
"""Where forms are sought: in which range of Hounsfield units, smoothed by how many voxels, and by how many cells."""
_UNEVEN_HU = (LUNG_HU, SOFT_HU)
_UNEVEN_CELLS = 1.5
AROUND_CELLS = (2.0, 5.0)
"""Widths of the surroundings whose histogram is told."""
VOXELS = 2
"""Voxels of a cell along each axis."""
_REACH = 4.0
_TINY = 1e-9
_TURNED = 2 * math.pi / 3
_SHAPES = 6
"""Blob, cord and sheet, bright and dark: the last answers of a form."""
_OF_FORM = 4 + _SHAPES
ANSWERS = (
    len(BINS_HU) * (1 + len(AROUND_CELLS))
    + 2 * len(_UNEVEN_HU)
    + sum((_OF_FORM + _SHAPES) * len(fine) + _OF_FORM * len(coarse) for _, fine, coarse in FORMS)
)
"""How many numbers tell of a cell."""


def filtered(hu: Tensor) -> Tensor:
    """Return what the filters tell of each cell, each 0 or more, (B, ANSWERS, S/2, R/2, C/2).

    Args:
        hu: Hounsfield units (B, 1, S, R, C); even sizes.
    """
    histogram = _halved(_histogram(hu))
    told = [histogram, *(_blurred(histogram, width) for width in AROUND_CELLS)]
    for (low, high), fine, coarse in FORMS:
        x = ((hu - low) / (high - low)).clamp(0, 1)
        cells = _halved(x)
        for width in fine:
            form = _form(x, width)
            told += [_halved(form), functional.max_pool3d(form[:, -_SHAPES:], VOXELS)]
        told += [_form(cells, width) for width in coarse]
    for low, high in _UNEVEN_HU:
        x = ((hu - low) / (high - low)).clamp(0, 1)
        uneven = (_halved(x * x) - _halved(x) ** 2).clamp_min(0)
        told += [uneven.sqrt(), _blurred(uneven, _UNEVEN_CELLS).clamp_min(0).sqrt()]
    return torch.cat(told, 1).clamp_min(0).sqrt()  # the root: faint answers count, too


def _histogram(hu: Tensor) -> Tensor:
    channels, last = [], len(BINS_HU) - 1
    for n, middle in enumerate(BINS_HU):
        share = torch.ones_like(hu)
        if n:
            share = ((hu - BINS_HU[n - 1]) / (middle - BINS_HU[n - 1])).clamp(0, 1)
        if n < last:
            share = share * ((BINS_HU[n + 1] - hu) / (BINS_HU[n + 1] - middle)).clamp(0, 1)
        channels.append(share)
    return torch.cat(channels, 1)


def _halved(x: Tensor) -> Tensor:
    return functional.avg_pool3d(x, VOXELS)


class _Lines(NamedTuple):
    """Matrices (n, n) whose product with a line of n values smooths it, or smooths and derives it once or twice."""

    smooth: Tensor
    first: Tensor
    second: Tensor


def _lines(count: int, width: float, like: Tensor) -> _Lines:
    """Products along an axis, a tenth of a convolution's time on a CPU; beyond its ends a line goes on as it ended."""
    reach = int(_REACH * width + 1)
    steps = torch.arange(-reach, reach + 1, dtype=torch.float64, device=like.device)
    bell = torch.exp(-0.5 * (steps / width) ** 2)
    bell = bell / bell.sum()
    once = steps * bell
    once = once / (once * steps).sum()
    twice = (steps**2 - width**2) * bell
    twice = twice - twice.mean()
    twice = 2 * twice / (twice * steps**2).sum()
    rows = torch.arange(count, device=like.device)[:, None]
    columns = (rows + steps.long()).clamp(0, count - 1)
    made = []
    for kernel in (bell, once, twice):
        matrix = torch.zeros(count, count, dtype=torch.float64, device=like.device)
        made.append(matrix.scatter_add_(1, columns, kernel.expand(count, -1)).to(like.dtype))
    return _Lines(*made)


def _along(x: Tensor, axis: int, matrix: Tensor) -> Tensor:
    return torch.matmul(x.movedim(axis, -1), matrix.T).movedim(-1, axis)


def _blurred(x: Tensor, width: float) -> Tensor:
    for axis in (2, 3, 4):
        x = _along(x, axis, _lines(x.shape[axis], width, x).smooth)
    return x


def _form(x: Tensor, width: float) -> Tensor:
    """Return what form a smoothed scan has at each voxel, in its scale, (B, _OF_FORM, …): slope, curvature as a whole,
    dark and bright on balance, then blob, cord and sheet, bright first.
    """
    up, back, left = (_lines(x.shape[axis], width, x) for axis in (2, 3, 4))
    s0, s1, s2 = (_along(x, 2, line) for line in up)
    s0r0, s0r1, s0r2 = (_along(s0, 3, line) for line in back)
    s1r0, s1r1, s2r0 = _along(s1, 3, back.smooth), _along(s1, 3, back.first), _along(s2, 3, back.smooth)
    z, y, x1 = _along(s1r0, 4, left.smooth), _along(s0r1, 4, left.smooth), _along(s0r0, 4, left.first)
    zz, yy, xx = _along(s2r0, 4, left.smooth), _along(s0r2, 4, left.smooth), _along(s0r0, 4, left.second)
    zy, zx, yx = _along(s1r1, 4, left.smooth), _along(s1r0, 4, left.first), _along(s0r1, 4, left.first)
    across, area = zy * zy + zx * zx + yx * yx, width**2
    mean = (zz + yy + xx) / 3
    dz, dy, dx = zz - mean, yy - mean, xx - mean
    determinant = dz * (dy * dx - yx * yx) - zy * (zy * dx - yx * zx) + zx * (zy * yx - dy * zx)
    radius = ((dz * dz + dy * dy + dx * dx + 2 * across) / 6).sqrt().clamp_min(_TINY)
    angle = (determinant / (2 * radius**3)).clamp(-1, 1).acos() / 3
    most, least = mean + 2 * radius * angle.cos(), mean + 2 * radius * (angle + _TURNED).cos()
    middle = 3 * mean - most - least
    told = [
        width * (z * z + y * y + x1 * x1).sqrt(),
        area * (zz * zz + yy * yy + xx * xx + 2 * across).sqrt(),
        area * 3 * mean.clamp_min(0),
        area * 3 * (-mean).clamp_min(0),
        *_shapes(-area * most, -area * middle, -area * least),
        *_shapes(area * least, area * middle, area * most),
    ]
    return torch.cat(told, 1)


def _shapes(weakest: Tensor, middle: Tensor, strongest: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return how much of a blob, a cord and a sheet there is by principal curvatures that count above 0 alone."""
    strongest = strongest.clamp_min(0)
    middle = middle.clamp_min(0).minimum(strongest)
    weakest = weakest.clamp_min(0).minimum(middle)
    length = strongest.clamp_min(_TINY)
    return weakest * weakest / length, middle * (middle - weakest) / length, strongest - middle
