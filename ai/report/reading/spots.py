"""Places with their sides, as a sentence names them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ai.report.mention import Side
from ai.report.reading.hits import Hit
from ai.report.reading.lexicon import Place

_BETWEEN = frozenset(
    {"of", "the", "and", "or", "&", "/", ",", "at", "in", "segment", "、", "及", "和", "greater", "than"}
)
"""Words over which a side reaches its place: "right upper and lower lobes", "lower lobe of the right lung"."""
_LISTING = frozenset({"and", "or", "&", "/", ",", "、", "及", "和"})
_FARTHEST = 4
"""Words between a side and its place."""


class Spot(NamedTuple):
    """A place, a side, or both, said in words ``first`` to ``last``."""

    place: Place | None
    side: Side | None
    first: int
    last: int

    @property
    def line(self) -> tuple[str, ...]:
        """The place and what it lies within; empty for a bare side."""
        return () if self.place is None else self.place.line


def spots_of(stems: Sequence[str], marks: Sequence[Hit]) -> list[Spot]:
    """Join the sides and places that stand together; ``marks`` are those hits, in order."""
    found: list[Spot] = []
    marks = [mark for number, mark in enumerate(marks) if _is_closed(stems, marks, number)]
    for number, mark in enumerate(marks):
        meaning = mark.meaning
        if isinstance(meaning, Side):
            if not _reaches_a_place(stems, marks, number):
                found.append(Spot(None, meaning, mark.first, mark.last))
        elif isinstance(meaning, Place):
            side = _side_of(stems, marks, number, meaning) if meaning.paired else None
            found.append(Spot(meaning, side, mark.first, mark.last))
    return found


def _side_of(stems: Sequence[str], marks: Sequence[Hit], number: int, place: Place) -> Side | None:
    if place.side is not None:
        return place.side
    if "of" in stems[marks[number].last : marks[number].last + 2]:
        following = _side_after(stems, marks, number)
        if following is not None:
            return following
    return _side_before(stems, marks, number) or _side_after(stems, marks, number)


def _side_before(stems: Sequence[str], marks: Sequence[Hit], number: int) -> Side | None:
    """Return the side before, perhaps with other paired places of the same phrase between."""
    while number > 0 and _joined(stems, marks[number - 1], marks[number]):
        number -= 1
        meaning = marks[number].meaning
        if isinstance(meaning, Side):
            return meaning
        if not isinstance(meaning, Place) or not meaning.paired:
            return None
        if meaning.side is not None:
            return meaning.side
    return None


def _side_after(stems: Sequence[str], marks: Sequence[Hit], number: int) -> Side | None:
    """Return the side that follows, perhaps after further places: "upper and lower lobes of the left lung"."""
    while number + 1 < len(marks) and _joined(stems, marks[number], marks[number + 1]):
        number += 1
        meaning = marks[number].meaning
        if isinstance(meaning, Side):
            return meaning
        if isinstance(meaning, Place) and meaning.side is not None:
            return None
    return None


def _reaches_a_place(stems: Sequence[str], marks: Sequence[Hit], number: int) -> bool:
    """True where a paired place stands just after the side: it is then that place's side."""
    if number + 1 == len(marks) or not _joined(stems, marks[number], marks[number + 1]):
        return False
    following = marks[number + 1].meaning
    return isinstance(following, Side) or (isinstance(following, Place) and following.paired)


def _is_closed(stems: Sequence[str], marks: Sequence[Hit], number: int) -> bool:
    """False for an open place that none closes: "upper" is one only in "upper and lower lobes"."""
    meaning = marks[number].meaning
    if not isinstance(meaning, Place) or not meaning.open:
        return True
    if number + 1 == len(marks):
        return False
    following, between = marks[number + 1].meaning, stems[marks[number].last : marks[number + 1].first]
    if not isinstance(following, Place) or not following.level or not _LISTING.issuperset(between):
        return False
    return _is_closed(stems, marks, number + 1)


def _joined(stems: Sequence[str], before: Hit, after: Hit) -> bool:
    between = stems[before.last : after.first]
    return len(between) <= _FARTHEST and _BETWEEN.issuperset(between)
