"""Draws cases with nodules, lets the first network choose candidates, and keeps a cube around each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from itertools import groupby
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ai.model import Bundle, ModelError, load_bundle
from ai.model.candidates import candidates_seen, gathered
from ai.model.close_look import cubes_around
from ai.model.network import EvidenceNet
from ai.model.preparation import prepare
from ai.model.seeing import see
from ai.phantom.canvas import Canvas
from ai.phantom.case import drawn_patient, plan_of, thorax_of
from ai.phantom.scanner import Protocol, scan_of
from ai.phantom.side_by_side import side_by_side
from ai.progress import QUIET, Progress
from ai.training.backgrounds import canvas_of, there
from ai.training.labels import LABELS
from ai.training.nodules.hits import NODULE, hits, in_vain, middles_of, nodules_of
from ai.training.nodules.lessons import KEPT, Cubes
from ai.volume import Volume

FIRST_SEED = {"train": 3_000_000, "calibrate": 3_900_000}
_ALWAYS = frozenset({"nodules", "small nodules"})
"""Drawn in every case, beside what chance decides."""
_SPACING_MM = 1.5
_ILLNESSES_A_BODY = 4
_ASIDE_MM = 1.2
_LIKELY, _ANY = 60, 50
"""Of the marks in vain so many of the likeliest, and so many of the others by lot, are kept of a case."""


@dataclass(frozen=True)
class Order:
    """One case to draw: for which split, its seed, and the anatomy: a real scan's name, or the seed of a body."""

    split: str
    seed: int
    anatomy: str
    body: int

    @property
    def file_name(self) -> str:
        """Where its cubes are kept."""
        return f"{self.split}-{self.seed}.safetensors"


@dataclass(frozen=True)
class Drawing:
    """What is drawn, with whom.

    Args:
        bundle: folder of the first network; None for the shipped one.
        scans: folder with the real scans of ``backgrounds.toml``; None draws procedural thoraxes only.
        folder: where cubes are kept.
    """

    bundle: Path | None
    scans: Path | None
    folder: Path


def orders(split: str, count: int, names: list[str]) -> Iterator[Order]:
    """Yield cases: four in a body, then four in a real anatomy (where there is any)."""
    first = FIRST_SEED[split]
    for number in range(count):
        group = number // _ILLNESSES_A_BODY
        anatomy = names[(group // 2) % len(names)] if names and group % 2 else ""
        yield Order(split, first + number, anatomy, first + group * _ILLNESSES_A_BODY)


def draw_cubes(drawing: Drawing, split: str, count: int, progress: Progress = QUIET, workers: int = 1) -> list[Path]:
    """Draw what is missing; return the files of the split's cubes that there are now.

    Args:
        drawing: with whom, and where to.
        split: ``train`` or ``calibrate``.
        count: cases.
        progress: told after each group of cases.
        workers: processes that draw side by side; 1 draws in this one.
    """
    drawing.folder.mkdir(parents=True, exist_ok=True)
    names = [entry.name for entry in there("train", drawing.scans)]
    wanted = list(orders(split, count, names))
    missing = [order for order in wanted if not (drawing.folder / order.file_name).exists()]
    groups = [list(group) for _, group in groupby(missing, key=lambda order: order.body)]
    done = len(wanted) - len(missing)
    for more in side_by_side(partial(_draw, drawing=drawing), groups, workers):
        done += more
        progress.report(done / len(wanted), f"drawing nodules ({done} of {len(wanted)} cases)")
    return [path for path in (drawing.folder / order.file_name for order in wanted) if path.exists()]


def _draw(group: list[Order], drawing: Drawing) -> int:
    bundle = _bundle(drawing.bundle)
    for order in group:
        anatomy = _anatomy(order.anatomy, drawing.scans) if order.anatomy else None
        hu, canvas = _case(order, anatomy)
        volume = Volume(np.ascontiguousarray(hu.numpy()), canvas.grid)
        try:
            cubes = cubes_of(volume, canvas, bundle, np.random.default_rng([order.seed, 9]))
        except ModelError:
            continue  # a scan that would be withheld
        cubes.save(drawing.folder / order.file_name)
    return len(group)


@cache
def _bundle(folder: Path | None) -> Bundle:
    return load_bundle(folder)


@cache
def _anatomy(name: str, scans: Path) -> Canvas:
    entry = next(one for one in there("train", scans) if one.name == name)
    return canvas_of(entry, scans, LABELS)


def _case(order: Order, anatomy: Canvas | None) -> tuple[Tensor, Canvas]:
    with torch.no_grad():
        healthy = thorax_of(order.body, _SPACING_MM) if anatomy is None else anatomy
        canvas, _ = drawn_patient(order.seed, healthy, plan_of(order.seed) | _ALWAYS)
        rng = np.random.default_rng([order.seed, 1])
        protocol = Protocol.drawn(rng)
        return scan_of(canvas, protocol if anatomy is None else protocol.over_real(), rng), canvas


def cubes_of(volume: Volume, canvas: Canvas, bundle: Bundle, rng: np.random.Generator) -> Cubes:
    """Return cubes around the candidates of a drawn scan that teach something, and around each nodule's middle.

    Raises:
        ModelError: the scan would be withheld.
    """
    if not isinstance(bundle.network, EvidenceNet):
        raise ModelError(f"{bundle.card.title} is a network from elsewhere, which names no candidates.")
    label = bundle.description.labels.index(NODULE)
    prepared = prepare(volume, bundle.description.spacing_mm)
    seen = see(prepared, bundle.network, torch.device("cpu"), places_of=(label,), confined=bundle.confined)
    places = seen.places[label]
    found, marks_mm = candidates_seen(seen, label, prepared)
    middles, hit = middles_of(canvas), hits(marks_mm, canvas)
    sizes = np.array([one.diameter_mm for one in nodules_of(canvas)])
    vain = np.flatnonzero(in_vain(marks_mm, canvas))
    others = np.concatenate([vain[:_LIKELY], rng.permutation(vain[_LIKELY:])[:_ANY]])
    on_nodule = np.asarray(hit.any(1))
    kept = np.sort(np.concatenate([np.flatnonzero(on_nodule), others]))
    aside = middles + rng.normal(0, _ASIDE_MM, middles.shape)
    spots = np.round(seen.grid.indices(aside)).astype(int)
    field = gathered(places)
    there = np.array([_strongest(field, spot) for spot in spots], dtype=np.float64)
    highest = np.array([_strongest(places, spot) for spot in spots], dtype=np.float64)
    largest = np.where(hit, sizes[None], 0.0).max(1, initial=0.0)
    cubes = cubes_around(volume, np.concatenate([marks_mm[kept], aside]), KEPT)
    return Cubes(
        cubes.round().to(torch.int16),
        torch.from_numpy(np.concatenate([found.logits[kept], there])).float(),
        torch.from_numpy(np.concatenate([found.peaks[kept], highest])).float(),
        torch.from_numpy(np.concatenate([on_nodule[kept], np.ones(len(aside), dtype=bool)])).to(torch.uint8),
        torch.from_numpy(np.concatenate([largest[kept], sizes])).float(),
        torch.from_numpy(np.concatenate([np.ones(len(kept)), np.zeros(len(aside))])).to(torch.uint8),
    )


def _strongest(places: NDArray[np.float32], spot: NDArray[np.int64]) -> float:
    """The highest logit of a cell and its neighbours."""
    inside = np.clip(spot, 0, np.array(places.shape) - 1)
    return float(places[tuple(slice(max(0, n - 1), n + 2) for n in inside)].max())
