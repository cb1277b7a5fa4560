"""The slices that a reading is of, as other DICOM objects refer to them: identity, place, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from pydicom.dataset import Dataset
from pydicom.valuerep import DSfloat

from ai.geometry import Matrix
from ai.report.dicom.reading import refuse_without_slices
from ai.report.errors import ReportError
from ai.report.uids import Uids
from ai.scan.datasets import FAULTS, dataset
from ai.series import Scan, Series, SliceHeader

_PATIENT = ("PatientName", "PatientID", "PatientBirthDate", "PatientSex")
_STUDY = ("StudyDate", "StudyTime", "AccessionNumber", "StudyID")
"""What must be there, though perhaps empty (PS3.3 C.7.1.1, C.7.2.1); nothing else of the patient is passed on."""
_PLACED = {
    "PlanePositionSequence": ("ImagePositionPatient",),
    "PlaneOrientationSequence": ("ImageOrientationPatient",),
    "PixelMeasuresSequence": ("PixelSpacing", "SliceThickness"),
}


@dataclass(frozen=True, eq=False)
class Source:
    """A DICOM series to refer to.

    Args:
        slices: its pictures, ordered along the normal.
        files: one lean header a file, in the order of ``slices``; one only, with all its frames, where the file is
            multi-frame.
        multiframe: true where the pictures are frames of one file.
        uids: how identifiers are written.
    """

    slices: tuple[SliceHeader, ...]
    files: tuple[Dataset, ...]
    multiframe: bool
    uids: Uids = field(default_factory=Uids)

    @property
    def head(self) -> Dataset:
        """A header that says whose study it is."""
        return self.files[0]

    @property
    def frame_of_reference(self) -> str:
        """What places in millimetres refer to."""
        return str(self.head.FrameOfReferenceUID)

    def file_of(self, number: int) -> tuple[Dataset, int | None]:
        """Return the file of a slice, and its frame number where it has several."""
        if self.multiframe:
            return self.files[0], self.slices[number].frame + 1
        return self.files[number], None

    def nearest(self, point_mm: Matrix) -> int:
        """Return the slice nearest to a place (3,) LPS mm."""
        first = self.slices[0]
        normal = np.cross(first.row_direction, first.column_direction)
        heights = np.array([one.position_mm for one in self.slices]) @ normal
        return int(np.abs(heights - point_mm @ normal).argmin())


def source_of(scan: Scan, uids: Uids) -> Source:
    """Return what other objects need to know of a scan's series.

    Only the first file's header is read again: for whose study it is, which the words of a scan do not hold in full.

    Raises:
        ReportError: the scan is no DICOM series, or its files are gone.
    """
    series = scan.series
    refuse_without_slices(scan)
    try:
        first = dataset(series.slices[0].path)
    except FAULTS as cause:
        raise ReportError(
            f"{series.slices[0].path} cannot be read any more, so DICOM objects cannot be written. Open the scan again."
        ) from cause
    head = _head(first, series, uids)
    paths = {one.path for one in series.slices}
    if len(paths) == 1 and "PerFrameFunctionalGroupsSequence" in first:
        return Source(series.slices, (_enhanced(head, first, series, uids),), True, uids)
    files = tuple(_classic(head, one, series, uids) for one in series.slices)
    return Source(series.slices, files, False, uids)


def _head(first: Dataset, series: Series, uids: Uids) -> Dataset:
    """Return what all files of the series share."""
    head = Dataset()
    head.SpecificCharacterSet = first.get("SpecificCharacterSet", "ISO_IR 192")
    for name in (*_PATIENT, *_STUDY):
        value = "" if uids.anonymous else first.get(name)
        setattr(head, name, "" if value is None else value)
    head.ReferringPhysicianName = ""
    head.StudyInstanceUID = uids.of(str(first.get("StudyInstanceUID") or uids.named("study", series.uid)))
    head.SeriesInstanceUID = uids.of(str(first.get("SeriesInstanceUID") or series.uid))
    frame = first.get("FrameOfReferenceUID") or uids.named("frame of reference", series.uid)
    head.FrameOfReferenceUID = uids.of(str(frame))
    head.PositionReferenceIndicator = ""
    head.SOPClassUID = first.SOPClassUID
    head.Modality = "CT"
    head.SeriesNumber = series.number
    head.BitsAllocated, head.BitsStored, head.SamplesPerPixel = 16, 16, 1
    head.PhotometricInterpretation = "MONOCHROME2"
    head.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    return head


def _classic(head: Dataset, header: SliceHeader, series: Series, uids: Uids) -> Dataset:
    lean = Dataset()
    lean.update(head)
    lean.SOPInstanceUID = uids.of(header.instance_uid)
    lean.InstanceNumber = header.instance
    lean.Rows, lean.Columns = header.rows, header.columns
    lean.ImagePositionPatient = decimals(*header.position_mm)
    lean.ImageOrientationPatient = decimals(*header.row_direction, *header.column_direction)
    lean.PixelSpacing = decimals(*header.pixel_spacing_mm)
    lean.SliceThickness = decimals(series.thickness_mm or spacing_mm(series.slices))[0]
    return lean


def _enhanced(head: Dataset, whole: Dataset, series: Series, uids: Uids) -> Dataset:
    lean = Dataset()
    lean.update(head)
    lean.SOPInstanceUID = uids.of(str(whole.SOPInstanceUID))
    lean.InstanceNumber = whole.get("InstanceNumber")
    lean.Rows, lean.Columns = series.slices[0].rows, series.slices[0].columns
    lean.NumberOfFrames = len(whole.PerFrameFunctionalGroupsSequence)
    lean.SharedFunctionalGroupsSequence = [_placed(whole.SharedFunctionalGroupsSequence[0])]
    lean.PerFrameFunctionalGroupsSequence = [_placed(group) for group in whole.PerFrameFunctionalGroupsSequence]
    return lean


def _placed(group: Dataset) -> Dataset:
    """Return what a functional group says of place, and nothing else."""
    lean = Dataset()
    for name, values in _PLACED.items():
        if name in group:
            item = Dataset()
            for value in values:
                if value in group[name][0]:
                    setattr(item, value, group[name][0].get(value))
            setattr(lean, name, [item])
    return lean


def spacing_mm(slices: tuple[SliceHeader, ...]) -> float:
    """Return the usual distance between neighbouring slices, millimetres; 1 for a single one."""
    if len(slices) < 2:
        return 1.0
    normal = np.cross(slices[0].row_direction, slices[0].column_direction)
    heights = np.array([one.position_mm for one in slices]) @ normal
    return float(np.median(np.abs(np.diff(heights))))


def decimals(*values: float) -> list[DSfloat]:
    """Return decimal strings of at most 16 characters (PS3.5 6.2)."""
    return [DSfloat(float(value), auto_format=True) for value in values]
