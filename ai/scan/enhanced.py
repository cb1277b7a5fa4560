"""Enhanced CT: a whole series in one file, each frame with its own place (DICOM PS3.3 C.7.6.16, functional groups)."""

from __future__ import annotations

from pydicom.dataset import Dataset

from ai.scan.datasets import FAULTS, dataset
from ai.scan.errors import HeaderFault
from ai.scan.headers import (
    Header,
    checked_rescale,
    directions,
    padding,
    picture_size,
    pixel_format,
    pixel_spacing,
    position,
)
from ai.series import SliceHeader

NUMBER_OF_FRAMES = 0x00280008
_BLOATED = (MemoryError, OverflowError)
"""What a damaged length leads to."""


def frames(header: Header) -> list[SliceHeader]:
    """Return where each frame lies and how its pixels are packed.

    Raises:
        HeaderFault: the file does not say where each frame lies.
    """
    try:
        whole = dataset(header.path)
        shared = whole.SharedFunctionalGroupsSequence[0]
        groups = list(whole.PerFrameFunctionalGroupsSequence)
        _refuse_other_count(header, len(groups))
        size = picture_size(header, pixel_format(header)[0], len(groups))
        return [_frame(header, size, number, group, shared) for number, group in enumerate(groups)]
    except (*FAULTS, *_BLOATED) as error:
        raise HeaderFault(
            f"{header.path} holds several pictures but does not say where each lies. Export it as single slices."
        ) from error


def _refuse_other_count(header: Header, groups: int) -> None:
    """Refuse a file whose damage made some of its pictures' places vanish: the others would be shown as the whole."""
    said = header.whole(NUMBER_OF_FRAMES)
    if said is not None and said != groups:
        raise HeaderFault(
            f"{header.path} is damaged: it holds {said} pictures but says of {groups} where they lie. Export it again."
        )


def _frame(header: Header, size: tuple[int, int], number: int, group: Dataset, shared: Dataset) -> SliceHeader:
    measures = _macro("PixelMeasuresSequence", group, shared)
    values = _macro("PixelValueTransformationSequence", group, shared)
    origin = _macro("PlanePositionSequence", group, shared).ImagePositionPatient
    orientation = _macro("PlaneOrientationSequence", group, shared).ImageOrientationPatient
    row_direction, column_direction = directions(header.path, tuple(float(v) for v in orientation))
    allocated, stored, signed = pixel_format(header)
    slope, intercept = checked_rescale(header.path, float(values.RescaleSlope), float(values.RescaleIntercept))
    return SliceHeader(
        path=header.path,
        frame=number,
        rows=size[0],
        columns=size[1],
        position_mm=position(header.path, tuple(float(v) for v in origin)),
        row_direction=row_direction,
        column_direction=column_direction,
        pixel_spacing_mm=pixel_spacing(header.path, tuple(float(v) for v in measures.PixelSpacing)),
        slope=slope,
        intercept=intercept,
        bits_allocated=allocated,
        bits_stored=stored,
        signed=signed,
        padding=padding(header, signed),
        transfer_syntax=header.elements.transfer_syntax,
        pixel_offset=header.elements.pixel_offset,
        instance=number + 1,
        instance_uid=header.instance_uid,
    )


def _macro(name: str, group: Dataset, shared: Dataset) -> Dataset:
    """Return a functional group: the frame's own, else the one all frames share."""
    sequence = group[name].value if name in group else shared[name].value
    item: Dataset = sequence[0]
    return item
