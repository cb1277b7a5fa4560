"""A reading as DICOM objects in a folder, each of them readable by itself and together by this program."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from pathlib import Path

from pydicom.dataset import Dataset

from ai.progress import QUIET, Part, Progress
from ai.report.codes import OURS
from ai.report.dicom.concepts import ORGANISATION
from ai.report.dicom.document import write_document
from ai.report.dicom.heat_map import write_heat_map
from ai.report.dicom.key_picture import write_key_picture
from ai.report.dicom.organ_maps import organ_maps
from ai.report.dicom.presentation import write_presentation
from ai.report.dicom.reading import DicomReading
from ai.report.dicom.restoring import known_tracks
from ai.report.dicom.segmentation import Segmented, lesion_maps, write_segmentation
from ai.report.dicom.session import keep_session
from ai.report.dicom.source import Source, source_of
from ai.report.dicom.structured_report import write_structured_report
from ai.report.dicom.tracking import Tracks, tracks_of
from ai.report.pdf_report import pdf_bytes
from ai.report.uids import Uids
from ai.report.whole_file import whole_file

FOLDER = "dicom"
_SERIES = {
    "lesions": 9101,
    "organs": 9102,
    "lungs": 9103,
    "heat": 9104,
    "pictures": 9105,
    "marks": 9106,
    "sr": 9107,
    "pdf": 9108,
}
"""Series numbers: far from those of scanners."""
_NO_DATE, _NO_TIME = "19000101", "000000"
"""Where the standard wants a date and an anonymous export gives none (PS3.15 E: a dummy value)."""


logging.getLogger("highdicom").setLevel(logging.ERROR)


def write_dicom(
    reading: DicomReading, folder: Path, uids: Uids | None = None, progress: Progress = QUIET
) -> list[Path]:
    """Write a reading into ``folder``/dicom and return the files, the structured report first.

    ``findings.dcm`` (SR), ``lesions.dcm``, ``organs.dcm`` and ``lungs.dcm`` (SEG), ``heat-NAME.dcm`` (parametric maps),
    ``picture-N.dcm`` (secondary captures), ``marks.dcm`` (presentation state), ``report.dcm`` (encapsulated PDF).

    Args:
        reading: what is handed on.
        folder: made if missing; files of the same names are replaced.
        uids: how identifiers are written; None: as they are. Anonymous ones hide them and make the objects say no
            name, date or number of the patient; ``reading`` must then be anonymous itself (``ai.report.anonymous``).
        progress: told how far it is.

    Raises:
        ReportError: the scan is no DICOM series, or a file cannot be written.
    """
    with warnings.catch_warnings(action="ignore"):  # of names that are odd: they may be the patient's
        made = _made(reading, uids or Uids(), progress)
    progress.report(0.9, "Writing files")
    anonymous = uids is not None and uids.anonymous
    return [_saved(made[name], folder / FOLDER / f"{name}.dcm", anonymous) for name in _report_first(made)]


def _made(reading: DicomReading, uids: Uids, progress: Progress) -> dict[str, Dataset]:
    progress.report(0.0, "Reading the scan's headers")
    source = source_of(reading.scan, uids)
    tracks = _tracks(reading, uids)
    made: dict[str, Dataset] = {}
    segmented = _segmentations(reading, source, tracks, made, Part(progress, 0.05, 0.5))
    progress.report(0.5, "Writing heatmaps")
    _heat(reading, source, made)
    progress.report(0.7, "Writing pictures")
    series_uid = uids.new()
    for n, path in enumerate(reading.pictures, 1):
        made[f"picture-{n}"] = write_key_picture(path, source, series_uid, _SERIES["pictures"], n)
    told = reading.told()
    made["marks"] = write_presentation(told, source, tracks, reading.window, _SERIES["marks"])
    progress.report(0.8, "Writing the report")
    pdf = pdf_bytes(reading.scan, told, reading.text, reading.pictures, reading.comparison)
    made["report"] = write_document(pdf, source, _SERIES["pdf"], reading.analysis.card.version)
    made["findings"] = write_structured_report(reading, source, tracks, segmented, _SERIES["sr"])
    keep_session(made["findings"], reading, uids)
    return made


def _report_first(made: dict[str, Dataset]) -> list[str]:
    return sorted(made, key=lambda name: (name != "findings", name))


def _tracks(reading: DicomReading, uids: Uids) -> Tracks:
    before = () if reading.prior is None else known_tracks(reading.prior)
    return tracks_of(
        reading.told(), reading.scan, uids, known_tracks(reading.scan), reading.comparison, reading.prior, before
    )


def _segmentations(
    reading: DicomReading, source: Source, tracks: Tracks, made: dict[str, Dataset], progress: Progress
) -> Sequence[Segmented]:
    analysis = reading.told()
    progress.report(0.0, "Laying lesions on the slices")
    of_lesions = []
    for n, painted in enumerate(lesion_maps(analysis, source, tracks), 1):
        name = "lesions" if n == 1 else f"lesions-{n}"
        written = write_segmentation(painted, source, name.capitalize(), _SERIES["lesions"], analysis.card)
        made[name] = written.object
        of_lesions.append(written)
    for name, painted in organ_maps(analysis, reading.scan.volume, source, Part(progress, 0.1, 0.5)).items():
        progress.report(0.5 if name == "organs" else 0.8, f"Writing {name}")
        made[name] = write_segmentation(painted, source, name.capitalize(), _SERIES[name], analysis.card).object
    return of_lesions


def _heat(reading: DicomReading, source: Source, made: dict[str, Dataset]) -> None:
    analysis = reading.told()
    series_uid = source.uids.new()
    warm = [finding for finding in analysis.findings if finding.heatmap.values.any()]  # one read back may have no heat
    for n, finding in enumerate(warm, 1):
        made[f"heat-{finding.abnormality.name}"] = write_heat_map(
            finding, source, analysis.card, series_uid, _SERIES["heat"], n
        )


def _saved(made: Dataset, path: Path, anonymous: bool) -> Path:
    """Write one object, whole or not at all, with what is ours explained."""
    scheme = Dataset()
    scheme.CodingSchemeDesignator, scheme.CodingSchemeName = OURS, "Interval's own concepts"
    scheme.CodingSchemeResponsibleOrganization = ORGANISATION
    made.CodingSchemeIdentificationSequence = [scheme]
    if made.Modality not in ("SR", "DOC"):
        made.BodyPartExamined = "CHEST"
    if anonymous:
        made.walk(_without_dates)
        made.PatientIdentityRemoved = "YES"
        made.DeidentificationMethod = "Interval: no names, dates, numbers; identifiers hidden"
    with whole_file(path) as partial:
        made.save_as(partial, enforce_file_format=True)
    return path


def _without_dates(item: Dataset, element: object) -> None:
    """Put dummies in the place of dates and times, and empty what may be empty."""
    vr, tag = getattr(element, "VR", ""), getattr(element, "tag", None)
    if tag is None or vr not in ("DA", "TM", "DT") or not item[tag].value:
        return
    item[tag].value = {"DA": _NO_DATE, "TM": _NO_TIME, "DT": _NO_DATE + _NO_TIME}[vr]
