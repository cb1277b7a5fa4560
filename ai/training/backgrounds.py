"""Real scans that lesions are drawn into, and where their own disease must not be taken for health.

``resources/training/backgrounds.toml`` names files of a folder the user has; no scan is part of the project.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from scipy import ndimage
from torch import Tensor

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
class Doubtful:
    """Organs (names of ``ai.organs``), and some millimetres around them, in which nothing is known of some labels."""

    organs: tuple[str, ...]
    within_mm: float
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Background:
    """One real scan: what it is called, where it came from, what to leave out.

    Args:
        name: of the file.
        source: for the card.
        diseased: places of its own disease.
        unknown: labels of which nothing is known anywhere in it.
        landmarks: name of the file with what was measured of it; several scans of one patient share one.
        doubtful: organs of which something is not known; the whole scan where its organs were not measured.
    """

    name: str
    source: str
    diseased: tuple[Diseased, ...]
    unknown: tuple[str, ...] = ()
    landmarks: str = ""
    doubtful: tuple[Doubtful, ...] = ()


def listed(purpose: str) -> tuple[Background, ...]:
    """Return the scans of one purpose (``train`` or ``held_out``)."""
    table = tomllib.loads((RESOURCES / "training" / "backgrounds.toml").read_text(encoding="utf-8"))
    return tuple(_background(entry) for entry in table["scan"] if entry["purpose"] == purpose)


def _background(entry: dict[str, Any]) -> Background:
    anything = [Diseased((d[0], d[1], d[2]), d[3]) for d in entry.get("diseased", [])]
    some = [
        Diseased((b[0], b[1], b[2]), b[3], tuple(place["labels"]))
        for place in entry.get("finding", [])
        for b in place.get("balls", [])
    ]
    doubtful = tuple(
        Doubtful(tuple(place["organs"]), float(place.get("within_mm", 0.0)), tuple(place["labels"]))
        for place in entry.get("finding", [])
        if "organs" in place
    )
    return Background(
        entry["name"],
        entry["source"],
        (*anything, *some),
        tuple(entry.get("unknown", ())),
        entry.get("landmarks", ""),
        doubtful,
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
    everywhere = torch.ones(canvas.shape, dtype=torch.bool)
    for label in _meant(entry.unknown, labels):
        canvas.mark_unknown(label, everywhere)
    for ball in entry.diseased:
        _mark_ball(canvas, ball, labels)
    for one in entry.doubtful:
        where = _around(canvas, one)
        for label in _meant(one.labels, labels):
            canvas.mark_unknown(label, everywhere if where is None else where)
    return canvas


def _meant(names: tuple[str, ...], labels: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(label for label in labels if label in names or ALL in names)


def _mark_ball(canvas: Canvas, ball: Diseased, labels: tuple[str, ...]) -> None:
    left, posterior, superior = (c - o for c, o in zip(ball.centre_mm, canvas.origin.array(), strict=True))
    region = canvas.region((float(superior), float(posterior), float(left)), ball.radius_mm)
    inside = region.radius <= ball.radius_mm
    for label in _meant(ball.labels, labels):
        canvas.mark_unknown(label, inside, region.block)


def _around(canvas: Canvas, what: Doubtful) -> Tensor | None:
    """Where an organ is or is near; None where nobody knows the organs."""
    inside = canvas.organ(*what.organs)
    if inside is None:
        return None
    steps = round(what.within_mm / canvas.spacing_mm)
    wide = ndimage.binary_dilation(inside.cpu().numpy(), iterations=steps) if steps else inside.cpu().numpy()
    return torch.from_numpy(wide).to(inside.device)
