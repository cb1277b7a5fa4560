"""What can truly be said of a visit, label by label: where, how large, what became of it. Before any words."""

from __future__ import annotations

from dataclasses import dataclass

from ai.organs import LOBES
from ai.phantom.canvas import Canvas, Instance
from ai.phantom.hospital.course import Step
from ai.phantom.studies.fates import Fate
from ai.phantom.studies.places import lobe_of, lobes_with, side_of

_TOLD = 2
"""Of the lesions of one kind the largest ones are told apart."""
FOCAL = frozenset({"nodule", "mass", "granuloma", "cavitation", "cyst"})


@dataclass(frozen=True)
class Spot:
    """One place of a finding.

    Args:
        lobes: names of ``ai.organs.LOBES``; empty where none is known.
        side: right, left, both; empty where unknown.
        size_mm: largest diameter, 0 where it has none to tell.
    """

    lobes: tuple[str, ...] = ()
    side: str = ""
    size_mm: float = 0.0


@dataclass(frozen=True)
class Fact:
    """One label at one visit.

    Args:
        label: of the vocabulary.
        spots: where; none for a label that is gone.
        fate: what became of it since the visit before; None at the first.
    """

    label: str
    spots: tuple[Spot, ...]
    fate: Fate | None = None

    @property
    def is_there(self) -> bool:
        """False for what was there before and is gone."""
        return self.fate is not Fate.GONE


def facts_of(step: Step) -> list[Fact]:
    """Return the facts of a visit, sorted by label."""
    canvas = step.visit.canvas
    there = [Fact(label, _spots(canvas, label), step.fates.get(label)) for label in sorted(step.labels)]
    return there + [Fact(label, (), fate) for label, fate in sorted(step.fates.items()) if fate is Fate.GONE]


def _spots(canvas: Canvas, label: str) -> tuple[Spot, ...]:
    found = sorted((one for one in canvas.instances if one.label == label), key=lambda one: -one.diameter_mm)
    if label in FOCAL:
        return tuple(_spot(canvas, one) for one in found[:_TOLD]) or (Spot(),)
    lobes = lobes_with(canvas, label)
    sides = {_side(canvas, one) for one in found} | {lobe.partition("_")[0] for lobe in lobes}
    return (Spot(lobes, _joined(sides)),)


def _spot(canvas: Canvas, one: Instance) -> Spot:
    lobe = lobe_of(canvas, one)
    return Spot((lobe,) if lobe in LOBES else (), _side(canvas, one), one.diameter_mm)


def _side(canvas: Canvas, one: Instance) -> str:
    said = [side for side in ("right", "left") if side in one.words]
    if "bilateral" in one.words or "both" in one.words or len(said) == 2:
        return "both"
    return said[0] if said else side_of(canvas, one)


def _joined(sides: set[str]) -> str:
    return "both" if "both" in sides or len(sides) > 1 else next(iter(sides), "")
