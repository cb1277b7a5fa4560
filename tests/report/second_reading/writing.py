"""A drawn patient → statements → the report that one writer makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tests.report.second_reading.patient import MINOR, Patient, Thing
from tests.report.second_reading.writers import Writer

CRITICAL = ("mass", "pneumothorax", "aneurysm", "pulmonary_edema", "consolidation")


@dataclass(frozen=True)
class Statement:
    """One thing said in one part of the report; lobe, side and size are what is said, not what is."""

    thing: Thing
    in_impression: bool
    lobe: str
    side: str
    sizes_mm: tuple[float, float]
    course: str = ""


@dataclass(frozen=True)
class Story:
    """All that a report will say.

    ``absent``: labels that may be said to be normal; ``denied``: those that are said so in any case; ``months``: what
    is advised, () where nothing is to follow, None where nothing is advised at all.
    """

    statements: tuple[Statement, ...]
    absent: frozenset[str]
    denied: frozenset[str] = frozenset()
    months: tuple[int, ...] | None = None


def critical(thing: Thing) -> bool:
    """Return whether a thing belongs into every impression."""
    return thing.name in CRITICAL or (thing.name == "pleural_effusion" and thing.large)


def story(patient: Patient) -> Story:
    """Return what a report without errors says; what is minor or small it may leave out."""
    rng = np.random.default_rng([patient.seed, 3])
    statements: list[Statement] = []
    for thing in patient.things:
        small = thing.name == "nodule" and thing.sizes_mm[0] < 6
        if not thing.gone and rng.random() < (0.5 if thing.name in MINOR else 0.3 if small else 0.0):
            continue
        statements.append(_said(thing, False, patient.compared))
        told = critical(thing) or thing.gone or (thing.name not in MINOR and rng.random() < 0.5)
        if told and not small:
            statements.append(_said(thing, True, patient.compared))
    there = frozenset(thing.name for thing in patient.things)
    absent = frozenset(("pleural_effusion", "pneumothorax", "consolidation", "nodule", "mass", "lymphadenopathy",
                        "pericardial_effusion", "cardiomegaly", "aneurysm", "fracture", "emphysema"))  # fmt: skip
    if {"nodule", "mass", "granuloma"} & there:
        there |= {"nodule", "mass"}
    return Story(tuple(statements), absent - there, months=_months(patient) if rng.random() < 0.6 else None)


def _said(thing: Thing, in_impression: bool, compared: bool) -> Statement:
    course = "gone" if thing.gone else ""
    if not course and compared and thing.body and thing.name == "nodule":
        ratio = thing.sizes_mm[0] / thing.before_mm if thing.before_mm else 0.0
        course = "new" if not ratio else "larger" if ratio > 1.15 else "smaller" if ratio < 0.85 else "unchanged"
    return Statement(thing, in_impression, thing.lobe, thing.side, thing.sizes_mm, course)


def _months(patient: Patient) -> tuple[int, ...] | None:
    """Return what Fleischner 2017 lets follow for solid nodules at high risk; None where it is not for this patient."""
    bodies = [thing for thing in patient.now() if thing.name in ("nodule", "mass")]
    if patient.compared or not bodies or any(thing.name == "mass" for thing in bodies):
        return None
    largest = int(max(sum(thing.sizes_mm) / 2 for thing in bodies) + 0.5)
    if largest < 6:
        return ()
    if len(bodies) > 1:
        return 3, 6
    return (6, 12) if largest <= 8 else (3,)


def written(told: Story, writer: Writer, seed: int) -> str:
    """Return the report."""
    rng = np.random.default_rng([seed, 4])
    findings = [_sentence(one, writer, rng) for one in told.statements if not one.in_impression]
    for name, normal in writer.normal.items():
        denied = name in told.denied
        if denied or (name in told.absent and rng.random() < 0.7):
            findings.append(normal)
    findings += [sentence for sentence in writer.noise if rng.random() < 0.4]
    order = rng.permutation(len(findings))
    impression = [_sentence(one, writer, rng) for one in told.statements if one.in_impression]
    impression += _advice(told.months, writer, rng)
    if writer.numbered:
        impression = [f"{number}. {line}" for number, line in enumerate(impression, 1)]
    lines = [*writer.opening, "", writer.headings[0], " ".join(findings[n] for n in order), "", writer.headings[1]]
    return "\n".join([*lines, *(impression or [writer.none])]) + "\n"


def _advice(months: Sequence[int] | None, writer: Writer, rng: np.random.Generator) -> list[str]:
    if months is None:
        return []
    if not months:
        return [str(rng.choice(writer.nothing))]
    between = writer.months.format(least=months[0], most=months[-1])
    if len(set(months)) == 1:
        between = writer.months.replace("{least}", "").lstrip("-～ ").removeprefix("to ").format(most=months[0])
    return [str(rng.choice(writer.follow)).format(months=between)]


def _sentence(one: Statement, writer: Writer, rng: np.random.Generator) -> str:
    where = writer.lobes.get(one.lobe, "")
    if one.course == "gone":
        return _capital(str(rng.choice(writer.course["gone"])).format(where=where))
    large = f"large {one.thing.name}" if one.thing.large else one.thing.name
    side = dict(zip(("right", "left", "both"), writer.sides, strict=True)).get(one.side, "")
    template = str(rng.choice(writer.say[large]))
    text = _capital(template.format(where=where, side=side, size=_size(one.sizes_mm, writer, rng)))
    if not one.course:
        return text
    then = _size((one.thing.before_mm, 0.0), writer, rng)
    return str(rng.choice(writer.course[one.course])).format(said=text, then=then)


def _size(sizes_mm: tuple[float, float], writer: Writer, rng: np.random.Generator) -> str:
    """A reader rounds to a millimetre, and in centimetres to a tenth; where he lays the axis differs by half of one."""
    long_mm, short_mm = (size + float(rng.normal(0, 0.4)) if size else 0.0 for size in sizes_mm)
    cm = writer.centimetres and long_mm >= 10
    unit = writer.units[1 if cm else 0]
    long, short = (round(size / 10, 1) if cm else max(1, round(size)) for size in (long_mm, short_mm))
    if short_mm > 0 and rng.random() < 0.5:
        return writer.two.format(long=max(long, short), short=min(long, short), unit=unit)
    return writer.one.format(long=long, unit=unit)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
