"""Writes a scan as a series of CT slices (CT Image Storage, explicit VR little endian; DICOM PS3.3 A.3)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from ai.geometry import Index, Matrix
from ai.scan.errors import ScanError, why
from ai.series import Patient, Scan, Series, Study

SQUARE = 1e-4
"""Largest cosine between two axes that still counts as perpendicular."""
DIGITS = 16
"""A decimal string holds at most 16 characters (DICOM PS3.5 6.2)."""


def write_dicom(scan: Scan, folder: Path) -> list[Path]:
    """Write one file per slice, 0001.dcm upwards in the order of the array, and return their paths.

    Patient, study, accession number, number, description, kernel, body part, thickness and windows are those of
    ``scan.series``; UIDs that are no DICOM UIDs are replaced by ones derived from them, so that the same scan always
    gets the same ones.

    Args:
        scan: on a grid with perpendicular axes.
        folder: made if missing; files of the same names are replaced.

    Raises:
        ScanError: the axes lean, or a file cannot be written.
    """
    axes = scan.volume.grid.affine[:3, :3] / np.array(scan.volume.grid.spacing_mm)
    if np.abs(axes.T @ axes - np.eye(3)).max() > SQUARE:
        raise ScanError(f"{folder} was not written: the scan's axes are not perpendicular.")
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for index in range(scan.volume.grid.shape[0]):
            path = folder / f"{index + 1:04}.dcm"
            _slice(scan, index, axes).save_as(path, enforce_file_format=True)
            written.append(path)
    except OSError as error:
        raise ScanError(f"{folder} could not be written ({why(error)}). Choose another folder.") from error
    return written


def _slice(scan: Scan, index: int, axes: Matrix) -> Dataset:
    series = scan.series
    uid = generate_uid(entropy_srcs=[_uid(series.uid, "series"), str(index)])
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = uid
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.SOPClassUID, ds.SOPInstanceUID = CTImageStorage, uid
    _describe_patient(ds, series.study.patient)
    _describe_study(ds, series.study)
    _describe_series(ds, series)
    ds.InstanceNumber = index + 1
    _place(ds, scan, index, axes)
    _paint(ds, scan, index)
    return ds


def _describe_patient(ds: Dataset, patient: Patient) -> None:
    ds.PatientName = patient.name.partition(" (")[0].replace(", ", "^", 1)
    ds.PatientID = patient.identifier
    ds.PatientBirthDate = _day(patient.birth_date)
    ds.PatientSex = patient.sex
    if patient.age:
        ds.PatientAge = patient.age


def _describe_study(ds: Dataset, study: Study) -> None:
    ds.StudyInstanceUID = _uid(study.uid, "study")
    ds.StudyDate = ds.SeriesDate = ds.AcquisitionDate = ds.ContentDate = _day(study.taken_on)
    ds.StudyTime = ds.ContentTime = ds.ReferringPhysicianName = ds.StudyID = ""
    ds.AccessionNumber = study.accession
    ds.StudyDescription = study.description
    ds.InstitutionName = study.institution


def _describe_series(ds: Dataset, series: Series) -> None:
    ds.Modality = "CT"
    ds.SeriesInstanceUID = _uid(series.uid, "series")
    ds.FrameOfReferenceUID = generate_uid(entropy_srcs=[_uid(series.uid, "series"), "frame of reference"])
    ds.SeriesNumber = series.number
    ds.SeriesDescription = series.description
    ds.ConvolutionKernel = series.kernel
    if series.body_part:
        ds.BodyPartExamined = series.body_part
    ds.ImageType = ["DERIVED", "SECONDARY", "AXIAL"]
    ds.Manufacturer = ds.PositionReferenceIndicator = ""
    ds.KVP = ds.AcquisitionNumber = None
    ds.PatientPosition = "HFS"
    if series.windows:
        ds.WindowCenter = [_decimal(w.level_hu) for w in series.windows]
        ds.WindowWidth = [_decimal(w.width_hu) for w in series.windows]
        ds.WindowCenterWidthExplanation = [w.name for w in series.windows]
    if series.lossy:
        ds.LossyImageCompression = "01"


def _place(ds: Dataset, scan: Scan, index: int, axes: Matrix) -> None:
    grid = scan.volume.grid
    ds.ImagePositionPatient = [_decimal(v) for v in grid.point(Index(index, 0, 0)).array()]
    ds.ImageOrientationPatient = [_decimal(v) for v in (*axes[:, 2], *axes[:, 1])]
    ds.PixelSpacing = [_decimal(grid.spacing_mm[1]), _decimal(grid.spacing_mm[2])]
    ds.SliceThickness = _decimal(scan.series.thickness_mm or grid.spacing_mm[0])


def _paint(ds: Dataset, scan: Scan, index: int) -> None:
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.Rows, ds.Columns = scan.volume.grid.shape[1:]
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 1
    ds.RescaleSlope, ds.RescaleIntercept, ds.RescaleType = "1", "0", "HU"
    if index in scan.interpolated:
        ds.ImageComments = "Interpolated: this slice was not measured."
    ds.PixelData = scan.volume.hu[index].astype("<i2", copy=False).tobytes()


def _uid(uid: str, kind: str) -> str:
    plain = uid.replace(".", "").isdigit() and len(uid) <= 64
    return uid if plain else str(generate_uid(entropy_srcs=[kind, uid or "unnamed"]))


def _day(day: date | None) -> str:
    return day.strftime("%Y%m%d") if day else ""


def _decimal(value: float) -> str:
    """Return the nearest decimal string of 16 characters."""
    for digits in range(DIGITS, 0, -1):
        text = f"{float(value) + 0.0:.{digits}g}"
        if len(text) <= DIGITS:
            return text
    raise ScanError(f"{value} cannot be written as a DICOM number.")
