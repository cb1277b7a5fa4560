"""Real scans, warped by a known motion; two kernels of one acquisition."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK
from scipy import ndimage

from ai.comparison import register_rigid
from ai.geometry import Matrix
from ai.volume import Volume, VoxelGrid
from tests.support.synthetic_chest import chest_grid, motion


def _read(path: Path) -> Volume:
    image = SimpleITK.ReadImage(str(path))
    affine = np.eye(4)
    affine[:3, :3] = (np.reshape(image.GetDirection(), (3, 3)) * image.GetSpacing())[:, ::-1]
    affine[:3, 3] = image.GetOrigin()
    voxels = SimpleITK.GetArrayFromImage(image).astype(np.int16)
    return Volume(voxels, VoxelGrid(voxels.shape, affine))


def _warped(volume: Volume, moved: Matrix, onto: VoxelGrid) -> Volume:
    index_map = volume.grid.inverse @ np.linalg.inv(moved) @ onto.affine
    hu = ndimage.affine_transform(
        volume.hu, index_map[:3, :3], index_map[:3, 3], output_shape=onto.shape, order=1, cval=-1024, output=np.float32
    )
    return Volume(hu.astype(np.int16), onto)


def _places(grid: VoxelGrid) -> Matrix:
    """Return places through the middle two thirds of a grid."""
    ticks = [np.linspace(n / 6, n * 5 / 6, 5) for n in grid.shape]
    return grid.points_mm(np.stack(np.meshgrid(*ticks, indexing="ij"), axis=-1).reshape(-1, 3))


def test_between_two_kernels_of_one_scan_nothing_moves(shared: Path) -> None:
    scans = shared / "scans"
    lung = _read(scans / "lung-pet-ct-dx-a0001-lung.nii.gz")
    soft = _read(scans / "lung-pet-ct-dx-a0001-soft.nii.gz")
    found = register_rigid(lung, soft)
    places = _places(lung.grid)
    assert np.linalg.norm(found.to_current(places) - places, axis=1).max() < 0.2
    assert found.quality > 0.97


@pytest.mark.parametrize("name", ["normal001", "c3n-00247", "cap001"])
def test_a_real_chest_is_found_again_after_a_motion(shared: Path, name: str) -> None:
    prior = _read(shared / "scans" / f"{name}.nii.gz")
    about = prior.grid.centre.moved(left=30, posterior=-40, superior=85)
    true_motion = motion((6, -4, 8), (0, 0, 0))
    true_motion[:3, 3] = about.array() - true_motion[:3, :3] @ prior.grid.centre.array()
    current = _warped(prior, true_motion, chest_grid((2.5, 1.4, 1.4), about.moved(superior=40), (260, 300, 330)))
    found = register_rigid(prior, current)
    places = _places(prior.grid)
    moved = places @ true_motion[:3, :3].T + true_motion[:3, 3]
    assert np.linalg.norm(found.to_current(places) - moved, axis=1).max() < 0.5
    assert found.quality > 0.9
