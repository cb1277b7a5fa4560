"""Real scans that lesions are drawn into, and where their own disease must not be taken for health.

``resources/training/backgrounds.toml`` names files of a folder the user has; no scan is part of the project.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from ai.phantom.canvas import Canvas
from ai.scan import read
from ai.training.measured import measured
from ai.training.real_thorax import real_thorax
from ai.vocabulary import RESOURCES

ALL = "all"
"""Instead of labels: every label there is."""


@dataclass(frozen=True)
class Diseased:
    """A ball of the patient (LPS millimetres) where nothing is known of some labels (of any, by default)."""

    centre_mm: tuple[float, float, float]
    radius_mm: float
    labels: tuple[str, ...] = (ALL,)


@dataclass(frozen=True)
class Background:
    """One real scan: what it is called, where it came from, what to leave out.

    Args:
        name: of the file.
        source: for the card.
        diseased: places of its own disease.
        unknown: labels of which nothing is known anywhere in it.
        landmarks: name of the file with what was measured of it; several scans of one patient share one.
    """

    name: str
    source: str
    diseased: tuple[Diseased, ...]
    unknown: tuple[str, ...] = ()
    landmarks: str = ""


def listed(purpose: str) -> tuple[Background, ...]:
    """Return the scans of one purpose (``train`` or ``held_out``)."""
    table = tomllib.loads((RESOURCES / "training" / "backgrounds.toml").read_text(encoding="utf-8"))
    return tuple(_background(entry) for entry in table["scan"] if entry["purpose"] == purpose)


def _background(entry: dict[str, Any]) -> Background:
    anything = [Diseased((d[0], d[1], d[2]), d[3]) for d in entry.get("diseased", [])]
    some = [
        Diseased((b[0], b[1], b[2]), b[3], tuple(place["labels"]))
        for place in entry.get("finding", [])
        for b in place["balls"]
    ]
    return Background(
        entry["name"],
        entry["source"],
        (*anything, *some),
        tuple(entry.get("unknown", ())),
        entry.get("landmarks", ""),
    )


def there(purpose: str, folder: Path | None) -> tuple[Background, ...]:
    """Return the listed scans of one purpose that really are in a folder; none without a folder."""
    return tuple(entry for entry in listed(purpose) if folder is not None and (folder / entry.name).exists())


def canvas_of(entry: Background, folder: Path, labels: tuple[str, ...]) -> Canvas:
    """Read a scan as a canvas with what is known of its anatomy; its own disease is marked unknown.

    Args:
        entry: the scan.
        folder: where its file is.
        labels: what ``all`` stands for; labels that are not among them are left out.
    """
    canvas = real_thorax(read(folder / entry.name).volume, measured(entry.landmarks))
    for label in labels:
        if label in entry.unknown or ALL in entry.unknown:
            canvas.mark_unknown(label, torch.ones(canvas.shape, dtype=torch.bool))
    origin = canvas.origin.array()
    for ball in entry.diseased:
        left, posterior, superior = (c - o for c, o in zip(ball.centre_mm, origin, strict=True))
        region = canvas.region((float(superior), float(posterior), float(left)), ball.radius_mm)
        inside = region.radius <= ball.radius_mm
        for label in labels:
            if label in ball.labels or ALL in ball.labels:
                canvas.mark_unknown(label, inside, region.block)
    return canvas
