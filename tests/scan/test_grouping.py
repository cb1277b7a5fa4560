"""Several stacks under one series UID are told apart; what only looks like several is kept whole."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset

from ai import scan
from ai.geometry import PointMm
from ai.volume import axis_aligned
from tests.support.dicom_series import Change, Plan, thorax_box, write_series


def tagged(**tags: object) -> Change:
    """Return a change that sets these elements."""

    def change(ds: Dataset, index: int) -> None:
        for keyword, value in tags.items():
            setattr(ds, keyword, value)

    return change


def second(plan: Plan) -> Plan:
    """Return another picture of the same place, three units denser."""
    return Plan(plan.hu + np.int16(3), plan.grid)


def first_voxels(folder: Path) -> list[int]:
    """Return each series' first voxel, in order."""
    return sorted(int(scan.read(s).volume.hu[0, 0, 0]) for s in scan.find_series(folder))


def test_a_thin_and_a_thick_stack_that_lie_between_each_other_are_two(tmp_path: Path) -> None:
    """Nowhere two slices in one place, and yet no one stack: another thickness is another reconstruction."""
    thin, thick = thorax_box((20, 32, 24), (1.0, 0.8, 0.7)), thorax_box((5, 32, 24), (4.0, 0.8, 0.7))
    grid = axis_aligned(thick.grid.shape, thick.grid.spacing_mm, PointMm(-60.0, -80.0, 1200.5))
    write_series(tmp_path / "thin", thin)
    write_series(tmp_path / "thick", Plan(thick.hu, grid))
    found = scan.find_series(tmp_path)
    assert sorted(s.shape[0] for s in found) == [5, 20]
    assert not any(scan.read(s).notices for s in found)


def test_phases_are_told_apart_by_whatever_names_them(tmp_path: Path) -> None:
    plan = thorax_box()
    for name, tags in (("cardiac", "NominalPercentageOfCardiacPhase"), ("voltage", "KVP"), ("time", "TriggerTime")):
        write_series(tmp_path / name / "a", plan, change=tagged(**{tags: 30}))
        write_series(tmp_path / name / "b", second(plan), change=tagged(**{tags: 80}))
        assert first_voxels(tmp_path / name) == [-1000, -997], name
        assert not any(s.notices for s in scan.find_series(tmp_path / name))


def test_phases_that_nothing_names_are_told_apart_by_their_numbers_and_said_to_be(tmp_path: Path) -> None:
    plan = thorax_box()
    write_series(tmp_path / "a", plan)

    def later(ds: Dataset, index: int) -> None:
        ds.InstanceNumber = 100 + index
        ds.SOPInstanceUID = f"{ds.SOPInstanceUID[:-2]}77"

    write_series(tmp_path / "b", second(plan), change=later)
    assert first_voxels(tmp_path) == [-1000, -997]
    found = scan.find_series(tmp_path)
    assert len({s.uid for s in found}) == 2
    (notice,) = found[0].notices
    assert notice.grave
    assert notice.text.startswith("2 stacks lie in the same place under one series")


def test_copies_of_files_are_left_out(tmp_path: Path) -> None:
    plan = thorax_box()
    files = write_series(tmp_path, plan)
    for path in files[:3]:
        shutil.copy(path, tmp_path / f"copy of {path.name}")
    read = scan.read(tmp_path)
    assert np.array_equal(read.volume.hu, plan.hu)
    assert [n.text for n in read.notices] == ["3 files are copies of another and left out."]


def test_a_slice_with_an_odd_header_stays_in_its_stack(tmp_path: Path) -> None:
    plan = thorax_box()

    def odd(ds: Dataset, index: int) -> None:
        if index == 4:
            del ds.ConvolutionKernel
        if index == 6:
            ds.SliceThickness = "2.500"

    write_series(tmp_path, plan, change=odd)
    assert np.array_equal(scan.read(tmp_path).volume.hu, plan.hu)


def test_a_stack_acquired_in_parts_stays_one(tmp_path: Path) -> None:
    """Acquisition numbers may change within a stack: alone they tell nothing."""
    plan = thorax_box()

    def part(ds: Dataset, index: int) -> None:
        ds.AcquisitionNumber = 1 + index // 5

    write_series(tmp_path, plan, change=part)
    assert np.array_equal(scan.read(tmp_path).volume.hu, plan.hu)
