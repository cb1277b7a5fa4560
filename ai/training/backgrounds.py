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
    """Organs (names of ``ai.organs``), and some millimetres around them, in which nothing is known of some labels.

    Where ``above_hu`` is told, only of what is denser: calcium is denser than 130 HU (Agatston 1990) and than the blood
    around it, so whatever is not is known to be none.
    """

    organs: tuple[str, ...]
    within_mm: float
    labels: tuple[str, ...]
    above_hu: float | None = None


@dataclass(frozen=True)
class Own:
    """A lesion that the patient really has: what is dense in an oval is it, and nothing else.

    Args:
        labels: what it is.
        centre_mm: LPS millimetres.
        radii_mm: of the oval, to the left, backwards, upwards.
        absent: labels it is known not to be.
    """

    labels: tuple[str, ...]
    centre_mm: tuple[float, float, float]
    radii_mm: tuple[float, float, float]
    absent: tuple[str, ...]


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
        own: lesions that can be learned from as they are.
    """

    name: str
    source: str
    diseased: tuple[Diseased, ...]
    unknown: tuple[str, ...] = ()
    landmarks: str = ""
    doubtful: tuple[Doubtful, ...] = ()
    own: tuple[Own, ...] = ()


_DENSE_HU = -350.0
"""A solid lesion is denser, the lung around it is not."""


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
        Doubtful(
            tuple(place["organs"]), float(place.get("within_mm", 0.0)), tuple(place["labels"]), place.get("above_hu")
        )
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
        tuple(
            Own(tuple(own["labels"]), _triple(own["centre"]), _triple(own["radii"]), tuple(own["absent"]))
            for own in entry.get("own", [])
        ),
    )


def _triple(numbers: list[float]) -> tuple[float, float, float]:
    left, posterior, superior = (float(n) for n in numbers)
    return left, posterior, superior


def there(purpose: str, folder: Path | None) -> tuple[Background, ...]:
    """Return the listed scans of one purpose that really are in a folder; none without a folder."""
    return tuple(entry for entry in listed(purpose) if folder is not None and (folder / entry.name).exists())


def canvas_of(entry: Background, folder: Path, labels: tuple[str, ...], own: bool = False) -> Canvas:
    """Read a scan as a canvas with what is known of its anatomy; its own disease is marked unknown.

    Args:
        entry: the scan.
        folder: where its file is.
        labels: what ``all`` stands for; labels that are not among them are left out.
        own: whether the patient's own lesions are told as truth where they can be; to learn from, never to measure on.
    """
    canvas = real_thorax(read(folder / entry.name).volume, measured(entry.landmarks))
    everywhere = torch.ones(canvas.shape, dtype=torch.bool)
    for label in _meant(entry.unknown, labels):
        canvas.mark_unknown(label, everywhere)
    for ball in entry.diseased:
        _mark_ball(canvas, ball, labels)
    for one in entry.doubtful:
        where = _around(canvas, one)
        where = everywhere if where is None else where
        if one.above_hu is not None:
            where = where & (canvas.hu > one.above_hu)
        for label in _meant(one.labels, labels):
            canvas.mark_unknown(label, where)
    for lesion in entry.own if own else ():
        _tell(canvas, lesion)
    return canvas


def _tell(canvas: Canvas, lesion: Own) -> None:
    """Write a lesion of the patient into the truth, and that nothing of it is what it is not."""
    left, posterior, superior = (float(c - o) for c, o in zip(lesion.centre_mm, canvas.origin.array(), strict=True))
    region = canvas.region((superior, posterior, left), max(lesion.radii_mm))
    across, behind, above = lesion.radii_mm
    inside = (region.up / above) ** 2 + (region.back / behind) ** 2 + (region.left / across) ** 2 <= 1
    there = inside & (canvas.hu[region.block] > _DENSE_HU)
    for label in lesion.labels:
        canvas.mark(label, there.float(), region.block)
    for label in (*lesion.labels, *lesion.absent):
        if label in canvas.unknown:
            canvas.unknown[label][region.block] &= ~there


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
