"""The words as plain JSON values: finite numbers, lists, names. Millimetres are DICOM LPS."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ai.advice import Advice
from ai.findings import Doubt, Finding, Lesion, ModelCard, Quantity
from ai.geometry import PointMm
from ai.series import Notice, Scan

SCHEMA = 1
RESEARCH_ONLY = "Research use only, not for clinical diagnosis."

Plain = dict[str, Any]
"""A JSON object."""


def number(value: float | None) -> float | None:
    """Return a finite number, None for what JSON cannot say (NaN, infinity)."""
    return None if value is None or not math.isfinite(value) else float(value)


def point(place: PointMm) -> list[float]:
    """Return [left, posterior, superior], millimetres, to a hundredth."""
    return [round(float(v), 2) for v in place.array()]


def lesion(found: Lesion) -> Plain:
    """Return one instance."""
    return {
        "abnormality": found.abnormality.name,
        "centre_mm": point(found.centre),
        "diameter_mm": number(round(found.diameter_mm, 1)),
        "diameters_mm": [number(round(d, 1)) for d in found.diameters_mm],
        "volume_mm3": number(found.volume_mm3),
        "mean_hu": number(found.mean_hu),
        "location": found.location,
        "confidence": number(found.confidence),
        "mass_mg": number(found.mass_mg),
        "composition": None if found.composition is None else found.composition.value,
        "solid_mm": number(round(found.solid_mm, 1)),
        "found_on_second_look": found.second_look,
    }


def advice(said: Advice) -> Plain:
    """Return what a guideline says; ``category`` is null where it may not be used, ``why`` then says why not."""
    return {
        "guideline": said.guideline,
        "category": said.category or None,
        "follows": said.follows,
        "why": said.why,
        "source": said.source,
    }


def finding_summary(found: Finding) -> Plain:
    """Return what a comparison says of a finding."""
    return {
        "abnormality": found.abnormality.name,
        "probability": number(found.probability),
        "threshold": number(found.threshold),
        "thresholds": None if found.thresholds is None else asdict(found.thresholds),
        "instance_threshold": None if found.instance_thresholds is None else number(found.instance_threshold),
        "present": found.present,
    }


def card(model: ModelCard) -> Plain:
    """Return which model spoke."""
    return {
        "id": model.identifier,
        "version": model.version,
        "sha256": model.sha256,
        "trained_on": model.trained_on,
        "title": model.title,
    }


def scan(seen: Scan) -> Plain:
    """Return what identifies series and geometry; no name, no birth date."""
    series, grid = seen.series, seen.volume.grid
    taken_on = series.study.taken_on
    return {
        "source": series.source.name,
        "series_uid": series.uid,
        "study_uid": series.study.uid,
        "taken_on": None if taken_on is None else taken_on.isoformat(),
        "description": series.description,
        "kernel": series.kernel,
        "shape": list(grid.shape),
        "spacing_mm": [number(s) for s in grid.spacing_mm],
        "index_to_lps_mm": [[float(v) for v in row] for row in grid.affine],
        "notices": notices(seen.notices),
    }


def quantity(found: Quantity) -> Plain:
    """Return one measure; ``value`` is null where the scan allows none, ``caveat`` then says why."""
    return {
        "name": found.name,
        "title": found.title,
        "value": number(found.value),
        "unit": found.unit,
        "per_organ": {organ: number(value) for organ, value in found.per_organ},
        "caveat": found.caveat,
        "source": found.source,
    }


def doubts(said: Sequence[Doubt]) -> list[Plain]:
    """Return why the scan may not be what the model learned to read."""
    return [{"text": doubt.sentence, "grave": doubt.grave} for doubt in said]


def notices(said: Sequence[Notice]) -> list[Plain]:
    """Return what the reader must see."""
    return [{"text": notice.text, "grave": notice.grave} for notice in said]


def as_json(document: Mapping[str, Any]) -> str:
    """Return indented JSON; a NaN that slipped through is a fault, not a file other programs cannot read."""
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
