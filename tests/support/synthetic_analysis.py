"""Findings and lesions without a model."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np

from ai.findings import Analysis, Finding, Heatmap, Lesion, ModelCard, Peak, sigmoid
from ai.geometry import Index, PointMm
from ai.series import Scan, Series, Study
from ai.vocabulary import abnormality
from ai.volume import Volume, axis_aligned

CARD = ModelCard("test-model", "0.1", "ab" * 32, "nothing at all", "Test model")


def sphere_mm3(diameter_mm: float) -> float:
    """Return the volume of a sphere."""
    return float(np.pi / 6 * diameter_mm**3)


def lesion(
    name: str, centre: tuple[float, float, float], diameter_mm: float = 10.0, location: str = "right_upper"
) -> Lesion:
    """Return a spherical lesion without a mask."""
    place = PointMm(*centre)
    return Lesion(abnormality(name), place, (diameter_mm, diameter_mm), sphere_mm3(diameter_mm), 30.0, location)


def finding(name: str, logit: float = 2.0, lesions: tuple[Lesion, ...] = (), threshold: float = 0.5) -> Finding:
    """Return a finding whose heatmap holds one hot voxel and adds up to the logit."""
    grid = axis_aligned((4, 5, 6), (50.0, 50.0, 50.0), PointMm(-125, -100, -80))
    values = np.zeros(grid.shape, dtype=np.float32)
    values[1, 2, 3] = logit + 3.0
    heatmap = Heatmap(values, grid, bias=-3.0)
    peak = Peak(grid.point(Index(1, 2, 3)), logit + 3.0)
    return Finding(abnormality(name), sigmoid(logit), threshold, logit, heatmap, (peak,), lesions)


def analysis(*findings: Finding, card: ModelCard = CARD) -> Analysis:
    """Return what a model might have said."""
    return Analysis(findings, card, "cpu", 1.5)


def scan(volume: Volume, taken_on: date | None = None, uid: str = "1.2.3") -> Scan:
    """Return a scan whose header says next to nothing."""
    study = Study(uid="1.2", taken_on=taken_on)
    return Scan(volume, Series(uid=uid, source=Path("a-scan"), study=study, shape=volume.grid.shape))
