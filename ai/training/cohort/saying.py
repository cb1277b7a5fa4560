"""From a report's mentions to labels, places and changes of one scan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from ai.organs import LOBES
from ai.report import Mention, Side, Status, label
from ai.training.cohort.words import Change, LabelValue, Place, Said

_RIGHT, _LEFT = frozenset(LOBES[:3]), frozenset(LOBES[3:])
ORGANS_AT: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        **{lobe: frozenset({lobe}) for lobe in LOBES},
        "left_mid": frozenset({"left_upper"}),
        "right_lung": _RIGHT,
        "left_lung": _LEFT,
        "lung": _RIGHT | _LEFT,
        **{part: frozenset({"heart"}) for part in ("heart", "mitral_valve", "aortic_valve", "tricuspid_valve")},
        "pulmonary_valve": frozenset({"heart"}),
        "aorta": frozenset({"aorta"}),
    }
)
"""Locations that are organs, or parts of them; the lingula belongs to the left upper lobe."""
NO_PLACE = frozenset(
    {"right", "left", "anterior", "posterior", "superior", "inferior", "medial", "lateral", "interstitial",
     "subpleural", "centrilobular"}
)  # fmt: skip
"""Locations that narrow another one and are none by themselves."""
_CHANGES = {
    Status.NEW: Change.NEW,
    Status.LARGER: Change.LARGER,
    Status.SMALLER: Change.SMALLER,
    Status.UNCHANGED: Change.UNCHANGED,
    Status.RESOLVED: Change.RESOLVED,
}
"""In the order in which they matter: one new nodule among old ones is what is new."""
_SAID = {
    Status.UNCERTAIN: Said.UNCERTAIN,
    Status.ABSENT: Said.ABSENT,
    Status.RESOLVED: Said.ABSENT,
    Status.HISTORICAL: Said.HISTORICAL,
}
"""In the order in which they decide where nothing is said to be there."""


@dataclass(frozen=True)
class Labelled:
    """What a report says of one scan; see ``CohortScan``."""

    labels: Mapping[str, LabelValue]
    places: Mapping[str, Place]
    changes: Mapping[str, Change]


def labelled(text: str) -> Labelled:
    """Read a report."""
    return labelled_by(label(text))


def labelled_by(mentions: Sequence[Mention]) -> Labelled:
    """Join mentions: what is said to be there anywhere is there."""
    by_label: dict[str, list[Mention]] = {}
    for mention in mentions:
        by_label.setdefault(mention.abnormality.name, []).append(mention)
    labels, places, changes = {}, {}, {}
    for name, said in by_label.items():
        labels[name] = LabelValue(_said(said))
        meant = [m for m in said if m.is_there] or [m for m in said if m.status is Status.UNCERTAIN]
        place = _place(meant)
        if place != Place():
            places[name] = place
        statuses = {m.status for m in said}
        change = next((change for status, change in _CHANGES.items() if status in statuses), None)
        if change is not None and (change is not Change.RESOLVED or labels[name].said is Said.ABSENT):
            changes[name] = change
    return Labelled(labels, places, changes)


def _said(mentions: Sequence[Mention]) -> Said:
    if any(mention.is_there for mention in mentions):
        return Said.PRESENT
    statuses = {mention.status for mention in mentions}
    return next(said for status, said in _SAID.items() if status in statuses)


def _place(mentions: Sequence[Mention]) -> Place:
    """Join places: organs only where every place named is one of them; a mention without a place repeats another."""
    placed = [(m, [name for name in m.locations if name not in NO_PLACE]) for m in mentions]
    placed = [(m, names) for m, names in placed if names or m.side is not None]
    locations = sorted({name for _, names in placed for name in names})
    known = all(any(name in ORGANS_AT for name in names) for _, names in placed)
    organs = frozenset[str]().union(*(ORGANS_AT[name] for name in locations if name in ORGANS_AT))
    sides = {_side(m, names) for m, names in placed}
    side = None if None in sides or not sides else next(iter(sides)) if len(sides) == 1 else Side.BOTH
    return Place(organs if known else frozenset(), side, tuple(locations))


def _side(mention: Mention, locations: Sequence[str]) -> Side | None:
    """The side that is named, else the one that the organs named lie on."""
    if mention.side is not None:
        return mention.side
    organs = frozenset[str]().union(*(ORGANS_AT.get(name, frozenset[str]()) for name in locations))
    if not organs:
        return None
    return Side.RIGHT if organs <= _RIGHT else Side.LEFT if organs <= _LEFT else None
