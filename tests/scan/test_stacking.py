"""Gaps, doubles, tilt and uneven spacing are put right or refused, and told; never silently stretched."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset

from ai import scan
from ai.geometry import Index
from ai.series import Scan
from ai.volume import AIR_HU
from tests.support.dicom_series import Change, Plan, landmark_mm, thorax_box, write_series


def graves(read: Scan) -> list[str]:
    """The sentences that the reader must not miss."""
    return [notice.text for notice in read.notices if notice.grave]


def test_a_missing_slice_is_filled_and_marked(tmp_path: Path) -> None:
    plan = thorax_box()
    write_series(tmp_path, plan, [0, 1, 2, 3, 4, 6, 7, 8])
    read = scan.read(tmp_path)
    assert read.volume.grid == plan.grid
    assert read.interpolated == {5}
    assert np.array_equal(read.volume.hu[5], plan.hu[5])  # the box grows by 1 HU a slice: the middle of 4 and 6
    assert np.array_equal(np.delete(read.volume.hu, 5, 0), np.delete(plan.hu, 5, 0))
    assert graves(read) == [
        "1 slice is missing above slice 5 (at 1210.0 mm); filled in between the neighbours and marked."
    ]


def test_a_list_warns_of_a_stack_before_it_is_opened(tmp_path: Path) -> None:
    write_series(tmp_path / "gap", thorax_box(), [0, 1, 2, 3, 4, 6, 7, 8])
    hole = thorax_box((100, 24, 12))
    write_series(tmp_path / "hole", Plan(hole.hu, hole.grid, uid="1.2.826.0.1.3680043.8.498.9"), [0, 1, 2, 99])
    (tmp_path / "gap" / "readme.txt").write_text("burnt by the archive")
    found = {s.shape[1]: s.notices for s in scan.find_series(tmp_path)}
    told = {rows: [(n.text, n.grave) for n in notices if not n.of_place] for rows, notices in found.items()}
    assert [("1 slice is missing above slice 5" in text, grave) for text, grave in told[32]] == [(True, True)]
    assert [("only 4 of the 100 slices" in text, grave) for text, grave in told[24]] == [(True, True)]
    assert all("readme.txt" in notices[0].text and notices[0].of_place for notices in found.values())


def test_a_long_gap_is_left_as_air(tmp_path: Path) -> None:
    plan = thorax_box((20, 32, 24))
    write_series(tmp_path, plan, [*range(5), *range(15, 20)])
    read = scan.read(tmp_path)
    assert read.volume.grid == plan.grid
    assert read.interpolated == set(range(5, 15))
    assert (read.volume.hu[5:15] == AIR_HU).all()
    assert "10 slices are missing above slice 5" in graves(read)[0]
    assert "left as air" in graves(read)[0]


def test_a_stack_of_mostly_nothing_is_refused(tmp_path: Path) -> None:
    plan = thorax_box((100, 24, 12))
    write_series(tmp_path, plan, [0, 1, 2, 99])
    with pytest.raises(scan.ScanError, match="only 4 of the 100 slices") as refusal:
        scan.read(tmp_path)
    assert str(tmp_path) in str(refusal.value)


def test_uneven_spacing_is_laid_on_an_even_grid(tmp_path: Path) -> None:
    plan = thorax_box((9, 32, 24), (2.0, 0.8, 0.7))
    write_series(tmp_path, plan, [0, 1, 2, 3, 4, 5, 6, 7], change=_stretched)
    read = scan.read(tmp_path)
    assert read.volume.grid.spacing_mm[0] == pytest.approx(2.0)
    assert read.volume.hu_at(landmark_mm(plan)) == 1003
    assert "unevenly spaced (2.00 to 3.00 mm)" in graves(read)[0]
    top = plan.grid.point(Index(7, 20, 12)).superior + 2.0  # slices 6 and 7 were moved up
    last = read.volume.grid.point(Index(read.volume.grid.shape[0] - 1, 0, 0)).superior
    assert abs(last - top) <= 1.0
    assert read.interpolated


def _stretched(ds: Dataset, index: int) -> None:
    moved = {6: 1.0, 7: 2.0}.get(index, 0.0)
    ds.ImagePositionPatient = [*ds.ImagePositionPatient[:2], f"{float(ds.ImagePositionPatient[2]) + moved:.3f}"]


def test_rounded_positions_are_no_uneven_spacing(tmp_path: Path) -> None:
    plan = thorax_box((41, 24, 12), (0.625, 0.8, 0.7))

    def change(ds: Dataset, index: int) -> None:
        ds.ImagePositionPatient = [*ds.ImagePositionPatient[:2], f"{float(ds.ImagePositionPatient[2]):.1f}"]

    write_series(tmp_path, plan, change=change)
    read = scan.read(tmp_path)
    assert not read.notices
    assert read.volume.grid.shape == (41, 24, 12)
    assert read.volume.grid.spacing_mm[0] == pytest.approx(0.625, abs=0.005)


def test_two_slices_make_a_volume(tmp_path: Path) -> None:
    plan = Plan(thorax_box().hu[3:5], thorax_box().grid.crop((3, 0, 0), (2, 32, 24)))
    write_series(tmp_path, plan)
    read = scan.read(tmp_path)
    assert read.volume.grid == plan.grid
    assert read.volume.hu_at(landmark_mm(thorax_box())) == 1003


def test_a_single_slice_is_shown_and_told(tmp_path: Path) -> None:
    plan = thorax_box()
    write_series(tmp_path, plan, [3])
    read = scan.read(tmp_path)
    assert read.volume.grid.shape == (1, 32, 24)
    assert read.volume.grid.spacing_mm[0] == pytest.approx(2.5)
    assert read.volume.hu_at(landmark_mm(plan)) == 1003
    assert "single slice" in graves(read)[0]


def test_duplicates_are_shown_once(tmp_path: Path) -> None:
    plan = thorax_box()
    write_series(tmp_path, plan, [*range(9), 4, 5])
    read = scan.read(tmp_path)
    assert np.array_equal(read.volume.hu, plan.hu)
    assert read.volume.grid == plan.grid
    assert graves(read) == ["2 of 11 slices lie where another one lies; the first of each is shown."]


@pytest.mark.parametrize("degrees", [12.0, -20.0])
def test_a_tilted_gantry_is_set_upright(tmp_path: Path, degrees: float) -> None:
    """Table and gantry at an angle: each slice begins further back than the one below, its rows stay as they are."""
    plan = bar()
    write_series(tmp_path, plan, change=_leaning(degrees, plan))
    read = scan.read(tmp_path)
    assert f"tilted by {abs(degrees):.1f}°" in graves(read)[0]
    axes = read.volume.grid.affine[:3, :3] / np.array(read.volume.grid.spacing_mm)
    assert np.allclose(axes.T @ axes, np.eye(3), atol=1e-6)
    step = np.tan(np.radians(degrees)) * plan.grid.spacing_mm[0]
    for slot in range(plan.grid.shape[0]):
        lowest = plan.grid.point(Index(slot, 20, 12)).moved(posterior=slot * step)
        assert read.volume.hu_at(lowest) == 900
        assert read.volume.hu_at(lowest.moved(posterior=8.0)) == -1000
        assert read.volume.hu_at(lowest.moved(posterior=-8.0)) == -1000


def bar() -> Plan:
    """A bar of 900 HU, 9 rows thick, across slices of air."""
    plan = thorax_box((15, 48, 24))
    hu = np.full(plan.hu.shape, -1000, dtype=np.int16)
    hu[:, 16:25] = 900
    return Plan(hu, plan.grid)


def _leaning(degrees: float, plan: Plan) -> Change:
    def change(ds: Dataset, index: int) -> None:
        x, y, z = (float(v) for v in ds.ImagePositionPatient)
        y += np.tan(np.radians(degrees)) * plan.grid.spacing_mm[0] * index
        ds.ImagePositionPatient = [f"{v:.5f}" for v in (x, y, z)]

    return change


def test_slices_far_beside_each_other_are_refused(tmp_path: Path) -> None:
    plan = thorax_box()

    def change(ds: Dataset, index: int) -> None:
        x, y, z = (float(v) for v in ds.ImagePositionPatient)
        ds.ImagePositionPatient = [f"{x + 200 * (index > 4):.1f}", f"{y:.1f}", f"{z:.1f}"]

    write_series(tmp_path, plan, change=change)
    with pytest.raises(scan.ScanError, match="beside each other"):
        scan.read(tmp_path)
