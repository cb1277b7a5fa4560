"""Deformable alignment: what breathing, posture and arms moved, found after the rigid motion and on top of it.

A stationary velocity field is refined from coarse to fine by local least squares (Lucas & Kanade 1981) on images whose
local mean and spread have been taken out, so that density that changes with breath, another kernel or contrast agent do
not pull. The map is the field's exponential (Arsigny et al., MICCAI 2006), its inverse the exponential of the negative
field: both directions agree and nothing folds. No random sampling: the same two scans give the same answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ai.comparison.coarse import Coarse
from ai.comparison.smoothing import smoothed
from ai.geometry import Matrix
from ai.progress import Progress

LEVELS = ((4, 14), (2, 12), (1, 10))
"""Coarse to fine: by how much the scans are made smaller, and how many steps are taken."""
_WINDOW_MM = 10.0
"""Gaussian over which mean and spread of density are taken out: wider than a vessel, narrower than a lobe."""
_NOISE_HU = 80.0
"""Spread below this is noise, not structure."""
_GATHER_CELLS, _CALM_CELLS = 1.2, 1.3
"""Gaussians, in cells of the field: over which equations are gathered, and by which the field is calmed each step."""
_CAUTION = 0.15
"""Share of the mean information that every place must outweigh before it moves by itself."""
_DOUBT = 1.0
"""Difference of normalised density from which a place is weighed down: it came, went, or is still far off."""
_LONGEST_CELLS = 0.4
"""No step moves a place farther."""
_SQUARINGS = 5
_STRIDE = 2
"""Voxels of the images per cell of the field, along each axis."""


@dataclass(frozen=True, eq=False)
class Field:
    """Displacements on a grid.

    Args:
        towards_prior: float32 (3, s, r, c), voxels of the current scan's coarse grid along (slice, row, column): added
            to a place of the current scan it gives where the same tissue lies in the prior (laid on it rigidly).
        towards_current: the inverse.
        folds: share of cells whose Jacobian is negative, in either direction.
        quality_before, quality: normalised cross-correlation of the patient in both, before and after.
    """

    towards_prior: NDArray[np.float32]
    towards_current: NDArray[np.float32]
    folds: float
    quality_before: float
    quality: float


def deform(prior: Coarse, current: Coarse, pose: Matrix, progress: Progress) -> Field:
    """Find how the prior moved within the patient.

    Args:
        prior, current: of one spacing.
        pose: rigid 4×4, LPS mm: the current scan's points into the prior.
        progress: asked at every step; Cancelled passes through.
    """
    moving, fixed = _laid_onto(prior, current, pose), _layers(current)
    velocity = torch.zeros(0)
    steps = sum(count for _, count in LEVELS)
    done = 0
    for factor, count in LEVELS:
        spacing = current.grid.spacing_mm[0] * factor
        ours, theirs = _level(fixed, factor, spacing), _level(moving, factor, spacing)
        shape = [max(2, -(-n // _STRIDE)) for n in ours.shape[2:]]
        velocity = _finer(velocity, shape)
        for _ in range(count):
            progress.report(done / steps, "Following the breath")
            velocity = _step(velocity, ours, theirs)
            done += 1
    progress.report(1.0, "Following the breath")
    there, back = exponential(velocity), exponential(-velocity)
    body = torch.from_numpy(current.body.astype(np.float32))[None, None]
    before, after = (_likeness(fixed, moving, body, shift) for shift in (torch.zeros_like(there), there))
    voxels = _ratio(fixed.shape[2:], there.shape[2:])
    towards_prior, towards_current = ((shift * voxels)[0].numpy() for shift in (there, back))
    return Field(towards_prior, towards_current, max(folded(there), folded(back)), before, after)


def _likeness(fixed: Tensor, moving: Tensor, body: Tensor, displacement: Tensor) -> float:
    """Return the correlation of Hounsfield units over the current patient, where both scans measured."""
    there = _sampled(moving, _places(displacement, moving.shape[2:]))
    both = (body > 0.5) & (fixed[:, 1:] > 0.5) & (there[:, 1:] > 0.99)
    ours, theirs = fixed[:, :1][both].double(), there[:, :1][both].double()
    if ours.numel() < 2:
        return 0.0
    ours, theirs = ours - ours.mean(), theirs - theirs.mean()
    spread = float(torch.sqrt((ours @ ours) * (theirs @ theirs)))
    return float(ours @ theirs) / spread if spread > 0 else 0.0


def _layers(scan: Coarse) -> Tensor:
    """Return (1, 2, s, r, c): Hounsfield units, and 1 where they are known."""
    return torch.stack([torch.from_numpy(scan.hu), torch.from_numpy(scan.known.astype(np.float32))])[None]


def _laid_onto(prior: Coarse, current: Coarse, pose: Matrix) -> Tensor:
    """Return the prior's layers on the current scan's grid, moved rigidly."""
    to_prior = prior.grid.inverse @ pose @ current.grid.affine
    axes = [torch.arange(n, dtype=torch.float32) for n in current.grid.shape]
    index = torch.stack(torch.meshgrid(*axes, indexing="ij"))
    matrix = torch.from_numpy(to_prior).float()
    places = torch.tensordot(matrix[:3, :3], index, dims=1) + matrix[:3, 3, None, None, None]
    layers = _layers(prior)
    layers[:, 0] += 1000.0  # beyond the scan lies air, unknown
    found = _sampled(layers, places[None])
    found[:, 0] -= 1000.0
    return found


def _level(layers: Tensor, factor: int, spacing_mm: float) -> Tensor:
    """Return the layers of a level: normalised density, and how well it is known."""
    small = functional.avg_pool3d(layers, factor, ceil_mode=True, count_include_pad=False) if factor > 1 else layers
    hu, known = small[:, :1], small[:, 1:]
    hu = smoothed(hu, 0.7)
    sigma = _WINDOW_MM / spacing_mm
    weight = smoothed(known, sigma).clamp_min(1e-3)
    mean = smoothed(hu * known, sigma) / weight
    spread = (smoothed(hu * hu * known, sigma) / weight - mean * mean).clamp_min(0)
    normal = (hu - mean) / torch.sqrt(spread + _NOISE_HU**2)
    return torch.cat([normal, (known > 0.99).float()], 1)


def _finer(velocity: Tensor, shape: list[int]) -> Tensor:
    """Bring the field, in cells, to a finer grid."""
    if not velocity.numel():
        return torch.zeros((1, 3, *shape))
    fine = functional.interpolate(velocity, size=shape, mode="trilinear", align_corners=False)
    return fine * _ratio(shape, velocity.shape[2:])


def _ratio(fine: Sequence[int], rough: Sequence[int]) -> Tensor:
    """Return how many steps of the fine grid make one of the rough one, (1, 3, 1, 1, 1)."""
    return torch.tensor([n / m for n, m in zip(fine, rough, strict=True)]).view(1, 3, 1, 1, 1)


def _step(velocity: Tensor, ours: Tensor, theirs: Tensor) -> Tensor:
    """Return the field after one step of local least squares."""
    shape = ours.shape[2:]
    moved = _sampled(theirs, _places(exponential(velocity), shape))
    known = ours[:, 1:] * (moved[:, 1:] > 0.99)
    difference = ours[:, :1] - moved[:, :1]
    slope = 0.5 * (_slopes(ours[:, :1]) + _slopes(moved[:, :1]))
    weight = known * _DOUBT**2 / (_DOUBT**2 + difference**2)
    pairs = [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)]
    products = [slope[:, a : a + 1] * slope[:, b : b + 1] for a, b in pairs]
    equations = torch.cat([*products, slope * difference], 1) * weight
    gathered = smoothed(_pooled(equations, velocity.shape[2:]), _GATHER_CELLS)
    trace = gathered[:, :3].mean(dim=1, keepdim=True)
    caution = _CAUTION * trace[trace > 0].mean() if bool((trace > 0).any()) else torch.tensor(1.0)
    move = _solved(gathered, caution) / _STRIDE
    length = move.norm(dim=1, keepdim=True)
    move = move * (_LONGEST_CELLS / length.clamp_min(_LONGEST_CELLS))
    sure = trace / (trace + caution) + 0.02
    calmed: Tensor = smoothed((velocity + move) * sure, _CALM_CELLS) / smoothed(sure, _CALM_CELLS)
    return calmed


def _solved(equations: Tensor, caution: Tensor) -> Tensor:
    """Solve each place's symmetric 3×3 equations by Cramer's rule: no solver is called millions of times.

    Args:
        equations: (1, 9, s, r, c): the matrix as (00, 11, 22, 01, 02, 12), then the right side.
        caution: added to the diagonal.
    """
    aa, bb, cc, ab, ac, bc, x, y, z = equations.unbind(1)
    aa, bb, cc = aa + caution, bb + caution, cc + caution
    first, second, third = bb * cc - bc * bc, ac * bc - ab * cc, ab * bc - ac * bb
    whole = aa * first + ab * second + ac * third
    moves = (
        first * x + second * y + third * z,
        second * x + (aa * cc - ac * ac) * y + (ab * ac - aa * bc) * z,
        third * x + (ab * ac - aa * bc) * y + (aa * bb - ab * ab) * z,
    )
    return torch.stack(moves, 1) / whole[:, None]


def exponential(velocity: Tensor) -> Tensor:
    """Return the displacement (1, 3, s, r, c) in cells of a stationary velocity field, by scaling and squaring."""
    displacement: Tensor = velocity / 2**_SQUARINGS
    own = _identity(velocity.shape[2:])
    for _ in range(_SQUARINGS):
        further: Tensor = _sampled(displacement, own + displacement, border=True)
        displacement = displacement + further
    return displacement


def folded(displacement: Tensor) -> float:
    """Return the share of cells whose Jacobian determinant is not positive."""
    rows = torch.stack([_slopes(displacement[:, a : a + 1])[0] for a in range(3)])
    jacobian = rows.movedim((0, 1), (-2, -1)) + torch.eye(3)
    return float((torch.linalg.det(jacobian) <= 0).float().mean())


def _identity(shape: torch.Size) -> Tensor:
    axes = [torch.arange(n, dtype=torch.float32) for n in shape]
    return torch.stack(torch.meshgrid(*axes, indexing="ij"))[None]


def _places(displacement: Tensor, shape: torch.Size) -> Tensor:
    """Return where each voxel goes, in voxels, for a displacement in cells."""
    fine = functional.interpolate(displacement, size=list(shape), mode="trilinear", align_corners=False)
    return _identity(shape) + fine * _ratio(shape, displacement.shape[2:])


def _sampled(values: Tensor, places: Tensor, border: bool = False) -> Tensor:
    """Sample (1, C, …) linearly at places (1, 3, s, r, c) in voxels; 0 outside, or the border's value."""
    size = torch.tensor(values.shape[2:], dtype=torch.float32).view(1, 3, 1, 1, 1)
    grid = ((2 * places + 1) / size - 1).flip(1).movedim(1, -1)
    return functional.grid_sample(
        values, grid, mode="bilinear", padding_mode="border" if border else "zeros", align_corners=False
    )


def _slopes(values: Tensor) -> Tensor:
    """Return (1, 3, s, r, c): central differences of (1, 1, s, r, c) along each axis, per voxel."""
    return torch.cat([torch.gradient(values, dim=axis)[0] for axis in (2, 3, 4)], 1)


def _pooled(values: Tensor, shape: torch.Size) -> Tensor:
    """Mean over the voxels of each cell."""
    pooled = functional.avg_pool3d(values, _STRIDE, ceil_mode=True, count_include_pad=False)
    return pooled[..., : shape[0], : shape[1], : shape[2]]
