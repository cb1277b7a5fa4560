"""Deformable alignment: what breathing, posture and arms moved, found after the rigid motion and on top of it.

First a stationary velocity field is refined from coarse to fine by local least squares, whose exponential (Arsigny et
al., MICCAI 2006) cannot fold however far the breath went; then its displacement is made exact. Both look at images
whose local mean and spread have been taken out, so that density that changes with breath, another kernel or contrast
agent do not pull. The way back is the inverse of the way there, and what would fold is smoothed until it does not. No
random sampling: the same two scans give the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ai.comparison.coarse import Coarse
from ai.comparison.displacement import exponential, folded, identity, inverse, on_grid, ratio, sampled, unfolded
from ai.comparison.equations import STRIDE, equations, inverted, strength, times
from ai.comparison.refining import refined
from ai.comparison.smoothing import smoothed
from ai.geometry import Matrix
from ai.progress import Part, Progress

SPACING_MM = 2.0
"""Of the images: at 3 mm the same method errs twice as much."""
_ROUGH_LEVELS = ((4, 14), (2, 10))
"""Coarse to fine: by how much the images are made smaller, and how many steps are taken."""
_EXACT_LEVELS = ((2, 3, 1.0), (1, 4, 4.0))
"""The same, and how stiff the field is."""
_ROUGH_SHARE = 0.3
"""Of the time."""
_ROUGH_WINDOW_MM, _EXACT_WINDOW_MM = 10.0, 3.5
"""Gaussian over which mean and spread of density are taken out: wide while a vessel may lie beside its own place;
narrow once it lies on it, so that nothing counts but the vessel."""
_NOISE_HU = 80.0
"""Spread below this is noise, not structure."""
_GATHER_CELLS, _CALM_CELLS = 1.2, 1.3
"""Gaussians, in cells of the field: over which equations are gathered, and by which the field is calmed each step."""
_CAUTION = 0.15
"""Share of the mean information that every place must outweigh before it moves by itself."""
_LONGEST_CELLS = 0.4
"""No step moves a place farther."""


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


def deform(prior: Coarse, current: Coarse, pose: Matrix, repeats: float, progress: Progress) -> Field:
    """Find how the prior moved within the patient.

    Args:
        prior, current: of one spacing.
        pose: rigid 4×4, LPS mm: the current scan's points into the prior.
        repeats: how many voxels along an axis show what one of a scan's own measured, 1 or more: read between thick
            slices, the same noise stands in several, and the field is to be stiffer by as much.
        progress: asked at every step; Cancelled passes through.
    """
    moving, fixed = _laid_onto(prior, current, pose), _layers(current)
    spacing = current.grid.spacing_mm[0]
    rough = _followed(fixed, moving, spacing, Part(progress, 0.0, _ROUGH_SHARE))
    exact = _made_exact(rough, (fixed, moving), spacing, repeats, Part(progress, _ROUGH_SHARE, 1.0))
    there = unfolded(exact)
    progress.report(1.0, "Following the breath")
    back = unfolded(inverse(there))
    body = torch.from_numpy(current.body.astype(np.float32))[None, None]
    before, after = (_likeness(fixed, moving, body, shift) for shift in (torch.zeros_like(there), there))
    voxels = ratio(fixed.shape[2:], there.shape[2:])
    towards_prior, towards_current = ((shift * voxels)[0].numpy() for shift in (there, back))
    return Field(towards_prior, towards_current, max(folded(there), folded(back)), before, after)


def _followed(fixed: Tensor, moving: Tensor, spacing_mm: float, progress: Progress) -> Tensor:
    """Return the displacement to within a few millimetres, in cells of the last rough level."""
    velocity = torch.zeros((1, 3, 2, 2, 2))
    steps, done = sum(count for _, count in _ROUGH_LEVELS), 0
    for factor, count in _ROUGH_LEVELS:
        ours, theirs = (_level(layers, factor, spacing_mm, _ROUGH_WINDOW_MM) for layers in (fixed, moving))
        velocity = on_grid(velocity, _cells(ours))
        for _ in range(count):
            progress.report(done / steps, "Following the breath")
            velocity = _step(velocity, ours, theirs)
            done += 1
    return exponential(velocity)


def _made_exact(
    displacement: Tensor, both: tuple[Tensor, Tensor], spacing_mm: float, repeats: float, progress: Progress
) -> Tensor:
    """Return the displacement in cells of the finest level."""
    # A step of a level costs as much more as it has voxels more.
    costs = [factor**-3 for factor, count, _ in _EXACT_LEVELS for _ in range(count)]
    done = 0
    for factor, count, stiffness in _EXACT_LEVELS:
        ours, theirs = (_level(layers, factor, spacing_mm, _EXACT_WINDOW_MM) for layers in both)
        displacement = on_grid(displacement, _cells(ours))
        for _ in range(count):
            progress.report(sum(costs[:done]) / sum(costs), "Following the breath")
            displacement = refined(displacement, ours, theirs, stiffness * repeats)
            done += 1
    return displacement


def _cells(image: Tensor) -> list[int]:
    return [max(2, -(-n // STRIDE)) for n in image.shape[2:]]


def _likeness(fixed: Tensor, moving: Tensor, body: Tensor, displacement: Tensor) -> float:
    """Return the correlation of Hounsfield units over the current patient, where both scans measured."""
    there = sampled(moving, identity(moving.shape[2:]) + on_grid(displacement, moving.shape[2:]))
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
    matrix = torch.from_numpy(to_prior).float()
    places = torch.tensordot(matrix[:3, :3], identity(current.grid.shape)[0], dims=1) + matrix[:3, 3, None, None, None]
    layers = _layers(prior)
    layers[:, 0] += 1000.0  # beyond the scan lies air, unknown
    found = sampled(layers, places[None])
    found[:, 0] -= 1000.0
    return found


def _level(layers: Tensor, factor: int, spacing_mm: float, window_mm: float) -> Tensor:
    """Return the layers of a level: normalised density, and how well it is known."""
    small = functional.avg_pool3d(layers, factor, ceil_mode=True, count_include_pad=False) if factor > 1 else layers
    hu, known = small[:, :1], small[:, 1:]
    hu = smoothed(hu, 0.7)
    sigma = window_mm / (spacing_mm * factor)
    weight = smoothed(known, sigma).clamp_min(1e-3)
    mean = smoothed(hu * known, sigma) / weight
    spread = (smoothed(hu * hu * known, sigma) / weight - mean * mean).clamp_min(0)
    normal = (hu - mean) / torch.sqrt(spread + _NOISE_HU**2)
    return torch.cat([normal, (known > 0.99).float()], 1)


def _step(velocity: Tensor, ours: Tensor, theirs: Tensor) -> Tensor:
    """Return the field after one step of local least squares."""
    found = smoothed(equations(ours, theirs, exponential(velocity)), _GATHER_CELLS)
    trace, mean = strength(found)
    caution = _CAUTION * mean
    move = times(inverted(found[:, :6], caution), found[:, 6:9]) / STRIDE
    length = move.norm(dim=1, keepdim=True)
    move = move * (_LONGEST_CELLS / length.clamp_min(_LONGEST_CELLS))
    sure = trace / (trace + caution) + 0.02
    calmed: Tensor = smoothed((velocity + move) * sure, _CALM_CELLS) / smoothed(sure, _CALM_CELLS)
    return calmed
