"""Real scans that lesions are drawn into, and where their own disease must not be taken for health.

``resources/training/backgrounds.toml`` names files of a folder the user has; no scan is part of the project.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from ai.phantom import background
from ai.phantom.canvas import Canvas
from ai.scan import read
from ai.vocabulary import RESOURCES


@dataclass(frozen=True)
class Diseased:
    """A ball of the patient (LPS millimetres) where nothing is known."""

    centre_mm: tuple[float, float, float]
    radius_mm: float


@dataclass(frozen=True)
class Background:
    """One real scan: what it is called, where it came from, what to leave out."""

    name: str
    source: str
    diseased: tuple[Diseased, ...]


def listed(purpose: str) -> tuple[Background, ...]:
    """Return the scans of one purpose (``train`` or ``held_out``)."""
    table = tomllib.loads((RESOURCES / "training" / "backgrounds.toml").read_text(encoding="utf-8"))
    return tuple(
        Background(
            entry["name"],
            entry["source"],
            tuple(Diseased((d[0], d[1], d[2]), d[3]) for d in entry.get("diseased", [])),
        )
        for entry in table["scan"]
        if entry["purpose"] == purpose
    )


def there(purpose: str, folder: Path | None) -> tuple[Background, ...]:
    """Return the listed scans of one purpose that really are in a folder; none without a folder."""
    return tuple(entry for entry in listed(purpose) if folder is not None and (folder / entry.name).exists())


def canvas_of(entry: Background, folder: Path, labels: tuple[str, ...]) -> Canvas:
    """Read a scan as a canvas, its own disease marked unknown for every label."""
    canvas = background(read(folder / entry.name).volume)
    origin = canvas.origin.array()
    for ball in entry.diseased:
        left, posterior, superior = (c - o for c, o in zip(ball.centre_mm, origin, strict=True))
        region = canvas.region((float(superior), float(posterior), float(left)), ball.radius_mm)
        inside = region.radius <= ball.radius_mm
        for label in labels:
            canvas.mark_unknown(label, inside, region.block)
    return canvas
