"""Writes synthetic DICOM CT series, healthy and faulty, for tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.filewriter import dcmwrite
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian, generate_uid

from ai.geometry import Index, PointMm
from ai.volume import VoxelGrid, axis_aligned

EXPLICIT = "1.2.840.10008.1.2.1"
IMPLICIT = "1.2.840.10008.1.2"
BIG_ENDIAN = "1.2.840.10008.1.2.2"
DEFLATED = "1.2.840.10008.1.2.1.99"
RLE = "1.2.840.10008.1.2.5"
JPEG_LOSSLESS = "1.2.840.10008.1.2.4.70"
JPEG_LOSSLESS_14 = "1.2.840.10008.1.2.4.57"
JPEG_LS = "1.2.840.10008.1.2.4.80"
JPEG_2000 = "1.2.840.10008.1.2.4.90"
HTJ2K = "1.2.840.10008.1.2.4.201"

Stored = NDArray[np.int16] | NDArray[np.uint16]
Change = Callable[[Dataset, int], None]
"""Alters one slice's data set before it is written; told which slice (index along the first axis)."""


@dataclass(frozen=True)
class Form:
    """How voxels are stored: stored value = (HU − intercept) / slope."""

    syntax: str = EXPLICIT
    slope: float = 1.0
    intercept: float = -1024.0
    signed: bool = False
    bits_stored: int = 16
    padding: int | None = None


@dataclass(frozen=True)
class Plan:
    """A series to be written."""

    hu: NDArray[np.int16]
    grid: VoxelGrid
    form: Form = field(default_factory=Form)
    uid: str = "1.2.826.0.1.3680043.8.498.1"
    study_uid: str = "1.2.826.0.1.3680043.8.498.2"
    number: int = 1


def thorax_box(
    shape: tuple[int, int, int] = (9, 32, 24), spacing_mm: tuple[float, float, float] = (2.5, 0.8, 0.7)
) -> Plan:
    """A small body (40 HU) in air with one dense voxel (1000 HU) off every axis of symmetry; see ``LANDMARK``."""
    hu = np.full(shape, -1000, dtype=np.int16)
    hu[:, 6:-4, 5:-3] = 40
    hu[LANDMARK] = 1000
    hu += np.arange(shape[0], dtype=np.int16)[:, None, None]
    return Plan(hu, axis_aligned(shape, spacing_mm, PointMm(-60.0, -80.0, 1200.0)))


LANDMARK = (3, 20, 7)


def landmark_mm(plan: Plan) -> PointMm:
    """Where the dense voxel lies in the patient."""
    return plan.grid.point(Index(*LANDMARK))


def write_series(
    folder: Path, plan: Plan, order: Sequence[int] | None = None, change: Change | None = None
) -> list[Path]:
    """Write one file per slice, named in the order written.

    Args:
        folder: made if missing.
        plan: what to write.
        order: which slices, in which order (file names and instance numbers count up along it); None: all, ascending.
        change: alters each data set before it is written.

    Returns:
        The files, in the order written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, index in enumerate(order if order is not None else range(plan.grid.shape[0]), start=1):
        dataset = slice_dataset(plan, index, number)
        if change is not None:
            change(dataset, index)
        path = folder / f"IM{number:04}.dcm"
        save(dataset, path)
        paths.append(path)
    return paths


def save(dataset: Dataset, path: Path) -> None:
    """Write a data set in its own transfer syntax."""
    syntax = dataset.file_meta.TransferSyntaxUID
    dcmwrite(
        path, dataset, implicit_vr=syntax == IMPLICIT, little_endian=syntax != BIG_ENDIAN, enforce_file_format=True
    )


def slice_dataset(plan: Plan, index: int, number: int) -> FileDataset:
    """Make one slice's data set."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=[plan.uid, f"{number} {index}"])
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    ds.SOPClassUID, ds.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    ds.StudyDate = "20240131"
    ds.Modality = "CT"
    ds.SeriesDescription = "Thorax"
    ds.StudyDescription = "CT chest"
    ds.InstitutionName = "Test hospital"
    ds.PatientName, ds.PatientID = "Roe^Richard", "T-1"
    ds.PatientBirthDate, ds.PatientSex, ds.PatientAge = "19500102", "M", "074Y"
    ds.StudyInstanceUID, ds.SeriesInstanceUID = plan.study_uid, plan.uid
    ds.SeriesNumber, ds.InstanceNumber, ds.AcquisitionNumber = plan.number, number, 1
    ds.ConvolutionKernel = "B30f"
    _place(ds, plan.grid, index)
    _paint(ds, plan.hu[index], plan.form)
    return ds


def _place(ds: Dataset, grid: VoxelGrid, index: int) -> None:
    axes = grid.affine[:3, :3] / np.array(grid.spacing_mm)
    ds.ImagePositionPatient = [f"{v:.6f}" for v in grid.point(Index(index, 0, 0)).array()]
    ds.ImageOrientationPatient = [f"{v:.6f}" for v in (*axes[:, 2], *axes[:, 1])]
    ds.PixelSpacing = [f"{grid.spacing_mm[1]:.6f}", f"{grid.spacing_mm[2]:.6f}"]
    ds.SliceThickness = f"{grid.spacing_mm[0]:.4f}"


def _paint(ds: Dataset, hu: NDArray[np.int16], form: Form) -> None:
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.Rows, ds.Columns = hu.shape
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = 16, form.bits_stored, form.bits_stored - 1
    ds.PixelRepresentation = int(form.signed)
    ds.RescaleSlope, ds.RescaleIntercept, ds.RescaleType = str(form.slope), str(form.intercept), "HU"
    ds.WindowCenter, ds.WindowWidth = [40, -600], [400, 1500]
    ds.WindowCenterWidthExplanation = ["MEDIASTINUM", "LUNG"]
    if form.padding is not None:
        ds.add_new(0x00280120, "SS" if form.signed else "US", form.padding)
    stored = np.rint((hu - form.intercept) / form.slope).astype(np.int16 if form.signed else np.uint16)
    store(ds, stored, form.syntax)


def store(ds: Dataset, stored: Stored, syntax: str) -> None:
    """Put stored values (rows, columns) into a data set in a transfer syntax."""
    ds.file_meta.TransferSyntaxUID = UID(syntax)
    if syntax in _ENCODERS:
        ds.PixelData = encapsulate([bytes(_ENCODERS[syntax](stored))])
        ds["PixelData"].VR = "OB"
        ds["PixelData"].is_undefined_length = True
    else:
        ds.PixelData = stored.astype(">u2" if syntax == BIG_ENDIAN else "<u2", casting="unsafe").tobytes()
        ds["PixelData"].VR = "OW"
    if syntax == RLE:
        ds.file_meta.TransferSyntaxUID = UID(EXPLICIT)
        ds.compress(RLE, generate_instance_uid=False)


_ENCODERS: dict[str, Callable[[Stored], bytes | bytearray]] = {
    JPEG_LOSSLESS: lambda a: imagecodecs.ljpeg_encode(a.view(np.uint16), bitspersample=16),
    JPEG_LOSSLESS_14: lambda a: imagecodecs.ljpeg_encode(a.view(np.uint16), bitspersample=16),
    JPEG_LS: lambda a: imagecodecs.jpegls_encode(a.view(np.uint16)),
    JPEG_2000: lambda a: imagecodecs.jpeg2k_encode(a, codecformat="j2k", reversible=True, level=0),
    HTJ2K: lambda a: imagecodecs.htj2k_encode(a, level=0, reversible=True),
}
