"""The report on paper inside a DICOM object: encapsulated PDF (PS3.3 A.45.1)."""

from __future__ import annotations

from datetime import UTC, datetime

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import EncapsulatedPDFStorage, ExplicitVRLittleEndian

from ai.report.dicom.concepts import MANUFACTURER, SERIAL
from ai.report.dicom.source import Source


def write_document(pdf: bytes, source: Source, number: int, version: str) -> Dataset:
    """Return a PDF as a DICOM object of the source's study."""
    made = Dataset()
    for element in source.head:
        if element.keyword in _OF_THE_STUDY:
            made.add(element)
    made.SOPClassUID, made.SOPInstanceUID = EncapsulatedPDFStorage, source.uids.new()
    made.SeriesInstanceUID, made.SeriesNumber, made.InstanceNumber = source.uids.new(), number, 1
    made.Modality, made.ConversionType = "DOC", "WSD"
    made.Manufacturer, made.ManufacturerModelName = MANUFACTURER, MANUFACTURER
    made.DeviceSerialNumber, made.SoftwareVersions = SERIAL, version
    now = datetime.now(UTC)
    made.ContentDate, made.ContentTime = now.strftime("%Y%m%d"), now.strftime("%H%M%S")
    made.AcquisitionDateTime = ""
    made.BurnedInAnnotation = "NO"
    made.DocumentTitle = "Chest CT, reading by Interval (research use only)"
    made.SeriesDescription = "Interval: report (research use only)"
    made.ConceptNameCodeSequence = [_title()]
    made.MIMETypeOfEncapsulatedDocument = "application/pdf"
    made.EncapsulatedDocument = pdf + b"\0" * (len(pdf) % 2)
    made.EncapsulatedDocumentLength = len(pdf)
    made.file_meta = FileMetaDataset()
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return made


_OF_THE_STUDY = frozenset(
    {
        "SpecificCharacterSet",
        "PatientName",
        "PatientID",
        "PatientBirthDate",
        "PatientSex",
        "StudyInstanceUID",
        "StudyDate",
        "StudyTime",
        "AccessionNumber",
        "StudyID",
        "ReferringPhysicianName",
    }
)


def _title() -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = "18748-4", "LN", "Diagnostic imaging study"
    return item
