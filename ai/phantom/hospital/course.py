"""A patient's visits, one after the other: what stays, what comes and goes, what grows between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import torch

from ai.phantom.canvas import Canvas
from ai.phantom.case import plan_of, thorax_of
from ai.phantom.catalogue import CATALOGUE
from ai.phantom.drawable import Drawable
from ai.phantom.hospital.practice import Practice
from ai.phantom.scanner import scan_of
from ai.phantom.studies.fates import COMING_AND_GOING, Fate
from ai.phantom.studies.follow_up import grow
from ai.phantom.studies.posture import drawn_posture, pose
from ai.phantom.studies.visit import Visit, first_day

_VISIT_SHARES = (0.35, 0.3, 0.2, 0.15)
"""Share of patients with one to four scans."""
_SEEN = 0.5
"""A label is there where some voxel is at least half abnormal."""


@dataclass(frozen=True)
class Step:
    """One visit, the labels that can be seen at it, and what became of each since the visit before.

    ``fates`` hold every label of this visit and every one that is gone; empty for the first visit.
    """

    visit: Visit
    labels: frozenset[str]
    fates: dict[str, Fate]


@dataclass(frozen=True)
class _Span:
    """A thing and the visits that see it, from ``start`` to before ``stop``."""

    thing: Drawable
    start: int
    stop: int


def visits_of(seed: int) -> int:
    """Return how often a patient is scanned, 1…4."""
    return int(np.random.default_rng([seed, 13]).choice(len(_VISIT_SHARES), p=_VISIT_SHARES)) + 1


def course(seed: int, practice: Practice, spacing_mm: float) -> Iterator[Step]:
    """Draw a patient's visits in their order.

    Args:
        seed: of the patient; decides everything, with the practice.
        practice: where the patient is scanned.
        spacing_mm: voxel size.
    """
    rng = np.random.default_rng([seed, 11])
    count = visits_of(seed)
    spans = _spans(seed, count, rng)
    with torch.no_grad():
        lasting = thorax_of(seed, spacing_mm).copy()
        for span in spans:
            if (span.start, span.stop) == (0, count):
                span.thing.draw(lasting, span.thing.chance(seed))
        kept, before = len(lasting.instances), frozenset[str]()
        day = first_day(seed)
        for number in range(count):
            factors = grow(lasting, kept, rng) if number else ()
            grown = _grown(lasting, factors)
            canvas = _drawn(lasting, spans, number, count, seed)
            now = labels_in(canvas)
            visit = _scanned(canvas, seed, number, day, practice, rng)
            fresh = {label for span in spans if number and span.start == number for label in span.thing.labels}
            yield Step(visit, now, _fates(before, now, grown, fresh) if number else {})
            before = now
            day += timedelta(days=int(rng.integers(21, 420)))


def labels_in(canvas: Canvas) -> frozenset[str]:
    """Return the labels that can be seen on a canvas."""
    return frozenset(label for label, share in canvas.truth.items() if bool((share >= _SEEN).any()))


def _spans(seed: int, count: int, rng: np.random.Generator) -> list[_Span]:
    plan, spans = plan_of(seed), []
    for thing in CATALOGUE:
        if thing.name not in plan:
            continue
        chance, turn = rng.random(), int(rng.integers(1, max(2, count)))
        passing = count > 1 and bool(thing.labels) and thing.labels[0] in COMING_AND_GOING
        if not passing or chance < 0.5:
            spans.append(_Span(thing, 0, count))
        else:
            spans.append(_Span(thing, turn, count) if chance < 0.78 else _Span(thing, 0, turn))
    return spans


def _drawn(lasting: Canvas, spans: list[_Span], number: int, count: int, seed: int) -> Canvas:
    canvas = lasting.copy()
    for span in spans:
        if span.start <= number < span.stop and (span.start, span.stop) != (0, count):
            span.thing.draw(canvas, span.thing.chance(seed))
    return canvas


def _scanned(canvas: Canvas, seed: int, number: int, day: date, practice: Practice, rng: np.random.Generator) -> Visit:
    """Take the scan; from the second on the patient lies and breathes otherwise."""
    if number:
        pose(canvas, drawn_posture(canvas, rng))
        canvas.origin = canvas.origin.moved(*(float(s) for s in rng.uniform((-12, -25, -20), (12, 25, 20))))
    protocol = practice.drawn(rng)
    return Visit(seed, number, day, canvas, scan_of(canvas, protocol, rng), protocol)


def _grown(canvas: Canvas, factors: tuple[float, ...]) -> dict[str, Fate]:
    """What growth says of each label: a lesion that grew counts more than one that shrank."""
    found: dict[str, Fate] = {}
    for one, factor in zip(canvas.instances, factors, strict=False):
        if factor > 1:
            found[one.label] = Fate.GROWN
        elif factor < 1:
            found.setdefault(one.label, Fate.SHRUNK)
    return found


def _fates(before: frozenset[str], now: frozenset[str], grown: dict[str, Fate], fresh: set[str]) -> dict[str, Fate]:
    fates = dict.fromkeys(before - now, Fate.GONE)
    for label in now:
        new = label not in before or label in fresh
        fates[label] = Fate.NEW if new else grown.get(label, Fate.STABLE)
    return fates
