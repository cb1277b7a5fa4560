"""Writes enhanced CT: all slices of a series as frames of one file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.sequence import Sequence
from pydicom.uid import UID

from tests.support import dicom_series as build
from tests.support.dicom_series import Plan, slice_dataset


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
