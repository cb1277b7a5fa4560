"""Enhanced CT: one file, many frames, each with its own place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom.uid import UID

from ai import scan
from tests.support import dicom_series as build
from tests.support.dicom_series import landmark_mm, slice_dataset, thorax_box
from tests.support.enhanced_series import enhanced


@pytest.mark.parametrize("compressed", [False, True])
def test_frames_are_ordered_by_position(tmp_path: Path, compressed: bool) -> None:
    plan = thorax_box()
    path = enhanced(tmp_path / "enhanced.dcm", plan, [4, 0, 8, 2, 6, 1, 7, 3, 5], compressed)
    read = scan.read(path)
    assert np.array_equal(read.volume.hu, plan.hu)
    assert read.volume.grid == plan.grid
    assert read.volume.hu_at(landmark_mm(plan)) == 1003
    assert not read.notices


def test_frames_cut_off_are_named(tmp_path: Path) -> None:
    path = enhanced(tmp_path / "enhanced.dcm", thorax_box(), list(range(9)))
    path.write_bytes(path.read_bytes()[: -32 * 24 * 2 - 10])
    read = scan.read(path)
    assert read.interpolated == {7, 8}
    assert all("cut off" in notice.text and notice.grave for notice in read.notices)


def test_frames_without_a_place_are_refused(tmp_path: Path) -> None:
    ds = slice_dataset(thorax_box(), 0, 1)
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = UID("1.2.840.10008.5.1.4.1.1.2.1")
    build.save(ds, tmp_path / "enhanced.dcm")
    with pytest.raises(scan.ScanError, match="does not say where each lies"):
        scan.read(tmp_path)


def test_pictures_whose_places_were_lost_are_not_passed_over(tmp_path: Path) -> None:
    path = enhanced(tmp_path / "enhanced.dcm", thorax_box(), list(range(9)))
    content = path.read_bytes()
    assert content.count(b"IS\x02\x009 ") == 1
    path.write_bytes(content.replace(b"IS\x02\x009 ", b"IS\x02\x0012"))
    with pytest.raises(scan.ScanError, match="holds 12 pictures but says of 9 where they lie"):
        scan.read(tmp_path)
