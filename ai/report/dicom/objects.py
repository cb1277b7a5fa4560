"""The objects found beside a scan, opened; which of them are this program's own, and of this scan."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

from pydicom import dcmread
from pydicom.dataset import Dataset

from ai.report.dicom.concepts import MANUFACTURER
from ai.report.dicom.content import Item
from ai.report.errors import ReportError
from ai.scan.datasets import FAULTS
from ai.scan.errors import HeaderFault
from ai.scan.files import opened
from ai.series import Scan

REPORTS = "1.2.840.10008.5.1.4.1.1.88."
SEGMENTATIONS = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")
MAPS = "1.2.840.10008.5.1.4.1.1.30"
DOCUMENTS = "1.2.840.10008.5.1.4.1.1.104."
PDF_DOCUMENT, CDA_DOCUMENT = f"{DOCUMENTS}1", f"{DOCUMENTS}2"


def read_object(path: Path, pixels: bool = True) -> Dataset:
    """Return a DICOM object.

    Raises:
        ReportError: it cannot be read.
    """
    try:
        with opened(path) as (file, _), warnings.catch_warnings(action="ignore"):
            return dcmread(file, stop_before_pixels=not pixels)
    except (*FAULTS, HeaderFault) as cause:
        raise ReportError(f"{path} cannot be read as a DICOM object; it may be damaged. Export it again.") from cause


def reports_beside(scan: Scan) -> Iterator[tuple[Path, Dataset]]:
    """Go through the structured reports of the scan's study; damaged ones are left out."""
    for beside in scan.series.beside:
        if beside.sop_class.startswith(REPORTS):
            try:
                yield beside.path, read_object(beside.path, pixels=False)
            except ReportError:
                continue


def is_ours(made: Dataset) -> bool:
    """Tell whether this program wrote an object."""
    return str(made.get("Manufacturer") or "") == MANUFACTURER


def is_of(report: Dataset, scan: Scan) -> bool:
    """Tell whether a report is of the slices of a scan: by the instances that it names as its evidence."""
    slices = {one.instance_uid for one in scan.series.slices}
    return any(uid in slices for uid in _evidence(report))


def _evidence(report: Dataset) -> Iterator[str]:
    for name in ("CurrentRequestedProcedureEvidenceSequence", "PertinentOtherEvidenceSequence"):
        for study in report.get(name) or ():
            for series in study.get("ReferencedSeriesSequence") or ():
                for instance in series.get("ReferencedSOPSequence") or ():
                    yield str(instance.get("ReferencedSOPInstanceUID") or "")


def groups_of(report: Dataset) -> list[Item]:
    """Return the measurement groups of a TID 1500 report; none for another kind of report."""
    found = []
    for container in Item(report).of("126010", "DCM"):
        found += list(container.of("125007", "DCM"))
    return found
