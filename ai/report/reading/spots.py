"""Places with their sides, and which finding each belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ai.report.mention import Side
from ai.report.reading.hits import Hit
from ai.report.reading.lexicon import Cue, Place
from ai.report.reading.words import Words

_BETWEEN = frozenset({"of", "the", "and", "or", "&", "/", ",", "at", "in", "segment", "both", "、", "及", "和"})
"""Words over which a side reaches its place: "right upper and lower lobes", "lower lobe of the right lung"."""
_FROM_A_HEAD = frozenset(
    {
        "in",
        "of",
        "at",
        "within",
        "on",
        "from",
        "along",
        "involving",
        "throughout",
        "around",
        "near",
        "adjacent",
        "to",
        "into",
        "through",
        "between",
        "located",
        "over",
    }
)
_FARTHEST = 4
"""Words between a side and its place."""


@dataclass(frozen=True, eq=False, slots=True)
class Spot:
    """A place, a side, or both, said in words ``first`` to ``last``."""

    place: Place | None
    side: Side | None
    first: int
    last: int

    @property
    def line(self) -> tuple[str, ...]:
        """The place and what it lies within; empty for a bare side."""
        return () if self.place is None else self.place.line


def spots_of(words: Words, hits: Sequence[Hit]) -> list[Spot]:
    """Join sides and places that stand together."""
    marks = [hit for hit in hits if hit.place is not None or hit.side is not None]
    sides = _sides(words, marks)
    used = {id(mark) for mark in marks if mark.side is not None and _next_to_a_place(words, marks, mark)}
    return [
        Spot(mark.place, sides[number], mark.first, mark.last)
        for number, mark in enumerate(marks)
        if mark.place is not None or id(mark) not in used
    ]


def _sides(words: Words, marks: Sequence[Hit]) -> list[Side | None]:
    found: list[Side | None] = []
    for number, mark in enumerate(marks):
        side = mark.side
        if mark.place is not None and mark.place.paired:
            side = mark.place.side or _of_the(words, marks, number) or _carried(words, marks, found, number)
            side = side or _following(words, marks, number)
        found.append(side)
    return found


def _of_the(words: Words, marks: Sequence[Hit], number: int) -> Side | None:
    """Return the side in "lower lobe of the right lung"."""
    mark = marks[number]
    if "of" not in words.stems[mark.last : mark.last + 2]:
        return None
    return _following(words, marks, number)


def _carried(words: Words, marks: Sequence[Hit], found: Sequence[Side | None], number: int) -> Side | None:
    """Return the side of the side or paired place just before."""
    if number == 0 or not _joined(words, marks[number - 1], marks[number]):
        return None
    before = marks[number - 1]
    return found[number - 1] if before.side is not None or (before.place is not None and before.place.paired) else None


def _following(words: Words, marks: Sequence[Hit], number: int) -> Side | None:
    """Return the side that follows, perhaps after further places of the same phrase."""
    for before, after in pairwise(marks[number:]):
        if not _joined(words, before, after):
            return None
        if after.side is not None:
            return after.side
        if after.place is not None and after.place.side is not None:
            return None
    return None


def _next_to_a_place(words: Words, marks: Sequence[Hit], side: Hit) -> bool:
    """True where a paired place stands just after the side, or a place it closes just before ("lung on the right")."""
    number = next(n for n, mark in enumerate(marks) if mark is side)
    after = marks[number + 1 : number + 2]
    return any(mark.place is not None and mark.place.paired and _joined(words, side, mark) for mark in after)


def _joined(words: Words, before: Hit, after: Hit) -> bool:
    between = words.stems[before.last : after.first]
    return len(between) <= _FARTHEST and all(word in _BETWEEN for word in between)


@dataclass(frozen=True, eq=False, slots=True)
class Owned:
    """The spots of one head: ``own`` are said of it, ``shared`` of a neighbour in the same list, ``topic`` of the sentence."""

    own: tuple[Spot, ...]
    shared: tuple[Spot, ...]
    topic: tuple[Spot, ...]

    @property
    def nearest(self) -> tuple[Spot, ...]:
        """The first of the three that says anything."""
        return self.own or self.shared or self.topic


def owners(words: Words, hits: Sequence[Hit], clause_of: dict[int, int]) -> dict[int, Owned]:
    """Return the spots of each head, by ``id`` of its hit.

    A spot is the next head's where nothing but words of place lies between ("pleural effusion"), else the last
    head's before it ("nodule in the left lung"), else the topic of what follows ("in the left lung, nodules …").
    """
    heads = [hit for hit in hits if hit.head is not None]
    modifiers: dict[int, list[Spot]] = {id(head): [] for head in heads}
    trailing: dict[int, list[Spot]] = {id(head): [] for head in heads}
    topic: list[tuple[int, Spot]] = []
    breaks = [hit.first for hit in hits if hit.is_cue(Cue.VERB, Cue.START, Cue.NOT_AFTER)]
    for spot in spots_of(words, hits):
        following = next((head for head in heads if head.first >= spot.last), None)
        before = next((head for head in reversed(heads) if head.last <= spot.first), None)
        if following is not None and _modifies(words, spot, following, breaks, before is not None):
            modifiers[id(following)].append(spot)
        elif before is not None:
            trailing[id(before)].append(spot)
        else:
            topic.append((spot.first, spot))
    return {
        id(head): _owned(number, heads, modifiers, trailing, [spot for _, spot in topic], clause_of)
        for number, head in enumerate(heads)
    }


def _modifies(words: Words, spot: Spot, head: Hit, breaks: Iterable[int], after_a_head: bool) -> bool:
    between = words.stems[spot.last : head.first]
    chinese = any(word >= "\u3400" for word in words.stems[spot.first : spot.last])
    if chinese:
        return "，" not in between or not after_a_head
    if any(spot.last <= place < head.first for place in breaks) or any(word in _FROM_A_HEAD for word in between):
        return False
    led_in = (
        spot.first > 0
        and after_a_head
        and any(word in _FROM_A_HEAD for word in words.stems[max(0, spot.first - 3) : spot.first])
    )
    return not (led_in and "," in between) and not (led_in and "and" in between)


def _owned(
    number: int,
    heads: Sequence[Hit],
    modifiers: dict[int, list[Spot]],
    trailing: dict[int, list[Spot]],
    topic: Sequence[Spot],
    clause_of: dict[int, int],
) -> Owned:
    head = heads[number]
    clause = clause_of[id(head)]
    own = (*modifiers[id(head)], *trailing[id(head)])
    later = [h for h in heads[number + 1 :] if clause_of[id(h)] == clause]
    earlier = [h for h in heads[:number] if clause_of[id(h)] == clause]
    shared = next((tuple(trailing[id(h)]) for h in later if trailing[id(h)]), ())
    if not shared:
        shared = next((tuple(modifiers[id(h)]) for h in reversed(earlier) if modifiers[id(h)]), ())
    return Owned(own, shared, tuple(spot for spot in topic if spot.first < head.first))
