"""Masks of lesions and organs read back from the segmentations beside a scan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from ai.organs import ORGANS, Organs, code_of
from ai.progress import Progress
from ai.report.codes import location_of
from ai.report.dicom.content import Item, first_code
from ai.report.dicom.masks import Codes, from_slices, pixel_matrix
from ai.report.dicom.objects import SEGMENTATIONS, is_ours, read_object
from ai.report.errors import ReportError
from ai.series import Notice, Scan, SliceHeader
from ai.volume import VoxelGrid

_ORGANS_MM = 2.0
"""Organs are restored on a grid this coarse: they name places, nobody measures them."""
_NOWHERE = Path()
_SAME_MM = 0.05
_FAULTS = (AttributeError, IndexError, KeyError, TypeError, ValueError)

Mask = NDArray[np.bool_]
Framed = list[tuple[SliceHeader, Codes]]


class StoredMasks:
    """Opens the segmentations of a scan's study once."""

    def __init__(self, scan: Scan, report: Dataset, progress: Progress) -> None:
        self._scan = scan
        self._report = report
        self._progress = progress
        self._made: dict[str, Dataset] | None = None
        self.notices: list[Notice] = []

    def of(self, group: Item) -> tuple[Mask | None, VoxelGrid | None]:
        """Return the mask of a measurement group on a crop of the scan's grid; None where its segment is not there."""
        for item in group.children():
            for reference in item.item.get("ReferencedSOPSequence") or ():
                made = self._objects().get(str(reference.get("ReferencedSOPInstanceUID") or ""))
                number = reference.get("ReferencedSegmentNumber")
                if made is not None and number is not None:
                    try:
                        return self._cropped(list(_frames(made, int(number))))
                    except _FAULTS:
                        self._doubt()
        return None, None

    def organs(self) -> Organs | None:
        """Return the organs that were handed on with the report; None without."""
        for made in self._objects().values():
            try:
                numbers = _organ_numbers(made)
                if numbers:
                    return self._organs(made, numbers)
            except _FAULTS:
                self._doubt()
        return None

    def _doubt(self) -> None:
        text = "A segmentation beside the scan cannot be understood; what it holds is shown without its outline."
        if all(notice.text != text for notice in self.notices):
            self.notices.append(Notice(text, grave=True))

    def _objects(self) -> dict[str, Dataset]:
        if self._made is None:
            self._made = {}
            for beside in self._scan.series.beside:
                if beside.sop_class not in SEGMENTATIONS:
                    continue
                self._progress.report(0.3, f"Reading {beside.path.name}")
                try:
                    made = read_object(beside.path)
                except ReportError:
                    continue
                if is_ours(made):
                    self._made[str(made.get("SOPInstanceUID") or "")] = made
        return self._made

    def _cropped(self, framed: Framed) -> tuple[Mask | None, VoxelGrid | None]:
        box = _box(framed, self._scan.volume.grid)
        if box is None:
            return None, None
        grid = self._scan.volume.grid.crop(*box)
        mask = self._laid(framed, grid) > 0
        there = np.argwhere(mask)
        if there.size == 0:
            return None, None
        low, high = there.min(0), there.max(0) + 1
        tight = mask[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
        size = (int(high[0] - low[0]), int(high[1] - low[1]), int(high[2] - low[2]))
        return tight, grid.crop((int(low[0]), int(low[1]), int(low[2])), size)

    def _laid(self, framed: Framed, grid: VoxelGrid) -> Codes:
        """Lay frames onto a grid; where the series has a slice and the segment no frame, there is nothing."""
        first = framed[0][0]
        normal = np.cross(first.row_direction, first.column_direction)
        taken = np.array([header.position_mm for header, _ in framed]) @ normal
        empty = [
            header
            for header in self._scan.series.slices
            if np.abs(taken - np.array(header.position_mm) @ normal).min() > _SAME_MM
        ]
        return from_slices([picture for _, picture in framed], [*(h for h, _ in framed), *empty], grid)

    def _organs(self, made: Dataset, numbers: dict[int, int]) -> Organs | None:
        pictures: dict[tuple[float, ...], tuple[SliceHeader, Codes]] = {}
        for segment, code in numbers.items():
            for header, picture in _frames(made, segment):
                kept = pictures.setdefault(header.position_mm, (header, np.zeros(picture.shape, np.uint8)))[1]
                kept[picture > 0] = code
        grid = self._scan.volume.grid.coarser(_ORGANS_MM)
        return Organs(self._laid(list(pictures.values()), grid), grid) if pictures else None


def _organ_numbers(made: Dataset) -> dict[int, int]:
    """Return segment number → organ code, for a segmentation of organs; empty for another one."""
    numbers = {}
    for segment in made.SegmentSequence:
        kind = first_code(segment, "SegmentedPropertyTypeCodeSequence")
        item = segment.SegmentedPropertyTypeCodeSequence[0]
        side = first_code(item, "SegmentedPropertyTypeModifierCodeSequence").value
        organ = location_of(kind.value, kind.scheme, side)
        if organ in ORGANS:
            numbers[int(segment.SegmentNumber)] = code_of(organ)
    return numbers


def _frames(made: Dataset, segment: int) -> Iterator[tuple[SliceHeader, Codes]]:
    """Go through the frames of a segment: where each lies, by its own words, and its pixels, 0 or 1."""
    if int(made.BitsAllocated) != 1 or made.file_meta.TransferSyntaxUID.is_encapsulated:
        raise ValueError("only plain bits are read")
    shared = made.SharedFunctionalGroupsSequence[0]
    rows, columns = int(made.Rows), int(made.Columns)
    stored = np.frombuffer(made.PixelData, np.uint8)
    for n, group in enumerate(made.PerFrameFunctionalGroupsSequence):
        if int(_macro("SegmentIdentificationSequence", group, shared).ReferencedSegmentNumber) != segment:
            continue
        begin, bits = n * rows * columns, rows * columns
        some = stored[begin // 8 : (begin + bits + 7) // 8]
        picture = np.unpackbits(some, bitorder="little")[begin % 8 : begin % 8 + bits].reshape(rows, columns)
        yield _placed(group, shared, rows, columns, made), picture


def _placed(group: Dataset, shared: Dataset, rows: int, columns: int, made: Dataset) -> SliceHeader:
    position = [float(v) for v in _macro("PlanePositionSequence", group, shared).ImagePositionPatient]
    along = [float(v) for v in _macro("PlaneOrientationSequence", group, shared).ImageOrientationPatient]
    spacing = [float(v) for v in _macro("PixelMeasuresSequence", group, shared).PixelSpacing]
    blank = SliceHeader(
        _NOWHERE, 0, rows, columns, (0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (spacing[0], spacing[1])
    )
    return replace(
        blank,
        position_mm=(position[0], position[1], position[2]),
        row_direction=(along[0], along[1], along[2]),
        column_direction=(along[3], along[4], along[5]),
        instance_uid=str(made.SOPInstanceUID),
    )


def _macro(name: str, group: Dataset, shared: Dataset) -> Dataset:
    """Return a functional group: the frame's own, else the one all frames share."""
    item: Dataset = (group[name] if name in group else shared[name]).value[0]
    return item


def _box(framed: Framed, grid: VoxelGrid) -> tuple[tuple[int, int, int], tuple[int, int, int]] | None:
    """Return start and shape of the block of the grid that holds every pixel set, with a voxel around."""
    places = []
    for header, picture in framed:
        there = np.argwhere(picture)
        if there.size:
            ends = np.array(
                [
                    there.min(0),
                    there.max(0),
                    [there[:, 0].min(), there[:, 1].max()],
                    [there[:, 0].max(), there[:, 1].min()],
                ]
            )
            places.append(np.c_[ends, np.ones(4)] @ pixel_matrix(header).T)
    if not places:
        return None
    indices = grid.indices(np.concatenate(places))
    low = np.clip(np.floor(indices.min(0)).astype(int) - 1, 0, np.array(grid.shape) - 1)
    high = np.clip(np.ceil(indices.max(0)).astype(int) + 2, low + 1, grid.shape)
    size = high - low
    return (int(low[0]), int(low[1]), int(low[2])), (int(size[0]), int(size[1]), int(size[2]))
