"""Peaks: strongest first, apart from one another, at the heat's own millimetres."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from ai.geometry import PointMm
from ai.model.peaks import peaks_of
from ai.volume import VoxelGrid, axis_aligned
from tests.support.thorax import distances_mm

GRID = axis_aligned((30, 40, 50), (4.0, 4.0, 4.0), PointMm(-90.0, 30.0, -400.0))


def hills(*places: tuple[tuple[float, float, float], float], grid: VoxelGrid = GRID) -> np.ndarray:
    """Return heat with smooth hills of given heights at shares of the grid."""
    heat = np.zeros(grid.shape)
    for share, height in places:
        heat += height * np.exp(-0.5 * (distances_mm(grid, at(share)) / 7.0) ** 2)
    return np.where(heat > 0.05, heat, 0).astype(np.float32)


def at(share: tuple[float, float, float]) -> PointMm:
    """Return the place at those shares of the grid's axes."""
    index = np.array([[s * (n - 1) for s, n in zip(share, GRID.shape, strict=True)]])
    return PointMm.of(GRID.points_mm(index)[0])


def test_strongest_first_and_where_they_are() -> None:
    weak, strong, middle = (0.2, 0.2, 0.2), (0.5, 0.7, 0.4), (0.8, 0.3, 0.8)
    peaks = peaks_of(hills((weak, 1.0), (strong, 3.0), (middle, 2.0)), GRID)
    assert len(peaks) == 3
    for peak, share in zip(peaks, (strong, middle, weak), strict=True):
        assert peak.position.distance_mm(at(share)) < 4.0
    assert [p.evidence for p in peaks] == sorted((p.evidence for p in peaks), reverse=True)


def test_no_heat_no_peak() -> None:
    assert peaks_of(np.zeros(GRID.shape, dtype=np.float32), GRID) == ()


@pytest.mark.parametrize("seed", range(4))
def test_no_two_are_nearer_than_14_mm(seed: int) -> None:
    heat = np.random.default_rng(seed).random(GRID.shape).astype(np.float32)
    peaks = peaks_of(heat, GRID, most=40)
    assert len(peaks) == 40
    nearest = min(a.position.distance_mm(b.position) for a, b in itertools.combinations(peaks, 2))
    assert nearest >= 14.0


def test_a_plateau_is_one_place() -> None:
    heat = np.zeros(GRID.shape, dtype=np.float32)
    heat[10:14, 10:14, 10:14] = 1.0
    assert len(peaks_of(heat, GRID)) == 1


def test_no_more_than_asked_for() -> None:
    heat = np.random.default_rng(1).random(GRID.shape).astype(np.float32)
    assert len(peaks_of(heat, GRID, most=3)) == 3


def test_heat_at_the_very_edge_counts() -> None:
    heat = np.zeros(GRID.shape, dtype=np.float32)
    heat[0, 0, 0] = 1.0
    (peak,) = peaks_of(heat, GRID)
    assert peak.position == PointMm(-90.0, 30.0, -400.0)
