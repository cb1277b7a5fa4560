"""Grids of every orientation a scanner or a converter may leave, and volumes with a cube in them."""

from __future__ import annotations

import numpy as np

from ai.geometry import Index, Matrix, PointMm
from ai.volume import AIR_HU, Volume, VoxelGrid, axis_aligned

SHAPE = (30, 50, 40)
SPACING_MM = (2.5, 0.8, 1.1)


def straight() -> VoxelGrid:
    """Slices up, rows to the back, columns to the left; three different spacings."""
    return axis_aligned(SHAPE, SPACING_MM, PointMm(-20.0, -15.0, 100.0))


def rotated(grid: VoxelGrid, degrees: float, axes: tuple[int, int]) -> VoxelGrid:
    """The grid turned in the patient about its middle, in the plane of two LPS axes."""
    turn = np.eye(4)
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    turn[np.ix_(axes, axes)] = [[c, -s], [s, c]]
    affine: Matrix = turn @ grid.affine
    affine[:3, 3] += grid.centre.array() - (affine @ [*((np.array(grid.shape) - 1) / 2), 1])[:3]
    return VoxelGrid(grid.shape, affine)


def sheared(degrees: float = 15.0) -> VoxelGrid:
    """What a tilted gantry leaves: slices stand off their normal."""
    affine = straight().affine.copy()
    affine[1, 0] += SPACING_MM[0] * np.tan(np.radians(degrees))
    return VoxelGrid(SHAPE, affine)


def reordered(order: tuple[int, int, int], flips: tuple[bool, bool, bool]) -> VoxelGrid:
    """The straight grid's box with its index axes exchanged and turned round; left-handed for an odd number."""
    grid = straight()
    permuted = np.eye(4)
    for new, old in enumerate(order):
        permuted[:, new] = grid.affine[:, old]
    permuted[:3, 3] = grid.affine[:3, 3]
    shape = tuple(SHAPE[old] for old in order)
    for new in range(3):
        if flips[new]:
            permuted[:3, 3] += permuted[:3, new] * (shape[new] - 1)
            permuted[:3, new] *= -1
    return VoxelGrid((shape[0], shape[1], shape[2]), permuted)


GRIDS = {
    "straight": straight(),
    "slices go down": reordered((0, 1, 2), (True, False, False)),
    "columns go right": reordered((0, 1, 2), (False, False, True)),
    "left-handed, rows to the front": reordered((0, 1, 2), (False, True, False)),
    "stored as sagittal slices": reordered((2, 0, 1), (False, True, False)),
    "stored as coronal slices, all turned": reordered((1, 0, 2), (True, True, True)),
    "tilted gantry": sheared(),
    "oblique": rotated(rotated(straight(), 20.0, (0, 1)), 12.0, (1, 2)),
}


def volume_with_cube(grid: VoxelGrid, centre: PointMm, side_mm: float, hu: int = 1000) -> Volume:
    """Air with one cube (its sides along the patient's axes) of that many Hounsfield units."""
    index = np.stack(np.meshgrid(*(np.arange(n) for n in grid.shape), indexing="ij"), axis=-1).reshape(-1, 3)
    inside = np.abs(grid.points_mm(index.astype(np.float64)) - centre.array()).max(axis=1) <= side_mm / 2
    values = np.where(inside, hu, AIR_HU).astype(np.int16).reshape(grid.shape)
    return Volume(values, grid)


def voxel_near(grid: VoxelGrid, share: tuple[float, float, float]) -> PointMm:
    """The centre of the voxel at those shares (0…1) of the grid's index axes."""
    index = (round((n - 1) * part) for n, part in zip(grid.shape, share, strict=True))
    return grid.point(Index(*index))
