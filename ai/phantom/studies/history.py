"""Any number of visits of one synthetic patient: lesions that grow at one rate, come, go, or stay."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import torch
from numpy.typing import NDArray

from ai.phantom.canvas import Canvas
from ai.phantom.case import plan_of, thorax_of
from ai.phantom.catalogue import CATALOGUE
from ai.phantom.drawable import Drawable
from ai.phantom.scanner import Protocol, scan_of
from ai.phantom.studies.fates import Fate, growth_of, magnify, sorted_by_fate
from ai.phantom.studies.posture import drawn_posture, pose
from ai.phantom.studies.visit import Visit, first_day
from ai.progress import QUIET, Progress

_APART_MM = 25.0
"""Two lesions nearer to each other do not both change size: each would push the other's middle."""


@dataclass(frozen=True)
class Course:
    """One lesion through all visits.

    Args:
        label: what it is.
        instances: its place in each visit's instances; None where it is not there.
        factor: diameter at the last visit over diameter at the first, of what is there at both; grown or shrunk
            exponentially with the days between. 1 for everything else.
    """

    label: str
    instances: tuple[int | None, ...]
    factor: float = 1.0


@dataclass(frozen=True, eq=False)
class History:
    """All visits, oldest first, and the course of each instance of any of them."""

    visits: tuple[Visit, ...]
    courses: tuple[Course, ...]


@dataclass(frozen=True)
class _Stay:
    """A thing and the visits (first, last) at which it is there."""

    thing: Drawable
    first: int
    last: int


def drawn_history(
    seed: int,
    visits: int,
    findings: frozenset[str] | None = None,
    spacing_mm: float = 2.0,
    progress: Progress = QUIET,
) -> History:
    """Draw a patient's visits.

    Args:
        seed: decides everything, with the number of visits.
        visits: how many, two or more.
        findings: which abnormalities there may be at any of them, or None to let chance decide.
        spacing_mm: voxel size.
        progress: told meanwhile.
    """
    rng = np.random.default_rng([seed, 6, visits])
    plan = plan_of(seed, findings)
    things = sorted_by_fate(tuple(thing for thing in CATALOGUE if thing.name in plan), rng)
    days = [first_day(seed) + timedelta(days=int(d)) for d in np.cumsum([0, *rng.integers(60, 400, visits - 1)])]
    with torch.no_grad():
        progress.report(0.0, "building the patient")
        shared = thorax_of(seed, spacing_mm).copy()
        for thing in things[Fate.STABLE]:
            thing.draw(shared, thing.chance(seed))
        factors = _factors(shared, rng)
        stays = _stays(things, visits, rng)
        found, places = [], []
        for number in range(visits):
            progress.report((1 + number) / (visits + 1), f"drawing visit {number + 1} of {visits}")
            canvas = shared.copy()
            places.append(_drawn_stays(canvas, stays, number, seed))
            _grow(canvas, factors, _elapsed(days, number))
            found.append(_visit(seed, number, days[number], canvas, rng))
    kept = [Course(one.label, (n,) * visits, factors[n]) for n, one in enumerate(shared.instances)]
    return History(tuple(found), (*kept, *_courses(found, places, stays)))


def _elapsed(days: list[date], number: int) -> float:
    return (days[number] - days[0]).days / (days[-1] - days[0]).days


def _factors(shared: Canvas, rng: np.random.Generator) -> dict[int, float]:
    """Return each kept instance's factor from first to last visit; labels of one lesion share it."""
    factors = dict.fromkeys(range(len(shared.instances)), 1.0)
    done: list[NDArray[np.float64]] = []
    for number, one in enumerate(shared.instances):
        factor, centre = growth_of(shared, number, rng), np.array(one.centre)
        if factor == 1.0 or any(np.linalg.norm(centre - other) < _APART_MM for other in done):
            continue
        done.append(centre)
        factors.update({i: factor for i, other in enumerate(shared.instances) if other.centre == one.centre})
    return factors


def _stays(things: dict[Fate, tuple[Drawable, ...]], visits: int, rng: np.random.Generator) -> tuple[_Stay, ...]:
    """Say when what goes was seen last, and what comes is seen first; never at all visits."""
    gone = [_Stay(thing, 0, int(rng.integers(0, visits - 1))) for thing in things[Fate.GONE]]
    new = [_Stay(thing, int(rng.integers(1, visits)), visits - 1) for thing in things[Fate.NEW]]
    return (*gone, *new)


def _drawn_stays(canvas: Canvas, stays: tuple[_Stay, ...], number: int, seed: int) -> list[range]:
    """Draw what is there at a visit; return the instances that each thing left, none where it is not there."""
    left = []
    for stay in stays:
        before = len(canvas.instances)
        if stay.first <= number <= stay.last:
            stay.thing.draw(canvas, stay.thing.chance(seed))
        left.append(range(before, len(canvas.instances)))
    return left


def _grow(canvas: Canvas, factors: dict[int, float], elapsed: float) -> None:
    """Bring each lesion that changes to its size after a share (0…1) of all the time."""
    grown = set()
    for number, factor in factors.items():
        centre = canvas.instances[number].centre
        if factor != 1.0 and elapsed > 0 and centre not in grown:
            grown.add(centre)
            magnify(canvas, number, factor**elapsed)


def _visit(seed: int, number: int, day: date, canvas: Canvas, rng: np.random.Generator) -> Visit:
    if number > 0:
        pose(canvas, drawn_posture(canvas, rng))
        shift = rng.uniform((-12, -25, -20), (12, 25, 20))
        canvas.origin = canvas.origin.moved(*(float(s) for s in shift))
    # What a field cuts off, or a breath between slices bends, would be a change that no course tells of.
    protocol = replace(Protocol.drawn(rng), breath_mm=0.0, stir_mm=0.0, field_mm=0.0)
    return Visit(seed, number, day, canvas, scan_of(canvas, protocol, rng), protocol)


def _courses(visits: list[Visit], places: list[list[range]], stays: tuple[_Stay, ...]) -> list[Course]:
    """Return the courses of what is not there at all visits: a thing leaves the same instances wherever it is drawn."""
    found = []
    for which, stay in enumerate(stays):
        there = [places[number][which] for number in range(len(visits))]
        for k in range(min(len(there[number]) for number in range(stay.first, stay.last + 1))):
            instances = tuple(one[k] if len(one) else None for one in there)
            found.append(Course(visits[stay.first].canvas.instances[there[stay.first][k]].label, instances))
    return found
