"""Coarse maps looked up at the scan's voxels."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from ai.geometry import PointMm
from ai.model.measures.scene import Scene, largest_part, looked_up
from ai.volume import VoxelGrid, axis_aligned
from tests.support.known_chest import KnownChest

COARSE = axis_aligned((6, 7, 8), (4.0, 4.0, 4.0), PointMm(1.0, -3.0, 10.0))
CODES = np.random.default_rng(4).integers(1, 8, COARSE.shape).astype(np.uint8)


@pytest.mark.parametrize("spacing", [(2.5, 0.7, 0.9), (5.0, 1.0, 1.0), (4.0, 4.0, 4.0)])
def test_each_voxel_has_the_code_of_the_cell_that_holds_its_centre(spacing: tuple[float, float, float]) -> None:
    fine = axis_aligned((12, 40, 40), spacing, PointMm(-1.03, -5.01, 7.02))
    found = looked_up(CODES, COARSE, fine)
    for spot in np.random.default_rng(1).integers(0, fine.shape, (200, 3)):
        cell = COARSE.nearest(PointMm.of(fine.points_mm(spot[None].astype(np.float64))[0]))
        assert found[tuple(spot)] == (0 if cell is None else CODES[cell])


def test_a_turned_grid_is_looked_up_too() -> None:
    angle = np.deg2rad(20)
    turn = np.eye(4)
    turn[1:3, 1:3] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    fine = VoxelGrid((10, 20, 20), turn @ axis_aligned((1, 1, 1), (2.0, 1.5, 1.5), PointMm(2.0, 0.0, 14.0)).affine)
    found = looked_up(CODES, COARSE, fine)
    matrix = COARSE.inverse @ fine.affine
    expected = ndimage.affine_transform(CODES, matrix[:3, :3], matrix[:3, 3], output_shape=fine.shape, order=0)
    assert np.array_equal(found, expected)
    assert (found > 0).any()


def test_the_block_around_a_mask_holds_just_its_voxels() -> None:
    chest = KnownChest()
    scene = Scene.of(chest.volume, None, chest.lungs)
    mask = np.zeros(chest.cells.shape, dtype=bool)
    mask[5:9, 10:12, 20:30] = True
    block = scene.around(mask, chest.cells)
    assert block is not None
    hu, grid = block
    assert hu.shape == (round(16 / 2.5), 8, 40)
    assert looked_up(mask.astype(np.uint8), chest.cells, grid).all()


def test_nothing_has_no_block() -> None:
    chest = KnownChest()
    assert Scene.of(chest.volume, None, chest.lungs).around(np.zeros(chest.cells.shape, bool), chest.cells) is None


def test_the_largest_part_is_kept() -> None:
    mask = np.zeros((5, 5, 9), dtype=bool)
    mask[1:4, 1:4, 1:4] = True
    mask[2, 2, 7] = True
    assert np.count_nonzero(largest_part(mask)) == 27
