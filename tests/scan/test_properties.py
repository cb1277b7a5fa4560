"""Whatever the orientation, spacing, order, depth and syntax: each voxel is read, where it was; faults are told."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from scipy.ndimage import map_coordinates

from ai import scan
from ai.geometry import Matrix, PointMm
from ai.scan.gantry import STRAIGHT_MM
from ai.series import Scan
from ai.volume import VoxelGrid, axis_aligned
from tests.support.dicom_series import Change
from tests.support.well_formed import LOSSLESS, TURNS, Pixels, noise, read_at, turned, upside_down, write

same_every_run = settings(derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow])

angles = st.one_of(st.sampled_from(list(TURNS.values())), st.tuples(*[st.floats(-180, 180)] * 3))
in_plane_mm = st.floats(0.2, 1.5)
RAMP_HU = 300.0
PER_MM = np.array([3.0, -4.0, 5.0])
"""A field that grows evenly: interpolation, wherever it lies, must give it back."""


@st.composite
def grids(draw: st.DrawFn, least_slices: int = 2) -> VoxelGrid:
    """Any place, orientation, spacing and size; slices counted from either end."""
    shape = draw(st.tuples(st.integers(least_slices, 9), st.integers(4, 12), st.integers(4, 12)))
    spacing = draw(st.tuples(st.floats(0.4, 6.0), in_plane_mm, in_plane_mm))
    first = PointMm(*draw(st.tuples(*[st.floats(-1500, 1500)] * 3)))
    grid = turned(axis_aligned(shape, spacing, first), draw(angles))
    return upside_down(grid) if draw(st.booleans()) else grid


@st.composite
def packings(draw: st.DrawFn) -> Pixels:
    """Any way of storing pixels that a CT may use."""
    pixels = Pixels(
        syntax=draw(st.sampled_from(LOSSLESS)),
        bits=draw(st.sampled_from([8, 12, 16])),
        signed=draw(st.booleans()),
        slope=draw(st.sampled_from([1.0, 1.0, 2.0, 0.5, 0.25, 1.5, -1.0])),
        intercept=draw(st.sampled_from([-1024.0, 0.0, -1000.0, -8192.0, -999.5, 24.0])),
    )
    padding = draw(st.one_of(st.none(), st.sampled_from(pixels.limits), st.integers(*pixels.limits)))
    return Pixels(pixels.syntax, pixels.bits, pixels.signed, pixels.slope, pixels.intercept, padding)


def read_back(
    grid: VoxelGrid,
    stored: NDArray[np.int64],
    pixels: Pixels,
    order: Sequence[int] | None = None,
    change: Change | None = None,
) -> Scan:
    """Write a series, and read it as the reader would."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), grid, stored, pixels, order, change)
        return scan.read(Path(folder))


@settings(same_every_run, max_examples=200)
@given(grids(), packings(), st.data())
def test_every_voxel_is_found_where_it_was_written(grid: VoxelGrid, pixels: Pixels, data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(grid.shape[0])))
    stored = noise(grid, pixels)
    read = read_back(grid, stored, pixels, order)
    assert np.array_equal(read_at(read, grid), pixels.hu(stored))
    assert read.volume.hu.size == stored.size
    assert not read.notices
    assert not read.interpolated


@settings(same_every_run, max_examples=40)
@given(grids(), st.data())
def test_a_landmark_is_found_at_its_millimetres(grid: VoxelGrid, data: st.DataObject) -> None:
    voxel = data.draw(st.tuples(*[st.integers(0, n - 1) for n in grid.shape]))
    stored = np.full(grid.shape, 24)
    stored[voxel] = 3024
    read = read_back(grid, stored, Pixels(), data.draw(st.permutations(range(grid.shape[0]))))
    point = PointMm.of(grid.points_mm(np.array([voxel], np.float64))[0])
    assert read.volume.hu_at(point) == 2000
    assert (read.volume.hu == 2000).sum() == 1


def ramp(points_mm: Matrix, middle_mm: Matrix) -> Matrix:
    """Hounsfield units of the evenly growing field at (n, 3) places."""
    return np.asarray(RAMP_HU + (points_mm - middle_mm) @ PER_MM)


def places(grid: VoxelGrid) -> Matrix:
    """Where the voxels lie, (slices, rows, columns, 3)."""
    at = np.argwhere(np.ones(grid.shape, bool)).astype(np.float64)
    return np.asarray(grid.points_mm(at).reshape(*grid.shape, 3))


def shown_at(read: Scan, points_mm: Matrix) -> Matrix:
    """What the scan shows at places between its voxels."""
    at = read.volume.grid.indices(points_mm.reshape(-1, 3))
    return np.asarray(map_coordinates(read.volume.hu.astype(np.float64), at.T, order=1, mode="nearest"))


def moved(where_mm: Matrix) -> Change:
    """Write other positions than the grid's."""

    def change(ds: Dataset, index: int) -> None:
        ds.ImagePositionPatient = [f"{v:.6f}" for v in where_mm[index]]

    return change


def told(read: Scan) -> str:
    """All that the reader must not miss."""
    return " ".join(notice.text for notice in read.notices if notice.grave)


@settings(same_every_run, max_examples=30)
@given(grids(least_slices=6), st.data())
def test_missing_slices_are_told_and_the_others_stay_in_place(grid: VoxelGrid, data: st.DataObject) -> None:
    inner = st.integers(1, grid.shape[0] - 2)
    gone = data.draw(st.sets(inner, min_size=1, max_size=2))
    left = [s for s in range(grid.shape[0]) if s not in gone]
    stored = noise(grid, Pixels(bits=12))
    read = read_back(grid, stored, Pixels(bits=12), left)
    assert "missing" in told(read) or "unevenly spaced" in told(read)
    assert np.array_equal(read_at(read, grid)[left], Pixels(bits=12).hu(stored)[left])
    assert len(read.interpolated) == len(gone)


@settings(same_every_run, max_examples=20)
@given(grids(), st.data())
def test_duplicates_are_told_and_the_stack_keeps_its_length(grid: VoxelGrid, data: st.DataObject) -> None:
    twice = data.draw(st.lists(st.integers(0, grid.shape[0] - 1), min_size=1, max_size=3))
    order = data.draw(st.permutations([*range(grid.shape[0]), *twice]))
    stored = noise(grid, Pixels(bits=12))
    read = read_back(grid, stored, Pixels(bits=12), order)
    assert "lie where another one lies" in told(read)
    assert np.array_equal(read_at(read, grid), Pixels(bits=12).hu(stored))
    assert read.volume.grid.shape == grid.shape


@settings(same_every_run, max_examples=30)
@given(grids(least_slices=4), st.integers(-30, 30), st.sampled_from([1, 2]))
def test_a_tilt_is_told_and_undone(grid: VoxelGrid, degrees: int, along: int) -> None:
    axis = grid.affine[:3, along] / grid.spacing_mm[along]
    lean = np.tan(np.radians(degrees)) * grid.spacing_mm[0]
    drift = abs(lean) * (grid.shape[0] - 1)
    assume(STRAIGHT_MM < drift < grid.spacing_mm[along] * grid.shape[along])  # less is rounding, more is refused
    shift = np.arange(grid.shape[0])[:, None] * lean * axis
    points = places(grid) + shift[:, None, None, :]
    middle = points.reshape(-1, 3).mean(axis=0)
    stored = np.rint(ramp(points, middle)).astype(np.int64)
    read = read_back(grid, stored, Pixels(signed=True, intercept=0.0), change=moved(points[:, 0, 0]))
    assert f"tilted by {abs(degrees)}.0°" in told(read)
    inside = points[:, 1:-1, 1:-1]
    assert np.abs(shown_at(read, inside) - ramp(inside, middle).ravel()).max() <= 1.5
    axes = read.volume.grid.affine[:3, :3] / np.array(read.volume.grid.spacing_mm)
    assert np.allclose(axes.T @ axes, np.eye(3), atol=1e-5)


@settings(same_every_run, max_examples=30)
@given(grids(least_slices=5), st.data())
def test_uneven_spacing_is_told_and_nothing_is_stretched(grid: VoxelGrid, data: st.DataObject) -> None:
    count = grid.shape[0]
    gaps = np.array(data.draw(st.lists(st.sampled_from([1.0, 1.3, 1.7, 2.6]), min_size=count - 1, max_size=count - 1)))
    if len(set(gaps)) == 1:
        gaps[0] *= 1.3
    heights = np.concatenate([[0.0], np.cumsum(gaps)])
    points = places(grid)[:1] + (heights[:, None] * grid.affine[:3, 0])[:, None, None, :]
    middle = points.reshape(-1, 3).mean(axis=0)
    stored = np.rint(ramp(points, middle)).astype(np.int64)
    read = read_back(grid, stored, Pixels(signed=True, intercept=0.0), change=moved(points[:, 0, 0]))
    assert "unevenly spaced" in told(read) or "missing" in told(read)
    step = read.volume.grid.spacing_mm[0]
    within = points[1:-1]  # the last may lie up to half a step beyond an even grid
    most = 1.5 + 0.1 * step * float(np.abs(PER_MM @ grid.affine[:3, 0])) / grid.spacing_mm[0]
    assert np.abs(shown_at(read, within) - ramp(within, middle).ravel()).max() <= most
