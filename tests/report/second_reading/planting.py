"""Errors as reports have them, planted into a story that had none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ai.discrepancy import DiscrepancyKind, ReadingToCheck
from ai.geometry import PointMm
from tests.report.second_reading.patient import COMMON, MINOR, PLACELESS, Patient, Thing
from tests.report.second_reading.seeing import THRESHOLDS
from tests.report.second_reading.writing import Statement, Story, critical

MIRROR = {
    "right_upper": "left_upper",
    "right_mid": "left_upper",
    "right_lower": "left_lower",
    "left_upper": "right_upper",
    "left_lower": "right_lower",
}
SIDES = {"right": "left", "left": "right"}
_LEAST_MM = 6.0


@dataclass(frozen=True)
class Planted:
    """One error.

    ``grounded``: the picture, noise included, has what is needed to find it; a finding that the model missed too gives
    no second reader a reason to speak.
    """

    kind: DiscrepancyKind
    name: str
    grounded: bool
    place: PointMm | None = None


Plant = Callable[[Patient, Story, ReadingToCheck, np.random.Generator], tuple[Story, Planted] | None]


def left_out(
    patient: Patient, told: Story, seen: ReadingToCheck, rng: np.random.Generator
) -> tuple[Story, Planted] | None:
    """Say nothing of a thing that was not there before, or deny it."""
    things = [t for t in _told(told) if t.name not in MINOR and not t.before_mm and not _small(t)]
    thing = _one(things, rng)
    if thing is None:
        return None
    alone = sum(other.name == thing.name for other in patient.now()) == 1
    denied = frozenset({thing.name}) if alone and rng.random() < 0.4 else frozenset()
    quiet = replace(_without(told, thing), denied=denied)
    grounded = _probability(seen, thing.name) >= THRESHOLDS.specific and _seen(seen, thing)
    return quiet, Planted(DiscrepancyKind.SILENT, thing.name, grounded, thing.centre if thing.body else None)


def invented(
    patient: Patient, told: Story, seen: ReadingToCheck, rng: np.random.Generator
) -> tuple[Story, Planted] | None:
    """Report what is not there."""
    there = {thing.name for thing in patient.things}
    names = [name for name in (*COMMON, *PLACELESS, "pleural_effusion") if name not in there and name not in MINOR]
    name = str(rng.choice(names))
    lobe = str(rng.choice(list(MIRROR)))
    thing = Thing(name, lobe, lobe.split("_", maxsplit=1)[0])
    statements = [Statement(thing, part, lobe, thing.side, (0.0, 0.0)) for part in (False, True)[: rng.integers(1, 3)]]
    grounded = _probability(seen, name) < THRESHOLDS.sensitive
    story = replace(told, statements=(*told.statements, *statements), absent=told.absent - {name})
    return story, Planted(DiscrepancyKind.UNSEEN, name, grounded)


def other_side(
    patient: Patient, told: Story, seen: ReadingToCheck, rng: np.random.Generator
) -> tuple[Story, Planted] | None:
    """Put a thing on the other side: among the findings, in the impression, or in both."""
    plain = ("granuloma", "bronchiectasis")
    things = [t for t in _told(told) if t.side in SIDES and not t.gone and t.name not in plain and not _small(t)]
    alone = [t for t in things if sum(o.name == t.name for o in patient.now()) == 1 or t.body]
    thing = _one(alone, rng)
    if thing is None:
        return None
    parts = {one.in_impression for one in told.statements if one.thing is thing}
    where = parts if rng.random() < 0.4 else {bool(rng.choice(sorted(parts)))}

    def swapped(one: Statement) -> Statement:
        if one.thing is not thing or one.in_impression not in where:
            return one
        return replace(one, lobe=MIRROR[one.lobe], side=SIDES[one.side])

    grounded = _probability(seen, thing.name) >= THRESHOLDS.balanced and _seen(seen, thing, same_lobe=True)
    return _mapped(told, swapped), Planted(DiscrepancyKind.SIDE, thing.name, grounded)


def wrong_size(
    patient: Patient, told: Story, seen: ReadingToCheck, rng: np.random.Generator
) -> tuple[Story, Planted] | None:
    """Write a size that is off by 3 mm and more (a fifth of what is large), or by a factor of ten."""
    things = [t for t in _told(told) if t.name in ("nodule", "mass") and not t.gone]
    thing = _one(things, rng)
    if thing is None:
        return None
    long_mm = thing.sizes_mm[0]
    off_mm = float(rng.uniform(1, 2)) * max(3.0, 0.2 * long_mm)
    if rng.random() < 0.4:
        factor = 0.1 if long_mm > 14 else 10.0
    else:
        factor = 1 + off_mm / long_mm if rng.random() < 0.6 or long_mm - off_mm < 3 else 1 - off_mm / long_mm

    def resized(one: Statement) -> Statement:
        if one.thing is not thing:
            return one
        return replace(one, sizes_mm=(one.sizes_mm[0] * factor, one.sizes_mm[1] * factor))

    return _mapped(told, resized), Planted(DiscrepancyKind.SIZE, thing.name, _seen(seen, thing, same_lobe=True))


def forgotten(
    patient: Patient, told: Story, seen: ReadingToCheck, rng: np.random.Generator
) -> tuple[Story, Planted] | None:
    """Say nothing of a lesion of the prior, gone or still there."""
    thing = _one([t for t in _told(told) if t.before_mm * 0.85 >= _LEAST_MM and not _small(t)], rng)
    if thing is None:
        return None
    quiet = _without(told, thing)
    if not any(one.thing.name == "nodule" for one in quiet.statements):
        quiet = replace(quiet, absent=quiet.absent - {"nodule", "mass"})
    grounded = thing.gone or _seen(seen, thing)
    return quiet, Planted(DiscrepancyKind.PRIOR, thing.name, grounded, thing.centre)


def wrong_advice(
    patient: Patient, told: Story, seen: ReadingToCheck, rng: np.random.Generator
) -> tuple[Story, Planted] | None:
    """Advise what the guideline does not."""
    if told.months is None or told.months == ():
        return None
    wrong: list[tuple[int, ...]] = [months for months in ((), (24,), (18, 24)) if months != told.months]
    if min(told.months) < 6 and max(told.months) < 12:
        wrong.append((12,))
    largest = max((t for t in patient.now() if t.name == "nodule"), key=lambda t: t.sizes_mm[0])
    story = replace(told, months=wrong[int(rng.integers(len(wrong)))])
    grounded = _seen(seen, largest) and _probability(seen, "nodule") >= THRESHOLDS.balanced
    return story, Planted(DiscrepancyKind.ADVICE, "nodule", grounded)


def not_concluded(
    patient: Patient, told: Story, seen: ReadingToCheck, rng: np.random.Generator
) -> tuple[Story, Planted] | None:
    """Leave what is critical out of the impression."""
    thing = _one([t for t in _told(told) if critical(t) and sum(o.name == t.name for o in patient.things) == 1], rng)
    if thing is None:
        return None
    kept = tuple(one for one in told.statements if one.thing is not thing or not one.in_impression)
    grounded = _probability(seen, thing.name) >= THRESHOLDS.sensitive
    return replace(told, statements=kept), Planted(DiscrepancyKind.IMPRESSION, thing.name, grounded)


PLANTS: dict[DiscrepancyKind, Plant] = {
    DiscrepancyKind.SILENT: left_out,
    DiscrepancyKind.UNSEEN: invented,
    DiscrepancyKind.SIDE: other_side,
    DiscrepancyKind.SIZE: wrong_size,
    DiscrepancyKind.PRIOR: forgotten,
    DiscrepancyKind.ADVICE: wrong_advice,
    DiscrepancyKind.IMPRESSION: not_concluded,
}


def _told(told: Story) -> list[Thing]:
    once: list[Thing] = []
    for one in told.statements:
        if not any(one.thing is thing for thing in once):
            once.append(one.thing)
    return once


def _one(things: list[Thing], rng: np.random.Generator) -> Thing | None:
    return things[int(rng.integers(len(things)))] if things else None


def _small(thing: Thing) -> bool:
    return thing.body and sum(thing.sizes_mm) / 2 < _LEAST_MM + 1


def _without(told: Story, thing: Thing) -> Story:
    return replace(told, statements=tuple(one for one in told.statements if one.thing is not thing))


def _mapped(told: Story, change: Callable[[Statement], Statement]) -> Story:
    return replace(told, statements=tuple(map(change, told.statements)))


def _probability(seen: ReadingToCheck, name: str) -> float:
    finding = seen.analysis.finding(name)
    return 0.0 if finding is None else finding.probability


def _seen(seen: ReadingToCheck, thing: Thing, same_lobe: bool = False) -> bool:
    """Return whether the picture has the body; what spreads it always has."""
    if not thing.body:
        return True
    finding = seen.analysis.finding(thing.name)
    lesions = () if finding is None or finding.probability < THRESHOLDS.sensitive else finding.lesions
    return any(
        lesion.centre.distance_mm(thing.centre) < 1 and (not same_lobe or lesion.location == thing.lobe)
        for lesion in lesions
    )
