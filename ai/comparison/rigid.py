"""Rigid alignment by robust Gauss–Newton on Hounsfield units.

CT is calibrated, so the plain difference in HU is the measure; what moved with breath, arms or disease is weighed
down (Geman & McClure 1987). Second-order steps need some ten iterations of a few milliseconds, and no random sampling:
the same two scans give the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial.transform import Rotation
from torch.nn import functional

from ai.comparison.coarse import SOFTEST_HU, Coarse
from ai.geometry import Matrix
from ai.progress import Progress

MOST_POINTS = 40_000
_MOST_JUDGED = 200_000
_EDGE_HU_PER_MM = 8.0
"""Only where density changes can a place be told from its neighbours; even tissue hides how far edges are off."""

_SMALLEST_SCALE_HU = 60.0
"""Differences below this are noise and partial volume, and never weighed down."""

_SOFTENING = 0.7
"""Gaussian, in voxels: an edge narrower than a voxel pulls from nowhere but its own voxel."""

_REACH_MM = 150.0
"""Half a chest: a rotation is judged by how far it moves a point this far from the middle."""

_SETTLED_MM = 0.01


@dataclass(frozen=True, eq=False)
class _Target:
    """The current scan's sample points and what it holds there."""

    points_mm: Matrix
    hu: Matrix
    middle_mm: Matrix


def aligned(prior: Coarse, current: Coarse, start: Matrix, iterations: int, progress: Progress) -> Matrix:
    """Return the rigid 4×4 (LPS mm) that takes the current scan's points into the prior, from ``start``."""
    target = _target(current)
    moving = _Moving(prior)
    pose = np.array(start, dtype=np.float64)
    for iteration in range(iterations):
        progress.report(iteration / iterations, "Aligning the two scans")
        step = _step(moving, target, pose)
        if step is None:
            break
        pose = _moved(pose, step, target.middle_mm)
        if np.linalg.norm(step[:3]) * _REACH_MM + np.linalg.norm(step[3:]) < _SETTLED_MM:
            break
    return pose


def likeness(prior: Coarse, current: Coarse, pose: Matrix) -> tuple[float, float]:
    """Return (normalised cross-correlation, overlap) under a pose that takes current points into the prior.

    The correlation is taken over all places both scans measured that belong to the patient in at least one; the
    overlap is the share of the smaller patient part that lies in both scans.
    """
    voxels = np.argwhere(current.known)
    step = max(1, len(voxels) // _MOST_JUDGED)
    voxels = voxels[::step]
    there = _through(pose, current.grid.points_mm(voxels.astype(np.float64)))
    indices = prior.grid.indices(there).T
    known = ndimage.map_coordinates(prior.known.astype(np.float32), indices, order=1) > 0.5
    body = ndimage.map_coordinates(prior.body.astype(np.float32), indices, order=1) > 0.5
    own_body = current.body[tuple(voxels.T)]
    overlap = float((body & own_body).sum()) * step / max(1.0, float(min(prior.body.sum(), current.body.sum())))
    used = known & (body | own_body)
    if used.sum() < 100:
        return 0.0, overlap
    ours = current.hu[tuple(voxels[used].T)].astype(np.float64)
    theirs = ndimage.map_coordinates(prior.hu, indices[:, used], order=1, cval=SOFTEST_HU).astype(np.float64)
    return _correlation(ours, theirs), overlap


class _Moving:
    """The prior scan with its slopes, sampled where the current scan's points fall."""

    def __init__(self, scan: Coarse) -> None:
        self._grid = scan.grid
        spacing = scan.grid.spacing_mm[0]
        soft = ndimage.gaussian_filter(scan.hu, _SOFTENING)
        slopes = [np.asarray(np.gradient(soft, spacing, axis=axis), dtype=np.float32) for axis in (2, 1, 0)]
        self._layers = torch.from_numpy(np.stack([scan.known.astype(np.float32), soft, *slopes]))[None]

    def sample(self, points_mm: Matrix) -> tuple[NDArray[np.bool_], Matrix, Matrix]:
        """Return (which points are known there, HU of those, slopes (n, 3) of those in HU per LPS mm)."""
        indices = self._grid.indices(points_mm)
        places = (2 * indices + 1) / np.array(self._grid.shape) - 1
        where = torch.from_numpy(places[:, ::-1].astype(np.float32).copy())[None, :, None, None]
        # All five layers at once: eight times as fast as one after the other through scipy.
        found = functional.grid_sample(self._layers, where, mode="bilinear", align_corners=False)
        known, hu, *slopes = found[0, :, :, 0, 0].double().numpy()
        inside = known > 0.99
        return inside, hu[inside], np.stack([slope[inside] for slope in slopes], axis=1)


def _target(current: Coarse) -> _Target:
    slope = ndimage.gaussian_gradient_magnitude(current.hu, 1.0) / current.grid.spacing_mm[0]
    near = ndimage.binary_dilation(current.body, iterations=2) & current.known
    voxels = np.argwhere(near & (slope > _EDGE_HU_PER_MM))
    voxels = voxels[:: max(1, len(voxels) // MOST_POINTS)]
    points = current.grid.points_mm(voxels.astype(np.float64))
    soft = ndimage.gaussian_filter(current.hu, _SOFTENING)
    return _Target(points, soft[tuple(voxels.T)].astype(np.float64), points.mean(axis=0))


def _step(moving: _Moving, target: _Target, pose: Matrix) -> Matrix | None:
    """Return (rotation vector, shift) to apply after ``pose`` about the moved middle; None without overlap."""
    there = _through(pose, target.points_mm)
    inside, hu, slopes = moving.sample(there)
    if inside.sum() < 100:
        return None
    difference = hu - target.hu[inside]
    arms = there[inside] - _through(pose, target.middle_mm[None])[0]
    jacobian = np.concatenate([np.cross(arms, slopes), slopes], axis=1)
    weights = _weights(difference)
    normal = (jacobian * weights[:, None]).T @ jacobian
    gradient = jacobian.T @ (weights * difference)
    damping = 1e-4 * np.diag(np.diag(normal)) + 1e-9 * np.trace(normal) * np.eye(6)
    return -np.linalg.solve(normal + damping, gradient)


def _weights(difference: Matrix) -> Matrix:
    scale = max(_SMALLEST_SCALE_HU, 2.0 * float(np.median(np.abs(difference))))
    return np.asarray((scale**2 / (scale**2 + difference**2)) ** 2)


def _moved(pose: Matrix, step: Matrix, middle_mm: Matrix) -> Matrix:
    pivot = _through(pose, middle_mm[None])[0]
    turn = np.eye(4)
    turn[:3, :3] = Rotation.from_rotvec(step[:3]).as_matrix()
    turn[:3, 3] = pivot - turn[:3, :3] @ pivot + step[3:]
    return np.asarray(turn @ pose)


def _through(pose: Matrix, points_mm: Matrix) -> Matrix:
    return points_mm @ pose[:3, :3].T + pose[:3, 3]


def _correlation(a: Matrix, b: Matrix) -> float:
    a, b = a - a.mean(), b - b.mean()
    spread = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / spread if spread > 0 else 0.0
