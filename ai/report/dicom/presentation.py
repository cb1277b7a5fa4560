"""How the slices were looked at, and a mark on each lesion: a grayscale softcopy presentation state (PS3.3 A.33.1)."""

from __future__ import annotations

import numpy as np
from highdicom.pr import (
    GraphicAnnotation,
    GraphicLayer,
    GraphicObject,
    GrayscaleSoftcopyPresentationState,
    SoftcopyVOILUTTransformation,
    TextObject,
)
from pydicom.dataset import Dataset

from ai.findings import Analysis, Lesion
from ai.geometry import Matrix
from ai.report.dicom.concepts import MANUFACTURER, SERIAL
from ai.report.dicom.masks import pixel_matrix
from ai.report.dicom.source import Source
from ai.report.dicom.tracking import Tracks
from ai.series import FileWindow, SliceHeader

_AROUND = 1.4
"""How much wider than the lesion its mark is, so that it does not cover the edge."""
_LEAST_MM = 4.0


def write_presentation(analysis: Analysis, source: Source, tracks: Tracks, window: FileWindow, number: int) -> Dataset:
    """Return the presentation state: the window for all slices, a circle and a word where each lesion's middle lies."""
    layer = GraphicLayer("FINDINGS", 1, "Lesions of the reading")
    lesions = [lesion for finding in analysis.findings for lesion in finding.lesions]
    by_slice: dict[int, list[Lesion]] = {}
    for lesion in lesions:
        by_slice.setdefault(source.nearest(lesion.centre.array()), []).append(lesion)
    marks = [_marked(at, marked, source, tracks, layer) for at, marked in sorted(by_slice.items())]
    made = GrayscaleSoftcopyPresentationState(
        referenced_images=list(source.files),
        series_instance_uid=source.uids.new(),
        series_number=number,
        sop_instance_uid=source.uids.new(),
        instance_number=1,
        manufacturer=MANUFACTURER,
        manufacturer_model_name=analysis.card.identifier,
        software_versions=analysis.card.version,
        device_serial_number=SERIAL,
        content_label="FINDINGS",
        content_description="Window and lesions of the reading (research use only)",
        graphic_layers=[layer] if marks else None,
        graphic_annotations=marks or None,  # an empty sequence is none (PS3.3 C.10.5: type 1)
        voi_lut_transformations=[
            SoftcopyVOILUTTransformation(
                window_center=window.level_hu, window_width=window.width_hu, window_explanation=window.name or None
            )
        ],
    )
    made.SeriesDescription = "Interval: window and marks (research use only)"
    return made


def _marked(
    number: int, lesions: list[Lesion], source: Source, tracks: Tracks, layer: GraphicLayer
) -> GraphicAnnotation:
    file, frame = source.file_of(number)
    header = source.slices[number]
    return GraphicAnnotation(
        referenced_images=[file],
        graphic_layer=layer,
        referenced_frame_number=frame,
        graphic_objects=[_circle(lesion, header, tracks) for lesion in lesions],
        text_objects=[_words(lesion, header) for lesion in lesions],
    )


def _circle(lesion: Lesion, header: SliceHeader, tracks: Tracks) -> GraphicObject:
    column, row = place_px(lesion.centre.array(), header)
    radius_mm = max(lesion.diameters_mm[0] * _AROUND, _LEAST_MM) / 2
    radius_px = radius_mm / header.pixel_spacing_mm[1]
    aside = radius_px if column + radius_px < header.columns else -radius_px  # the second point may not lie outside
    track = tracks.of(lesion)
    return GraphicObject(
        graphic_type="CIRCLE",
        graphic_data=np.array([[column, row], [column + aside, row]]),
        units="PIXEL",
        tracking_id=track.identifier,
        tracking_uid=track.uid,
    )


def _words(lesion: Lesion, header: SliceHeader) -> TextObject:
    column, row = place_px(lesion.centre.array(), header)
    long_mm, short_mm = lesion.diameters_mm
    return TextObject(
        text_value=f"{lesion.abnormality.title} {long_mm:.1f} x {short_mm:.1f} mm",
        units="PIXEL",
        anchor_point=(column, row),
        anchor_point_visible=False,
    )


def place_px(point_mm: Matrix, header: SliceHeader) -> tuple[float, float]:
    """Return (column, row) of a place on a slice; the first pixel's middle is (0.5, 0.5) (PS3.3 C.10.5.1.2)."""
    matrix = pixel_matrix(header)
    row, column = np.linalg.lstsq(matrix[:, :2], point_mm - matrix[:, 2], rcond=None)[0]
    return (
        float(np.clip(column + 0.5, 0.5, header.columns - 0.5)),
        float(np.clip(row + 0.5, 0.5, header.rows - 0.5)),
    )
