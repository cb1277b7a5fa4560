"""Fixed filters: what is worth seeing of a scan, for a network that has too few scans to find that out for itself.

Of each cell of two voxels they tell how dense it is (a soft histogram of Hounsfield units), how uneven, and what form
it has at several scales: slope, trace, norm and determinant of the second derivatives of a smoothed scan, which do not
change when it is turned and tell blob, cord and sheet, bright and dark, apart (Koenderink & van Doorn, Biol Cybern
1987;55:367; Lindeberg, Int J Comput Vis 1998;30:79). Of each place of two cells they then tell the mean, the mean of
the surroundings near and far, and the strongest nearby (a mean of fourth powers).
"""

from __future__ import annotations

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
VOXELS = 4
"""Voxels of a place along each axis: two cells."""
_NEAR, _FAR, _STRONGEST = 1.0, 2.5, 1.3
"""Widths of surroundings, in places."""
_REACH = 4.0
_TINY = 1e-12
_SETS = sum(len(fine) + len(coarse) for _, fine, coarse in FORMS)
_UNSIGNED = len(BINS_HU) * (1 + len(AROUND_CELLS)) + 2 * len(_UNEVEN_HU) + 2 * _SETS
_SIGNED = 2 * _SETS
ANSWERS = 4 * (_UNSIGNED + _SIGNED) + _SIGNED
"""How many numbers tell of a place."""


def filtered(hu: Tensor) -> Tensor:
    """Return what the filters tell of each place, (B, ANSWERS, S/4, R/4, C/4).

    Args:
        hu: Hounsfield units (B, 1, S, R, C); sizes multiples of four.
    """
    unsigned, signed = _of_cells(hu)
    whole = functional.avg_pool3d(torch.cat([unsigned, signed], 1), 2)
    parts = [whole, _blurred(whole, _NEAR), _blurred(whole, _FAR)]
    parts += [_strongest(sides) for sides in (unsigned, signed.clamp_min(0), (-signed).clamp_min(0))]
    return torch.cat(parts, 1)


def _of_cells(hu: Tensor) -> tuple[Tensor, Tensor]:
    """What cells of two voxels answer: where only how much counts, and where the sign tells bright from dark."""
    histogram = _halved(_histogram(hu))
    unsigned, signed = [histogram, *(_blurred(histogram, width) for width in AROUND_CELLS)], []
    for (low, high), fine, coarse in FORMS:
        x = ((hu - low) / (high - low)).clamp(0, 1)
        cells = _halved(x)
        forms = [_Forms(*map(_halved, _forms(x, width))) for width in fine] + [_forms(cells, w) for w in coarse]
        for form in forms:
            unsigned += [form.slope, form.norm]
            signed += [form.trace, form.determinant]
    for low, high in _UNEVEN_HU:
        x = ((hu - low) / (high - low)).clamp(0, 1)
        uneven = (_halved(x * x) - _halved(x) ** 2).clamp_min(0)
        unsigned += [uneven.sqrt(), _blurred(uneven, _UNEVEN_CELLS).clamp_min(0).sqrt()]
    return _evened(torch.cat(unsigned, 1).clamp_min(0)), _evened(torch.cat(signed, 1))


def _evened(x: Tensor) -> Tensor:
    """The root of how much, with its sign: faint answers count, too."""
    return x.sign() * x.abs().sqrt()


def _strongest(x: Tensor) -> Tensor:
    return _blurred(functional.avg_pool3d(x**4, 2), _STRONGEST).clamp_min(0).pow(0.25)


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
    return functional.avg_pool3d(x, 2)


class _Lines(NamedTuple):
    """Matrices (n, n) whose product with a line of n values smooths it, or smooths and derives it once or twice."""

    smooth: Tensor
    first: Tensor
    second: Tensor


class _Forms(NamedTuple):
    """What form a smoothed scan has at each voxel, each in its scale: the determinant as a length with its sign."""

    slope: Tensor
    norm: Tensor
    trace: Tensor
    determinant: Tensor


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


def _forms(x: Tensor, width: float) -> _Forms:
    up, back, left = (_lines(x.shape[axis], width, x) for axis in (2, 3, 4))
    s0, s1, s2 = (_along(x, 2, line) for line in up)
    s0r0, s0r1, s0r2 = (_along(s0, 3, line) for line in back)
    s1r0, s1r1, s2r0 = _along(s1, 3, back.smooth), _along(s1, 3, back.first), _along(s2, 3, back.smooth)
    z, y, x1 = _along(s1r0, 4, left.smooth), _along(s0r1, 4, left.smooth), _along(s0r0, 4, left.first)
    zz, yy, xx = _along(s2r0, 4, left.smooth), _along(s0r2, 4, left.smooth), _along(s0r0, 4, left.second)
    zy, zx, yx = _along(s1r1, 4, left.smooth), _along(s1r0, 4, left.first), _along(s0r1, 4, left.first)
    area = width**2
    product = zz * (yy * xx - yx * yx) - zy * (zy * xx - yx * zx) + zx * (zy * yx - yy * zx)
    return _Forms(
        slope=width * (z * z + y * y + x1 * x1).sqrt(),
        norm=area * (zz * zz + yy * yy + xx * xx + 2 * (zy * zy + zx * zx + yx * yx)).sqrt(),
        trace=area * (zz + yy + xx),
        determinant=area * product.sign() * (product.abs() + _TINY).pow(1 / 3),
    )
