"""A lesion of two scans on the same cubes: laid onto itself to a fraction of a voxel, both scans equally blurred.

The registration puts a lesion to a millimetre or two, and two outlines have two middles. Subtracting one scan from the
other asks for more: the shift that makes the two pictures of the lesion most alike is looked for here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.signal import fftconvolve

from ai.comparison.seen import Seen
from ai.geometry import PointMm
from ai.model.lesions import middle_of
from ai.model.lung_bodies import Body
from ai.volume import VoxelGrid, axis_aligned

Mask = NDArray[np.bool_]
Values = NDArray[np.float32]

AROUND_MM = 9.0
"""How far beyond the lesion's surface is looked."""
_FINEST_MM, _ACROSS = 0.8, 64
_BLUR_MM = 0.9
"""Standard deviation of the blur both scans are given: that of a soft kernel, so that a sharp one differs less."""
_LOWEST_HU, _HIGHEST_HU = -1000.0, 100.0
"""Calcium and metal would outweigh all else."""
_FARTHEST_MM, _MUCH_LIKER = 8.0, 0.8
"""So far from each other two outlines' middles may lie; the nearer place stays unless the farther is so much liker."""
_ROUNDS, _STILL_MM, _STEP_MM, _ASTRAY_MM = 5, 0.03, 1.0, 3.0
_BESIDE_MM = 2.0
"""How far beside the lesion the pictures still count for the shift."""


@dataclass(frozen=True, eq=False)
class PairedCubes:
    """The same place in both scans.

    Args:
        then, now: HU, equally blurred.
        body_then, body_now: the lesion as each scan shows it.
        lung: what is lung in both, and lies in both scans.
        cubes_now: where the cubes lie in the scan of now.
        step_mm: the cubes' size.
    """

    then: Values
    now: Values
    body_then: Mask
    body_now: Mask
    lung: Mask
    cubes_now: VoxelGrid
    step_mm: float


@dataclass(frozen=True, eq=False)
class _Side:
    """One scan with its body; ``blur_mm``: standard deviations of the blur it is given along the cubes' axes."""

    seen: Seen
    body: Body
    blur_mm: NDArray[np.float64]

    def hu(self, cubes: VoxelGrid) -> Values:
        """The blurred scan on the cubes."""
        values = _on(self.seen.volume.hu, self.seen.volume.grid, cubes)
        found: Values = ndimage.gaussian_filter(values, self.blur_mm / cubes.spacing_mm[0], truncate=3.0)
        return found

    def mask(self, cubes: VoxelGrid) -> Mask:
        """The body on the cubes."""
        return _on(self.body.mask, self.body.grid, cubes, beyond=0.0) > 0.5

    def lung(self, cubes: VoxelGrid) -> Mask:
        """Where the cubes are lung, as far as that is known, and lie in the scan."""
        edge = np.ones(cubes.shape, dtype=bool)
        indices = self.seen.volume.grid.inverse @ cubes.affine
        for axis, count in enumerate(self.seen.volume.grid.shape):
            along = sum(
                np.expand_dims(indices[axis, n] * np.arange(cubes.shape[n]), tuple({0, 1, 2} - {n})) for n in range(3)
            )
            edge &= np.abs(along + indices[axis, 3] - (count - 1) / 2) <= count / 2
        if self.seen.lung is None:
            return edge
        return np.asarray(edge & (_on(self.seen.lung[0], self.seen.lung[1], cubes) > 0.5))


def paired_cubes(then: Body, now: Body, prior: Seen, current: Seen) -> PairedCubes:
    """Return both scans around a lesion of both.

    Args:
        then, now: the lesion in each.
        prior, current: the scans.
    """
    half_mm = max(_reach_mm(then), _reach_mm(now)) + AROUND_MM
    step_mm = max(_FINEST_MM, 2 * half_mm / _ACROSS)
    variances = [_variances(seen.volume.grid) for seen in (prior, current)]
    most = np.maximum(*variances) + _BLUR_MM**2
    first, second = (
        _Side(seen, body, np.sqrt(most - own))
        for seen, body, own in zip((prior, current), (then, now), variances, strict=True)
    )
    here = _cubes(middle_of(then), half_mm, step_mm)
    there = _laid_onto(first, second, here, middle_of(now), half_mm)
    return PairedCubes(
        first.hu(here),
        second.hu(there),
        first.mask(here),
        second.mask(there),
        np.asarray(first.lung(here) & second.lung(there)),
        there,
        step_mm,
    )


def _laid_onto(first: _Side, second: _Side, here: VoxelGrid, middle: PointMm, half_mm: float) -> VoxelGrid:
    """Return the cubes of the second scan that look most like those of the first (Gauss–Newton on their squares)."""
    step_mm = here.spacing_mm[0]
    fixed = np.clip(first.hu(here), _LOWEST_HU, _HIGHEST_HU)
    weight = _weight(first.mask(here), step_mm)
    wide = _cubes(middle, half_mm + _FARTHEST_MM, step_mm)
    start = _likeliest(fixed, weight, np.clip(second.hu(wide), _LOWEST_HU, _HIGHEST_HU)) * step_mm
    near = tuple(slice(int(a.min()), int(a.max()) + 1) for a in np.nonzero(weight))
    weights, fixed = weight[near].ravel(), fixed[near]
    shift = start.copy()
    for _ in range(_ROUNDS):
        moving = np.clip(second.hu(_cubes(middle, half_mm, step_mm, shift))[near], _LOWEST_HU, _HIGHEST_HU)
        slopes = np.stack([axis.ravel() for axis in np.gradient((fixed + moving) / 2, step_mm)])
        rows = np.vstack([slopes, np.ones((1, slopes.shape[1]))])
        normal = (rows * weights) @ rows.T
        normal[:3, :3] += np.eye(3) * (1e-3 * np.trace(normal[:3, :3]) + 1e-6)
        step = np.linalg.solve(normal, (rows * weights) @ (fixed - moving).ravel())[:3].clip(-_STEP_MM, _STEP_MM)
        shift += step
        if np.abs(shift - start).max() > _ASTRAY_MM:
            return _cubes(middle, half_mm, step_mm, start)
        if np.abs(step).max() < _STILL_MM:
            break
    return _cubes(middle, half_mm, step_mm, shift)


def _likeliest(fixed: Values, weight: NDArray[np.float64], wide: Values) -> NDArray[np.float64]:
    """Return by how many cubes to go from the middle of ``wide`` to where it looks like ``fixed``: none without need.

    The weighted variance of the difference, for every whole shift at once: by correlations of every second cube.
    """
    most = (wide.shape[0] - fixed.shape[0]) // 4 * 2
    spare = (wide.shape[0] - fixed.shape[0]) // 2 - most
    trimmed = slice(spare, wide.shape[0] - spare, 2)
    here, far, counts = fixed[::2, ::2, ::2], wide[trimmed, trimmed, trimmed], weight[::2, ::2, ::2]
    counts = counts / counts.sum()
    own = float((counts * here).sum())
    theirs = fftconvolve(far, counts[::-1, ::-1, ::-1], mode="valid")
    squares = fftconvolve(far**2, counts[::-1, ::-1, ::-1], mode="valid")
    both = fftconvolve(far, (counts * here)[::-1, ::-1, ::-1], mode="valid")
    cost = squares - 2 * both + float((counts * here**2).sum()) - (theirs - own) ** 2
    middle = np.array(cost.shape) // 2
    best = np.array(np.unravel_index(int(cost.argmin()), cost.shape))
    if cost[tuple(best)] > _MUCH_LIKER * cost[tuple(middle)]:
        best = middle
    return np.asarray(2.0 * (best - middle))


def _weight(body: Mask, step_mm: float) -> NDArray[np.float64]:
    """How much each cube counts for the shift: less away from the lesion, nothing far from it."""
    radius_mm = (3 * (int(np.count_nonzero(body)) or 1) * step_mm**3 / (4 * np.pi)) ** (1 / 3) + _BESIDE_MM
    squares = sum(
        np.expand_dims(((np.arange(n) - (n - 1) / 2) * step_mm / radius_mm) ** 2, tuple({0, 1, 2} - {axis}))
        for axis, n in enumerate(body.shape)
    )
    weight = np.exp(-0.5 * np.asarray(squares))
    return np.where(weight > 0.02, weight, 0.0)


def _reach_mm(body: Body) -> float:
    spots = body.grid.points_mm(np.argwhere(body.mask).astype(np.float64))
    return float(np.linalg.norm(spots - middle_of(body).array(), axis=1).max())


def _variances(grid: VoxelGrid) -> NDArray[np.float64]:
    """How much slices as thick as they are apart, and reading between voxels, blur along (superior, posterior, left).

    A box of width t has a variance of t²/12; reading linearly between places t apart, at any of them, t²/6.
    """
    spacing = np.array(grid.spacing_mm)
    along = (grid.affine[:3, :3] / spacing) ** 2
    return np.asarray(along @ (spacing**2 / 6 + np.array([spacing[0] ** 2 / 12, 0.0, 0.0])))[::-1]


def _cubes(middle: PointMm, half_mm: float, step_mm: float, shift_mm: NDArray[np.float64] | None = None) -> VoxelGrid:
    """Cubes around a place moved along (superior, posterior, left)."""
    up, back, left = (0.0, 0.0, 0.0) if shift_mm is None else (float(v) for v in shift_mm)
    reach = int(np.ceil(half_mm / step_mm))
    first = middle.moved(left - reach * step_mm, back - reach * step_mm, up - reach * step_mm)
    return axis_aligned((2 * reach + 1,) * 3, (step_mm,) * 3, first)


def _on(values: NDArray[np.generic], grid: VoxelGrid, onto: VoxelGrid, beyond: float | None = None) -> Values:
    """Read values between their places; beyond them the nearest, or what is given."""
    ends = grid.indices(onto.corners_mm())
    low = np.clip(np.floor(ends.min(0)).astype(int) - 1, 0, np.array(grid.shape) - 1)
    high = np.clip(np.ceil(ends.max(0)).astype(int) + 2, low + 1, grid.shape)
    part = values[tuple(slice(a, b) for a, b in zip(low, high, strict=True))].astype(np.float32)
    matrix = grid.inverse @ onto.affine
    found: Values = ndimage.affine_transform(
        part,
        matrix[:3, :3],
        matrix[:3, 3] - low,
        output_shape=onto.shape,
        output=np.float32,
        order=1,
        mode="nearest" if beyond is None else "constant",
        cval=beyond or 0.0,
    )
    return found
