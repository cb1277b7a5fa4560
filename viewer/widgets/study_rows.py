"""What one row of the study browser shows, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field

from ai.series import Series
from ai.studies import LikelyPair
from viewer.state.role import Role


@dataclass(frozen=True)
class PatientRow:
    """A patient."""

    name: str
    about: str


@dataclass(frozen=True)
class PairRow:
    """The pair that is proposed for a patient."""

    pair: LikelyPair = field(compare=False)
    current: str
    prior: str
    reason: str
    is_open: bool


@dataclass(frozen=True)
class VisitRow:
    """An examination."""

    day: str
    about: str


@dataclass(frozen=True)
class SeriesRow:
    """A series; ``likely`` is false for what is hardly read: another part of the body, a scout, a handful of slices."""

    series: Series = field(compare=False)
    title: str
    about: str
    slices: int
    likely: bool = True
    warnings: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()


Row = PatientRow | PairRow | VisitRow | SeriesRow
