"""The reading as a measurement report (TID 1500): every instance with its segment, measures and track."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from highdicom import sr
from pydicom.dataset import Dataset
from pydicom.sr.coding import Code as DicomCode

from ai.change import LesionChange
from ai.findings import Finding, Lesion, ModelCard, Quantity
from ai.report.codes import Code, abnormality_code, ours, site_of, unit, unit_of
from ai.report.dicom import concepts as c
from ai.report.dicom.reading import DicomReading
from ai.report.dicom.segmentation import Segmented
from ai.report.dicom.source import Source
from ai.report.dicom.tracking import Tracks
from ai.vocabulary import abnormality

Group = sr.VolumetricROIMeasurementsAndQualitativeEvaluations | sr.MeasurementsAndQualitativeEvaluations
_EVALUATIONS = DicomCode("C0034375", "UMLS", "Qualitative Evaluations")


def write_structured_report(
    reading: DicomReading, source: Source, tracks: Tracks, segmented: Sequence[Segmented], number: int
) -> Dataset:
    """Return the report as a Comprehensive 3D SR."""
    maker = _Groups(reading, source, tracks, segmented)
    analysis = reading.told()
    groups: list[Group] = []
    for finding in analysis.findings:
        groups.append(maker.of_finding(finding))
        groups += [maker.of_lesion(lesion, finding) for lesion in finding.lesions]
    if not analysis.findings:
        groups.append(maker.of_none(analysis.withheld))
    groups += [maker.of_gone(change) for change in _gone(reading)]
    groups += [maker.of_quantity(quantity) for quantity in analysis.quantities if quantity.value is not None]
    report = sr.MeasurementReport(
        observation_context=sr.ObservationContext(observer_device_context=_observer(reading.analysis.card)),
        procedure_reported=c.CHEST_CT,
        imaging_measurements=groups,
        title=DicomCode("126000", "DCM", "Imaging Measurement Report"),
    )
    _add_rejected(report[0], reading)
    made = sr.Comprehensive3DSR(
        evidence=_evidence(source, segmented),
        content=report[0],
        series_instance_uid=source.uids.new(),
        series_number=number,
        sop_instance_uid=source.uids.new(),
        instance_number=1,
        manufacturer=c.MANUFACTURER,
        is_complete=True,
        is_final=False,
        is_verified=False,
    )
    made.SeriesDescription = "Interval: findings (research use only)"
    return made


def _observer(card: ModelCard) -> sr.ObserverContext:
    return sr.ObserverContext(
        observer_type=sr.CodedConcept("121007", "DCM", "Device"),
        observer_identifying_attributes=sr.DeviceObserverIdentifyingAttributes(
            uid=f"2.25.{int(card.sha256[:30] or '0', 16) if _is_hex(card.sha256) else 0}",
            name=c.MANUFACTURER,
            manufacturer_name=c.MANUFACTURER,
            model_name=(card.title or card.identifier)[:64],
        ),
    )


def _is_hex(text: str) -> bool:
    return bool(text) and all(letter in "0123456789abcdefABCDEF" for letter in text)


def _evidence(source: Source, segmented: Iterable[Segmented]) -> list[Dataset]:
    return [*source.files, *(one.object for one in segmented)]


def _gone(reading: DicomReading) -> list[LesionChange]:
    changes = () if reading.comparison is None else reading.comparison.lesions
    return [
        change for change in changes if not change.currents and reading.verdict(change.abnormality.name) != "rejected"
    ]


def _add_rejected(report: Dataset, reading: DicomReading) -> None:
    """Name what the reader rejected, under a concept that cannot be taken for a finding."""
    names = [abnormality(name) for name, said in sorted(reading.verdicts.items()) if said == "rejected"]
    if not names:
        return
    container = sr.ContainerContentItem(name=_EVALUATIONS, relationship_type="CONTAINS")
    container.ContentSequence = sr.ContentSequence(
        [
            sr.CodeContentItem(c.said(c.REJECTED), c.said(abnormality_code(name)), relationship_type="CONTAINS")
            for name in names
        ]
    )
    report.ContentSequence.append(container)


class _Groups:
    """Makes the measurement groups of one report."""

    def __init__(self, reading: DicomReading, source: Source, tracks: Tracks, segmented: Sequence[Segmented]) -> None:
        self._reading = reading
        self._source = source
        self._tracks = tracks
        self._segments = {key: (one.object, n) for one in segmented for key, n in one.numbers.items()}
        self._changes: Mapping[int, LesionChange] = {
            id(lesion): change
            for change in (() if reading.comparison is None else reading.comparison.lesions)
            for lesion in change.currents
        }

    def of_finding(self, finding: Finding) -> Group:
        """Return what is said of an abnormality of the whole scan."""
        name = finding.abnormality.name
        return sr.MeasurementsAndQualitativeEvaluations(
            tracking_identifier=self._tracking(f"{finding.abnormality.title}, whole scan", "finding", name),
            finding_type=c.said(abnormality_code(finding.abnormality)),
            finding_category=c.said(c.SCAN_FINDING),
            algorithm_id=self._algorithm(),
            measurements=[
                _number(c.CERTAINTY, finding.probability * 100, "%"),
                _number(c.THRESHOLD, finding.threshold * 100, "%"),
                _number(c.LOGIT, finding.logit, ""),
                _number(c.BIAS, finding.heatmap.bias, ""),
                *(_of_site(c.EXTENT, share * 100, "%", _extent_place(place)) for place, share in finding.extent),
            ],
            qualitative_evaluations=[self._verdict(name)],
        )

    def of_none(self, withheld: bool) -> Group:
        """Return what is said where nothing is found, or where nothing may be said."""
        said = c.WITHHELD if withheld else c.NOTHING
        return sr.MeasurementsAndQualitativeEvaluations(
            tracking_identifier=self._tracking(said.meaning, "none"),
            finding_type=c.said(said),
            finding_category=c.said(c.SCAN_FINDING),
            algorithm_id=self._algorithm(),
        )

    def of_lesion(self, lesion: Lesion, finding: Finding) -> Group:
        """Return one instance with its measures: by its segment, or by its slice where it has no mask."""
        track = self._tracks.of(lesion)
        segment = self._segments.get(id(lesion))
        change = self._changes.get(id(lesion))
        said: dict[str, Any] = {
            "tracking_identifier": sr.TrackingIdentifier(track.uid, track.identifier),
            "finding_type": c.said(abnormality_code(lesion.abnormality)),
            "finding_category": c.said(c.INSTANCE),
            "algorithm_id": self._algorithm(),
            "finding_sites": [_site(lesion.location)],
            "measurements": [*self._measures(lesion), *_of_change(change)],
            "qualitative_evaluations": [self._verdict(finding.abnormality.name), *_kind(change), *_made_of(lesion)],
        }
        group = self._by_slice(said, lesion) if segment is None else self._by_segment(said, segment)
        centre = sr.Scoord3DContentItem(
            c.CENTRE,
            "POINT",
            lesion.centre.array()[None],
            self._source.frame_of_reference,
            relationship_type="CONTAINS",
        )
        group[0].ContentSequence.append(centre)
        return group

    def _by_slice(self, said: dict[str, Any], lesion: Lesion) -> Group:
        images = [self._slice_image(lesion.centre.array())]
        return sr.MeasurementsAndQualitativeEvaluations(**said, source_images=images)

    def _by_segment(self, said: dict[str, Any], segment: tuple[Dataset, int]) -> Group:
        return sr.VolumetricROIMeasurementsAndQualitativeEvaluations(
            **said,
            referenced_segment=sr.ReferencedSegment(
                sop_class_uid=segment[0].SOPClassUID,
                sop_instance_uid=segment[0].SOPInstanceUID,
                segment_number=segment[1],
                source_series=sr.SourceSeriesForSegmentation(str(self._source.head.SeriesInstanceUID)),
            ),
        )

    def of_gone(self, change: LesionChange) -> Group:
        """Return an instance that only the prior has, by its track."""
        lesion = change.priors[0]
        track = self._tracks.of(lesion)
        return sr.MeasurementsAndQualitativeEvaluations(
            tracking_identifier=sr.TrackingIdentifier(track.uid, track.identifier),
            finding_type=c.said(abnormality_code(change.abnormality)),
            finding_category=c.said(c.GONE),
            algorithm_id=self._algorithm(),
            finding_sites=[_site(lesion.location)],
            qualitative_evaluations=_kind(change),
        )

    def of_quantity(self, quantity: Quantity) -> Group:
        """Return a measure, of the scan and of each organ."""
        name = ours(quantity.name, quantity.title)
        said = [sr.Measurement(c.said(name), float(quantity.value or 0.0), c.said(unit_of(quantity)))]
        said += [_of_site(name, value, quantity.unit, organ) for organ, value in quantity.per_organ]
        group = sr.MeasurementsAndQualitativeEvaluations(
            tracking_identifier=self._tracking(quantity.title, "quantity", quantity.name),
            finding_type=c.said(name),
            finding_category=c.said(c.MEASURE),
            measurements=said,
        )
        for concept, text in ((c.CAVEAT, quantity.caveat), (c.DEFINED_BY, quantity.source)):
            if text:
                group[0].ContentSequence.append(sr.TextContentItem(c.said(concept), text, relationship_type="CONTAINS"))
        return group

    def _tracking(self, identifier: str, *name: str) -> sr.TrackingIdentifier:
        series = self._reading.scan.series
        uid = self._source.uids.named(series.study.uid, series.uid, *name)
        return sr.TrackingIdentifier(uid, identifier)

    def _algorithm(self) -> sr.AlgorithmIdentification:
        name, version, sha256 = c.algorithm_of(self._reading.analysis.card)
        return sr.AlgorithmIdentification(
            name,
            version,
            parameters=[f"sha256={sha256}", f"trained_on={self._reading.analysis.card.trained_on}"],
            family=c.ARTIFICIAL_INTELLIGENCE,
            manufacturer=c.MANUFACTURER,
        )

    def _verdict(self, name: str) -> sr.QualitativeEvaluation:
        verdict = c.VERDICTS.get(self._reading.verdict(name), c.VERDICTS["open"])
        return sr.QualitativeEvaluation(c.said(c.VERDICT), c.said(verdict))

    def _slice_image(self, point_mm: np.ndarray[tuple[int], np.dtype[np.float64]]) -> sr.SourceImageForMeasurementGroup:
        file, frame = self._source.file_of(self._source.nearest(point_mm))
        return sr.SourceImageForMeasurementGroup(
            file.SOPClassUID, file.SOPInstanceUID, None if frame is None else [frame]
        )

    def _measures(self, lesion: Lesion) -> list[sr.Measurement]:
        long_mm, short_mm = lesion.diameters_mm
        told: list[tuple[Code | DicomCode, float, str, DicomCode | None]] = [
            (c.VOLUME, lesion.volume_mm3, "mm3", None),
            (c.LONG_AXIS, long_mm, "mm", None),
            (c.SHORT_AXIS, short_mm, "mm", None),
            (c.DIAMETER, lesion.diameter_mm, "mm", c.MEAN),
            (c.ATTENUATION, lesion.mean_hu, "HU", c.MEAN),
            (c.SOLID, lesion.solid_mm, "mm", c.MEAN),
            (c.CERTAINTY, lesion.confidence * 100, "%", None),
        ]
        return [
            sr.Measurement(c.as_dicom(name), float(value), c.said(unit(of)), derivation=derived)
            for name, value, of, derived in told
            if math.isfinite(value)
        ]


def _number(name: Code | DicomCode, value: float, of: str) -> sr.Measurement:
    return sr.Measurement(c.as_dicom(name), float(value), c.said(unit(of)))


def _of_site(name: Code, value: float, of: str, place: str) -> sr.Measurement:
    return sr.Measurement(c.said(name), float(value), c.said(unit(of)), finding_sites=[_site(place)])


def _site(location: str) -> sr.FindingSite:
    site = site_of(location)
    return sr.FindingSite(c.said(site.structure), None if site.side is None else c.said(site.side))


def _extent_place(place: str) -> str:
    """An extent calls both lungs together ``lungs``; the vocabulary's name is ``lung``."""
    return "lung" if place == "lungs" else place


def _of_change(change: LesionChange | None) -> list[sr.Measurement]:
    if change is None:
        return []
    told = ((c.VOLUME_CHANGE, change.volume_change, "%", 100.0), (c.DOUBLING, change.doubling_days, "d", 1.0))
    return [
        _number(name, value * factor, of)
        for name, value, of, factor in told
        if value is not None and math.isfinite(value)
    ]


def _kind(change: LesionChange | None) -> list[sr.QualitativeEvaluation]:
    if change is None or change.obscured:
        return []
    kind = change.kind.value
    return [sr.QualitativeEvaluation(c.said(c.CHANGE), c.said(ours(kind, kind.capitalize())))]


def _made_of(lesion: Lesion) -> list[sr.QualitativeEvaluation]:
    """Say what a nodule is made of, and whether it was only found because the other scan shows it."""
    told = []
    if lesion.composition is not None:
        what = lesion.composition.value
        told.append(sr.QualitativeEvaluation(c.said(c.COMPOSITION), c.said(ours(what, what.capitalize()))))
    if lesion.second_look:
        told.append(sr.QualitativeEvaluation(c.said(c.FOUND), c.said(c.SECOND_LOOK)))
    return told
