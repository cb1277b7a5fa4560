"""Lesions and organs as DICOM segmentations on the source's slices (PS3.3 A.51), one bit a pixel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Sequence as Ordered
from dataclasses import dataclass

import numpy as np
from highdicom import AlgorithmIdentificationSequence as Algorithm
from highdicom.seg import Segmentation, SegmentDescription
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.sr.coding import Code as DicomCode
from pydicom.uid import ExplicitVRLittleEndian

from ai.findings import Analysis, Lesion, ModelCard
from ai.report.codes import Code, abnormality_code, site_of
from ai.report.dicom.concepts import (
    ARTIFICIAL_INTELLIGENCE,
    MANUFACTURER,
    MORPHOLOGY,
    SERIAL,
    algorithm_of,
    said,
)
from ai.report.dicom.masks import Codes, on_slice
from ai.report.dicom.source import Source
from ai.report.dicom.tracking import Tracks
from ai.series import SliceHeader
from ai.volume import VoxelGrid

MOST_SEGMENTS = 255
"""Of one object: masks are handed to highdicom as label maps of one byte."""


@dataclass(frozen=True, eq=False)
class Painted:
    """A label map on some of the source's slices, and what its labels are.

    Args:
        pictures: uint8 [row, column] by the number of the slice; label n is the n-th segment.
        lesions: the lesion of each label, for a map of lesions.
    """

    pictures: dict[int, Codes]
    descriptions: tuple[SegmentDescription, ...]
    lesions: tuple[Lesion, ...] = ()


@dataclass(frozen=True, eq=False)
class Segmented:
    """A segmentation, and the number of each lesion's segment in it."""

    object: Dataset
    numbers: dict[int, int]


def lesion_maps(analysis: Analysis, source: Source, tracks: Tracks) -> list[Painted]:
    """Return label maps of every lesion that has a mask; more than one where lesions lie over each other."""
    maps: list[tuple[dict[int, Codes], list[Lesion]]] = []
    for lesion in (lesion for finding in analysis.findings for lesion in finding.lesions):
        slices = dict(_lesion_slices(lesion, source.slices))
        if not slices:
            continue
        free = next((one for one in maps if len(one[1]) < MOST_SEGMENTS and not _overlap(one[0], slices)), None)
        if free is None:
            maps.append(free := ({}, []))
        free[1].append(lesion)
        _paint(free[0], slices, len(free[1]))
    return [
        Painted(
            pictures,
            tuple(_lesion_segment(n, lesion, analysis.card, tracks) for n, lesion in enumerate(lesions, 1)),
            tuple(lesions),
        )
        for pictures, lesions in maps
    ]


def write_segmentation(painted: Painted, source: Source, title: str, number: int, card: ModelCard) -> Segmented:
    """Return the segmentation of a label map; slices that show nothing of a segment have no frame in it.

    It is not compressed: one bit a pixel knows no compression that all readers share. Deflating the whole object would
    make it thirty times smaller, but dicom3tools and some archives cannot read it then.
    """
    files, pixels = _frames(painted, source)
    made = Segmentation(
        source_images=files,
        pixel_array=pixels,
        segmentation_type="BINARY",
        segment_descriptions=list(painted.descriptions),
        series_instance_uid=source.uids.new(),
        series_number=number,
        sop_instance_uid=source.uids.new(),
        instance_number=1,
        manufacturer=MANUFACTURER,
        manufacturer_model_name=card.identifier,
        software_versions=card.version,
        device_serial_number=SERIAL,
        content_label=title.upper().replace("-", "_")[:16],
        content_description=f"{title} (research use only)",
        transfer_syntax_uid=ExplicitVRLittleEndian,
        omit_empty_frames=True,
    )
    made.SeriesDescription = f"Interval: {title.lower()}"
    return Segmented(made, {id(lesion): n for n, lesion in enumerate(painted.lesions, 1)})


def _frames(painted: Painted, source: Source) -> tuple[list[Dataset], Codes]:
    """Return the files that show something with their label maps; all frames of a multi-frame file."""
    if not source.multiframe:
        numbers = sorted(painted.pictures)
        return [source.files[n] for n in numbers], np.stack([painted.pictures[n] for n in numbers])
    head = source.files[0]
    pixels = np.zeros((int(head.NumberOfFrames), head.Rows, head.Columns), np.uint8)
    for number, picture in painted.pictures.items():
        pixels[source.slices[number].frame] = picture
    return [head], pixels


def _lesion_slices(lesion: Lesion, slices: Ordered[SliceHeader]) -> Iterator[tuple[int, Codes]]:
    if lesion.mask is None or lesion.grid is None:
        return
    codes = lesion.mask.view(np.uint8)
    for number in _crossing(slices, lesion.grid):
        taken = on_slice(codes, lesion.grid, slices[number])
        if taken is not None:
            yield number, taken


def _crossing(slices: Ordered[SliceHeader], grid: VoxelGrid) -> Iterable[int]:
    """Return the slices that cross a grid's box."""
    normal = np.cross(slices[0].row_direction, slices[0].column_direction)
    heights = np.array([one.position_mm for one in slices]) @ normal
    corners = grid.corners_mm() @ normal
    slack = 1e-2
    return np.flatnonzero((heights >= corners.min() - slack) & (heights <= corners.max() + slack)).tolist()


def _overlap(pictures: dict[int, Codes], slices: dict[int, Codes]) -> bool:
    return any(bool((pictures[n] * taken).any()) for n, taken in slices.items() if n in pictures)


def _paint(pictures: dict[int, Codes], slices: dict[int, Codes], label: int) -> None:
    for number, taken in slices.items():
        picture = pictures.setdefault(number, np.zeros(taken.shape, np.uint8))
        picture[taken > 0] = label


def _lesion_segment(number: int, lesion: Lesion, card: ModelCard, tracks: Tracks) -> SegmentDescription:
    track = tracks.of(lesion)
    description = segment_of(
        number, track.identifier, MORPHOLOGY, abnormality_code(lesion.abnormality), algorithm_of_model(card)
    )
    description.TrackingID, description.TrackingUID = track.identifier, track.uid
    site = site_of(lesion.location)
    item = coded(site.structure)
    if site.side is not None:
        item.AnatomicRegionModifierSequence = [coded(site.side)]
    description.add(DataElement("AnatomicRegionSequence", "SQ", Sequence([item])))
    return description


def segment_of(number: int, label: str, category: DicomCode, kind: Code, algorithm: Algorithm) -> SegmentDescription:
    """Return the description of a segment."""
    return SegmentDescription(
        segment_number=number,
        segment_label=label[:64],
        segmented_property_category=category,
        segmented_property_type=said(kind),
        algorithm_type="AUTOMATIC",
        algorithm_identification=algorithm,
    )


def algorithm_of_model(card: ModelCard) -> Algorithm:
    """Return who made a mask, for a model."""
    name, version, sha256 = algorithm_of(card)
    return Algorithm(name=name, family=ARTIFICIAL_INTELLIGENCE, version=version, parameters={"sha256": sha256})


def coded(code: Code) -> Dataset:
    """Return a code as an item of a sequence."""
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = code.value, code.scheme, code.meaning
    return item
