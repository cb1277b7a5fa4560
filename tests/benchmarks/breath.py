"""A breath that is known exactly: where the tissue at a place of the breathing patient lay before.

The bases go down most, behind more than in front; the wall of the chest and the spine hold back what lies beside them,
so the lungs shear along them; the front of the chest rises; a smooth random part of some 3 mm lies on top. The whole
has no folds, and is the truth because the scan is bent with the very same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai.anatomy import Lungs
from ai.geometry import Matrix
from ai.volume import VoxelGrid

_HOLD_MM = 20.0
"""How far from wall or spine the lung moves as freely as it can."""
_WALL_SHARE = 0.2
"""How much of the breath the wall takes part in."""
_WAVES_MM, _WAVE_LENGTH_MM = 3.0, 35.0
_BONE_HU = 200.0
_BONY_SHARE = 0.3
"""Of the slices: where the spine is, however it curves."""
_SPINE_MM = 40.0
_LEAST_JACOBIAN = 0.2


@dataclass(frozen=True, eq=False)
class Breath:
    """Adds to places of the breathing patient what the lattice says there, read linearly.

    Args:
        grid: of the lattice, LPS mm.
        shift_mm: float32 (3, s, r, c), along left, posterior, superior.
    """

    grid: VoxelGrid
    shift_mm: NDArray[np.float32]

    def shift_at(self, points_mm: Matrix) -> NDArray[np.float32]:
        """Return (3, n) millimetres for (n, 3) places."""
        indices = self.grid.indices(points_mm).T.astype(np.float32)
        return np.stack([ndimage.map_coordinates(axis, indices, order=1, mode="nearest") for axis in self.shift_mm])

    def before(self, points_mm: Matrix) -> Matrix:
        """Return where the tissue at (n, 3) places lay before the breath."""
        there: Matrix = points_mm + self.shift_at(points_mm).T
        return there

    def after(self, points_mm: Matrix) -> Matrix:
        """Return where (n, 3) places lie after the breath: the inverse, to a hundredth of a millimetre."""
        found = points_mm.copy()
        for _ in range(60):
            found = found + 0.7 * (points_mm - self.before(found))
        if np.abs(self.before(found) - points_mm).max() > 0.01:
            raise ValueError("the breath cannot be undone here")
        return found

    @property
    def jacobian(self) -> NDArray[np.float32]:
        """Volume before over volume after, on the lattice."""
        rows = [np.gradient(axis, *self.grid.spacing_mm) for axis in self.shift_mm]
        # Gradients come along (slice, row, column), which run along (superior, posterior, left).
        matrix = np.moveaxis(np.array(rows)[:, ::-1], (0, 1), (-2, -1)) + np.eye(3)
        return np.asarray(np.linalg.det(matrix), dtype=np.float32)


def breath_of(hu: NDArray[np.float32], lungs: Lungs, deep_mm: float, seed: int) -> Breath:
    """Draw a breath for a scan.

    Args:
        hu: in standard axes, a few mm a voxel, on the lungs' grid.
        lungs: found in it.
        deep_mm: how far the bases move down.
        seed: of the random part.
    """
    free = _freedom(hu, lungs)
    slices = np.flatnonzero(lungs.mask.any(axis=(1, 2)))
    height = (slices[-1] - np.arange(hu.shape[0])) / (slices[-1] - slices[0])
    low = np.clip(height, 0.0, 1.15)[:, None, None] ** 1.5
    behind = np.linspace(0.0, 1.0, hu.shape[1])[None, :, None]
    rng = np.random.default_rng(seed)
    waves = [_waves(hu.shape, lungs.grid.spacing_mm, rng) for _ in range(3)]
    # Downwards in the breathing patient, so the tissue lay higher before.
    up = deep_mm * low * (0.6 + 0.4 * behind) * free + waves[2] * free
    back = 0.2 * deep_mm * (1 - behind) * np.clip(low + 0.3, 0, 1) + waves[1] * free
    breath = Breath(lungs.grid, np.stack([waves[0] * free, back, up]).astype(np.float32))
    if breath.jacobian.min() < _LEAST_JACOBIAN:
        raise ValueError(f"a breath of {deep_mm:g} mm would fold")
    return breath


def _freedom(hu: NDArray[np.float32], lungs: Lungs) -> NDArray[np.float32]:
    """Return from ``_WALL_SHARE`` at wall and spine to 1 inside, (1, r, c): the same at every height."""
    in_plane_mm = lungs.grid.spacing_mm[1:]
    cage = import_module("skimage.morphology").convex_hull_image(lungs.mask.any(axis=0))
    middle = float(np.argwhere(cage)[:, 1].mean())
    beside = np.abs(np.arange(hu.shape[2]) - middle) * in_plane_mm[1] < _SPINE_MM
    rows = np.flatnonzero(cage.any(axis=1))
    behind = np.arange(hu.shape[1]) > rows[0] + 0.6 * (rows[-1] - rows[0])
    bony = ndimage.binary_opening(hu > _BONE_HU).mean(axis=0) > _BONY_SHARE
    fixed = (bony & behind[:, None] & beside[None]) | ~cage
    away_mm = ndimage.distance_transform_edt(~fixed, sampling=in_plane_mm)
    share = _WALL_SHARE + (1 - _WALL_SHARE) * np.clip(away_mm / _HOLD_MM, 0, 1)
    smooth = ndimage.gaussian_filter(share, [6 / mm for mm in in_plane_mm])
    return np.asarray(smooth[None], dtype=np.float32)


def _waves(
    shape: tuple[int, ...], spacing_mm: tuple[float, float, float], rng: np.random.Generator
) -> NDArray[np.float64]:
    noise = ndimage.gaussian_filter(rng.normal(size=shape), [_WAVE_LENGTH_MM / mm for mm in spacing_mm])
    waves: NDArray[np.float64] = _WAVES_MM * noise / noise.std()
    return waves
