"""The small picture of a series lies as radiologists look at it, is not stretched, and refuses what is damaged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ai import scan
from ai.geometry import PointMm
from ai.series import FileWindow
from ai.volume import VoxelGrid, axis_aligned
from tests.support.dicom_series import JPEG_LS, Form, Plan, write_series

SIZE = 64
DENSE_HU = 1000


def flipped(grid: VoxelGrid, axis: int) -> VoxelGrid:
    """Return the grid whose index runs the other way along an axis."""
    affine = grid.affine.copy()
    affine[:3, 3] += affine[:3, axis] * (grid.shape[axis] - 1)
    affine[:3, axis] *= -1
    return VoxelGrid(grid.shape, affine)


def marked(grid: VoxelGrid) -> Plan:
    """A patient of air with one dense place: at the left, in front, in every slice."""
    hu = np.full(grid.shape, -1000, np.int16)
    left, right = -40.0 + 0.75 * 80, 80.0
    for index in np.ndindex(grid.shape[1:]):
        place = grid.affine[:3, :3] @ (0, *index) + grid.affine[:3, 3]
        if left <= place[0] <= right and place[1] <= -20:
            hu[:, index[0], index[1]] = DENSE_HU
    return Plan(hu, grid)


STRAIGHT = axis_aligned((5, 40, 40), (3.0, 2.0, 2.0), PointMm(-40.0, -40.0, 0.0))
LYING: dict[str, Callable[[VoxelGrid], VoxelGrid]] = {
    "supine": lambda grid: grid,
    "prone, stored as seen": lambda grid: flipped(flipped(grid, 1), 2),
    "rows from the back": lambda grid: flipped(grid, 1),
    "columns from the left": lambda grid: flipped(grid, 2),
}


@pytest.mark.parametrize("lying", LYING)
@pytest.mark.parametrize("form", ["dicom", "nifti"])
def test_left_is_on_the_right_and_the_front_is_above(tmp_path: Path, lying: str, form: str) -> None:
    plan = marked(LYING[lying](STRAIGHT))
    if form == "dicom":
        write_series(tmp_path, plan)
    else:
        scan.write_volume(tmp_path / "a.nii.gz", plan.hu, plan.grid)
    (series,) = scan.find_series(tmp_path)
    grey = scan.thumbnail(series, SIZE)
    bright = np.argwhere(grey > 200)
    assert len(bright) > 0
    assert bright[:, 1].min() > SIZE // 2
    assert bright[:, 0].max() < SIZE // 2


def test_a_coronal_series_stands_upright(tmp_path: Path) -> None:
    hu = np.full((4, 40, 40), -1000, np.int16)
    hu[:, :8] = DENSE_HU
    affine = np.eye(4)
    affine[:3, 0], affine[:3, 1], affine[:3, 2] = (0, 3.0, 0), (0, 0, 2.0), (2.0, 0, 0)
    write_series(tmp_path, Plan(hu, VoxelGrid(hu.shape, affine)))
    grey = scan.thumbnail(scan.find_series(tmp_path)[0], SIZE)
    assert grey[-1].max() == 255
    assert grey[0].max() == 0


def test_a_millimetre_is_as_wide_as_it_is_high(tmp_path: Path) -> None:
    hu = np.full((3, 20, 40), 2000, np.int16)
    write_series(tmp_path, Plan(hu, axis_aligned(hu.shape, (3.0, 2.0, 2.0), PointMm(0, 0, 0))))
    grey = scan.thumbnail(scan.find_series(tmp_path)[0], SIZE)
    shown = np.argwhere(grey == 255)
    assert grey.shape == (SIZE, SIZE)
    assert grey.dtype == np.uint8
    assert np.ptp(shown, axis=0).tolist() == [SIZE // 2 - 1, SIZE - 1]
    assert shown[:, 0].min() == SIZE // 4


@pytest.mark.parametrize(("hu", "grey"), [(-160, 0), (40, 127), (240, 255)])
def test_it_is_looked_at_through_the_window_of_the_file(tmp_path: Path, hu: int, grey: int) -> None:
    write_series(tmp_path, Plan(np.full((3, 8, 8), hu, np.int16), STRAIGHT.crop((0, 0, 0), (3, 8, 8))))
    (series,) = scan.find_series(tmp_path)
    assert series.windows[0] == FileWindow(400, 40, "MEDIASTINUM")
    assert scan.thumbnail(series, SIZE)[SIZE // 2, SIZE // 2] == grey


def test_without_a_window_soft_tissue_is_grey(tmp_path: Path) -> None:
    plan = Plan(np.full((3, 8, 8), 40, np.int16), STRAIGHT.crop((0, 0, 0), (3, 8, 8)))
    scan.write_volume(tmp_path / "a.mha", plan.hu, plan.grid)
    assert scan.thumbnail(scan.find_series(tmp_path)[0], SIZE)[SIZE // 2, SIZE // 2] == 127


@pytest.mark.parametrize("fault", ["the medium was taken out", "the picture is damaged"])
def test_a_slice_that_cannot_be_read_is_refused_in_words(tmp_path: Path, fault: str) -> None:
    plan = Plan(np.zeros((3, 16, 16), np.int16), STRAIGHT.crop((0, 0, 0), (3, 16, 16)), Form(JPEG_LS))
    path = write_series(tmp_path, plan)[1]
    (series,) = scan.find_series(tmp_path)
    if fault == "the picture is damaged":
        path.write_bytes(path.read_bytes()[:-40])
    else:
        path.unlink()
    with pytest.raises(scan.ScanError, match=r"IM0002\.dcm"):
        scan.thumbnail(series, SIZE)
