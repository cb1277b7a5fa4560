"""One scan of a cohort in plain values: whose, when, what its report says of each label, where, and what changed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from ai.report.mention import Side


class Said(StrEnum):
    """How a report speaks of a label."""

    PRESENT = "present"
    ABSENT = "absent"
    UNCERTAIN = "uncertain"
    HISTORICAL = "historical"
    UNMENTIONED = "unmentioned"


class Change(StrEnum):
    """What became of a label since the scan before, as the report says it."""

    NEW = "new"
    LARGER = "larger"
    SMALLER = "smaller"
    UNCHANGED = "unchanged"
    RESOLVED = "resolved"


VALUES: Mapping[Said, float] = MappingProxyType(
    {
        Said.PRESENT: 1.0,
        Said.ABSENT: 0.0,
        Said.UNCERTAIN: math.nan,
        Said.HISTORICAL: math.nan,
        Said.UNMENTIONED: 0.0,
    }
)
"""What is measured against: who doubts, or tells of the past only, decides nothing; what is not said is not there."""
TARGETS: Mapping[Said, float] = MappingProxyType({**VALUES, Said.UNCERTAIN: 0.7, Said.HISTORICAL: 0.0})
"""What is learned: a radiologist who writes "possible" is right more often than not."""
WEIGHTS: Mapping[Said, float] = MappingProxyType(
    {
        Said.PRESENT: 1.0,
        Said.ABSENT: 1.0,
        Said.UNCERTAIN: 0.3,
        Said.HISTORICAL: 0.0,
        Said.UNMENTIONED: 0.7,
    }
)
"""How much the target counts: reports leave things out, so silence says less than a plain no."""


@dataclass(frozen=True, slots=True)
class LabelValue:
    """What a report says of one label, as training and measuring take it.

    Args:
        said: how the report speaks of it.
    """

    said: Said

    @property
    def value(self) -> float:
        """1.0 present, 0.0 absent, nan where the report decides nothing: for measuring."""
        return VALUES[self.said]

    @property
    def target(self) -> float:
        """0…1, never nan: for learning, with ``weight``."""
        return TARGETS[self.said]

    @property
    def weight(self) -> float:
        """0…1: how much ``target`` counts."""
        return WEIGHTS[self.said]


UNMENTIONED = LabelValue(Said.UNMENTIONED)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the report says a label is.

    Args:
        organs: names of ``ai.organs.ORGANS`` that may hold it; empty where the place named is none of them (a rib).
        side: the patient's side that the report names, None where it names none.
        locations: the words behind it, of the vocabulary's 51 locations, sorted.
    """

    organs: frozenset[str] = frozenset()
    side: Side | None = None
    locations: tuple[str, ...] = ()


@dataclass(frozen=True)
class CohortScan:
    """One scan of a cohort; nothing in it says who the patient is or on which day it was taken.

    Args:
        key: of this scan: hexadecimal, a keyed hash whose key is not in the store.
        patient: of this patient: likewise.
        days: since the patient's first examination in the archive; 0 where no day is known.
        spacing_mm: distance between voxels along all three axes.
        shape: (slices, rows, columns), standard axes (up, back, left), cut to the lungs with
            ``ai.model.preparation.MARGIN_MM`` around them; not padded.
        labels: what the report says, for every label that it speaks of; see ``label``.
        places: where, for the labels that are there, or doubted, and whose place or side the report names.
        changes: for the labels of which the report tells a course.
        source: where it comes from (a hospital's or a scanner's name chosen by who built the cohort), may be empty.
    """

    key: str
    patient: str
    days: int
    spacing_mm: float
    shape: tuple[int, int, int]
    labels: Mapping[str, LabelValue] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    changes: Mapping[str, Change] = field(default_factory=dict)
    source: str = ""

    def __post_init__(self) -> None:
        for name in ("labels", "places", "changes"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def __reduce__(self) -> tuple[type[CohortScan], tuple[object, ...]]:
        """Travel between processes: read-only views of dictionaries do not by themselves."""
        maps = (dict(self.labels), dict(self.places), dict(self.changes))
        return CohortScan, (self.key, self.patient, self.days, self.spacing_mm, self.shape, *maps, self.source)

    def label(self, name: str) -> LabelValue:
        """Return what the report says of a label: unmentioned where it is silent."""
        return self.labels.get(name, UNMENTIONED)
