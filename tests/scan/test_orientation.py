"""A place in the patient is the same place whatever slice order, orientation or file format brought it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ai import scan
from ai.geometry import Index, Matrix, PointMm
from ai.volume import VoxelGrid
from tests.support.dicom_series import Plan, landmark_mm, thorax_box, write_series

ORDERS = {
    "ascending": list(range(9)),
    "descending": list(range(8, -1, -1)),
    "shuffled": [4, 0, 8, 2, 6, 1, 7, 3, 5],
}


def rotated(plan: Plan, rotation: Matrix) -> Plan:
    """Turn the patient: the grid's axes and first voxel by a rotation of LPS."""
    affine = plan.grid.affine.copy()
    affine[:3] = rotation @ affine[:3]
    return Plan(plan.hu, VoxelGrid(plan.grid.shape, affine))


def turn(axis: int, degrees: float) -> Matrix:
    """Rotate about an LPS axis."""
    angle = np.radians(degrees)
    a, b = [i for i in range(3) if i != axis]
    matrix = np.eye(3)
    matrix[[a, a, b, b], [a, b, a, b]] = np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle)
    return matrix


TURNS = {
    "supine": np.eye(3),
    "prone": turn(2, 180),
    "on the side": turn(2, 90),
    "coronal": turn(0, 90),
    "sagittal": turn(1, 90) @ turn(2, 90),
    "feet first": turn(1, 180),
    "oblique": turn(0, 13) @ turn(1, -21) @ turn(2, 8),
}


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS.keys())
def test_slices_are_ordered_by_position_not_by_number(tmp_path: Path, order: list[int]) -> None:
    plan = thorax_box()
    write_series(tmp_path, plan, order)
    read = scan.read(tmp_path)
    assert np.array_equal(read.volume.hu, plan.hu)
    assert read.volume.grid == plan.grid
    assert read.volume.hu_at(landmark_mm(plan)) == 1003
    assert not read.notices


@pytest.mark.parametrize("rotation", TURNS.values(), ids=TURNS.keys())
def test_the_dense_voxel_is_where_it_was_in_the_patient(tmp_path: Path, rotation: Matrix) -> None:
    plan = rotated(thorax_box(), rotation)
    write_series(tmp_path, plan, ORDERS["shuffled"])
    read = scan.read(tmp_path)
    assert read.volume.hu_at(landmark_mm(plan)) == 1003
    assert (read.volume.hu == 1003).sum() == 1
    assert not read.notices


@pytest.mark.parametrize("rotation", TURNS.values(), ids=TURNS.keys())
def test_the_first_axis_goes_up_back_or_left(tmp_path: Path, rotation: Matrix) -> None:
    write_series(tmp_path, rotated(thorax_box(), rotation))
    across = scan.read(tmp_path).volume.grid.affine[:3, 0]
    assert across[np.abs(across).argmax()] > 0


@pytest.mark.parametrize("rotation", TURNS.values(), ids=TURNS.keys())
@pytest.mark.parametrize("name", ["v.nii", "v.nii.gz", "v.nrrd", "v.mha"])
def test_volume_files_keep_the_place(tmp_path: Path, rotation: Matrix, name: str) -> None:
    plan = rotated(thorax_box(), rotation)
    scan.write_volume(tmp_path / name, plan.hu, plan.grid)
    read = scan.read(tmp_path / name)
    assert read.volume.hu_at(landmark_mm(plan)) == 1003
    assert np.allclose(read.volume.grid.affine, plan.grid.affine, atol=1e-4)
    assert np.array_equal(read.volume.hu, plan.hu)
    assert not read.notices


@pytest.mark.parametrize("rotation", TURNS.values(), ids=TURNS.keys())
def test_written_dicom_keeps_the_place(tmp_path: Path, rotation: Matrix) -> None:
    plan = rotated(thorax_box(), rotation)
    write_series(tmp_path / "a", plan)
    first = scan.read(tmp_path / "a")
    scan.write_dicom(first, tmp_path / "b")
    second = scan.read(tmp_path / "b")
    assert second.volume.grid == first.volume.grid
    assert np.array_equal(second.volume.hu, first.volume.hu)
    assert second.volume.hu_at(landmark_mm(plan)) == 1003


def test_superior_is_up_and_left_is_left(tmp_path: Path) -> None:
    write_series(tmp_path, thorax_box(), ORDERS["descending"])
    grid = scan.read(tmp_path).volume.grid
    low, high = grid.point(Index(0, 0, 0)), grid.point(Index(8, 0, 0))
    assert (low.superior, high.superior) == (1200.0, 1220.0)
    assert landmark_mm(thorax_box()) == PointMm(-60 + 7 * 0.7, -80 + 20 * 0.8, 1200 + 3 * 2.5)
