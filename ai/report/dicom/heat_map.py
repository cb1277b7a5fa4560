"""A heatmap as a parametric map (PS3.3 A.75): float pixels, logit points, on the model's own grid."""

from __future__ import annotations

import numpy as np
from highdicom import PixelMeasuresSequence, PlaneOrientationSequence, PlanePositionSequence, VOILUTTransformation
from highdicom.pm import ParametricMap, RealWorldValueMapping
from pydicom.dataset import Dataset

from ai.findings import Finding, ModelCard
from ai.geometry import Index
from ai.report.codes import ours, unit
from ai.report.dicom.concepts import EVIDENCE, MANUFACTURER, SERIAL, said
from ai.report.dicom.source import Source
from ai.report.errors import ReportError
from ai.volume import VoxelGrid

_SQUARE = 1e-4
"""Largest cosine between two axes that still counts as perpendicular."""


def write_heat_map(
    finding: Finding, source: Source, card: ModelCard, series_uid: str, number: int, instance: int
) -> Dataset:
    """Return the parametric map of a finding's heatmap.

    Nothing is resampled: each frame is a slice of the model's grid with its own place, in the source's frame of
    reference. ``bias + the sum of all pixels`` is the finding's logit.

    Raises:
        ReportError: the grid's axes lean, which frames of pixels cannot say.
    """
    heat = finding.heatmap
    axes = heat.grid.affine[:3, :3] / np.array(heat.grid.spacing_mm)
    if np.abs(axes.T @ axes - np.eye(3)).max() > _SQUARE:
        raise ReportError(f"The heatmap of {finding.abnormality.title.lower()} lies on axes that lean; not written.")
    top = max(float(np.abs(heat.values).max()), 1e-6)
    made = ParametricMap(
        source_images=[source.files[0]] if source.multiframe else list(source.files),
        pixel_array=np.ascontiguousarray(heat.values, dtype=np.float32),
        series_instance_uid=series_uid,
        series_number=number,
        sop_instance_uid=source.uids.new(),
        instance_number=instance,
        manufacturer=MANUFACTURER,
        manufacturer_model_name=card.identifier,
        software_versions=card.version,
        device_serial_number=SERIAL,
        contains_recognizable_visual_features=False,
        real_world_value_mappings=[_logit_points(finding)],
        voi_lut_transformations=[_window(top)],
        pixel_measures=PixelMeasuresSequence(heat.grid.spacing_mm[1:], heat.grid.spacing_mm[0]),
        plane_orientation=PlaneOrientationSequence("PATIENT", [*axes[:, 2], *axes[:, 1]]),
        plane_positions=[PlanePositionSequence("PATIENT", place) for place in _first_pixels(heat.grid)],
        content_label="HEATMAP",
        content_description=f"{finding.abnormality.title}: evidence in logit points"[:64],
    )
    made.SeriesDescription = "Interval: heatmaps (research use only)"
    return made


def _window(top: float) -> VOILUTTransformation:
    """Return the window from nothing to the hottest place; the exact function, as it may be narrower than 1."""
    return VOILUTTransformation(window_center=top / 2, window_width=top, voi_lut_function="LINEAR_EXACT")


def _first_pixels(grid: VoxelGrid) -> list[list[float]]:
    """Return where the first pixel of each slice lies, LPS mm."""
    return [grid.point(Index(n, 0, 0)).array().tolist() for n in range(grid.shape[0])]


def _logit_points(finding: Finding) -> RealWorldValueMapping:
    values, kind = finding.heatmap.values, finding.abnormality
    low, high = float(values.min()), float(values.max())
    return RealWorldValueMapping(
        lut_label="EVIDENCE",
        lut_explanation="Logit points that each place contributes",
        unit=said(unit("")),
        value_range=(low, max(high, low + 1e-6)),
        slope=1.0,
        intercept=0.0,
        quantity_definition=said(ours(f"{EVIDENCE}{kind.name}", f"Evidence for {kind.title.lower()}, logit points")),
    )
