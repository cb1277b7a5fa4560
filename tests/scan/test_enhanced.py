"""Enhanced CT: one file, many frames, each with its own place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.sequence import Sequence
from pydicom.uid import UID

from ai import scan
from tests.support import dicom_series as build
from tests.support.dicom_series import Plan, landmark_mm, slice_dataset, thorax_box


def item(**values: object) -> Sequence:
    """A sequence of one item."""
    dataset = Dataset()
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return Sequence([dataset])


def enhanced(path: Path, plan: Plan, order: list[int], compressed: bool = False) -> Path:
    """Write all slices of a plan as frames of one file, in the given order."""
    slices = [slice_dataset(plan, index, 1) for index in order]
    ds = slices[0]
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = UID("1.2.840.10008.5.1.4.1.1.2.1")
    ds.NumberOfFrames = len(order)
    shared, frames = Dataset(), []
    shared.PixelMeasuresSequence = item(PixelSpacing=ds.PixelSpacing, SliceThickness=ds.SliceThickness)
    shared.PlaneOrientationSequence = item(ImageOrientationPatient=ds.ImageOrientationPatient)
    for one in slices:
        frame = Dataset()
        frame.PlanePositionSequence = item(ImagePositionPatient=one.ImagePositionPatient)
        frame.PixelValueTransformationSequence = item(
            RescaleSlope=one.RescaleSlope, RescaleIntercept=one.RescaleIntercept, RescaleType="HU"
        )
        frames.append(frame)
    pixels = [one.PixelData for one in slices]
    ds.SharedFunctionalGroupsSequence, ds.PerFrameFunctionalGroupsSequence = Sequence([shared]), Sequence(frames)
    for keyword in (
        "PixelSpacing",
        "ImageOrientationPatient",
        "ImagePositionPatient",
        "RescaleSlope",
        "SliceThickness",
    ):
        delattr(ds, keyword)
    ds.PixelData = b"".join(pixels)
    if compressed:
        streams: list[bytes] = []
        for one in slices:
            stored = np.frombuffer(one.PixelData if one is not ds else pixels[0], np.uint16).reshape(
                ds.Rows, ds.Columns
            )
            single = Dataset()
            single.file_meta = one.file_meta
            build.store(single, stored, build.JPEG_LOSSLESS)
            streams.extend(generate_frames(single.PixelData, number_of_frames=1))
        ds.PixelData = encapsulate(streams)
        ds.file_meta.TransferSyntaxUID = UID(build.JPEG_LOSSLESS)
        ds["PixelData"].VR = "OB"
        ds["PixelData"].is_undefined_length = True
    build.save(ds, path)
    return path


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
