"""Lung with balls, rods and haze in it, as a scan whose analysis knows some of them."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from ai.findings import Analysis, Lesion
from ai.geometry import PointMm
from ai.series import Scan
from ai.volume import Volume, VoxelGrid, axis_aligned
from tests.support.synthetic_analysis import analysis, finding, scan

GRID = axis_aligned((60, 80, 80), (1.0, 0.8, 0.8), PointMm(-32, -32, -30))


def ball(centre: PointMm, diameter_mm: float, grid: VoxelGrid = GRID) -> NDArray[np.float64]:
    """How much of each voxel lies in a ball; its edge a voxel wide."""
    away = _places(grid) - centre.array()
    return _share(np.linalg.norm(away, axis=-1), diameter_mm)


def rod(through: PointMm, diameter_mm: float, grid: VoxelGrid = GRID) -> NDArray[np.float64]:
    """A vessel that runs through the whole field, obliquely."""
    way = np.array([0.5, 0.3, 0.81]) / np.linalg.norm([0.5, 0.3, 0.81])
    away = _places(grid) - through.array()
    off = np.linalg.norm(away - (away @ way)[..., None] * way, axis=-1)
    return _share(off, diameter_mm)


def lung_with(*things: tuple[NDArray[np.float64], float], seed: int = 3) -> Volume:
    """Lung of −860 HU with noise, and things of (share, HU) in it."""
    hu = np.full(GRID.shape, -860.0)
    for share, value in things:
        hu += share * (value - hu)
    hu += np.random.default_rng(seed).normal(0, 15, GRID.shape)
    return Volume(np.round(hu).astype(np.int16), GRID)


def scan_with(volume: Volume, day: date) -> Scan:
    """A scan of 1 mm slices taken on a day."""
    return scan(volume, day)


def knows(*lesions: Lesion) -> Analysis:
    """An analysis that found these nodules."""
    return analysis(finding("nodule", logit=2.0 if lesions else -2.0, lesions=lesions))


def _share(off_mm: NDArray[np.float64], diameter_mm: float) -> NDArray[np.float64]:
    share: NDArray[np.float64] = np.clip((diameter_mm / 2 - off_mm) / 0.9 + 0.5, 0, 1)
    return share


def _places(grid: VoxelGrid) -> NDArray[np.float64]:
    index = np.stack(np.meshgrid(*(np.arange(n) for n in grid.shape), indexing="ij"), -1).reshape(-1, 3)
    return grid.points_mm(index.astype(np.float64)).reshape(*grid.shape, 3)
