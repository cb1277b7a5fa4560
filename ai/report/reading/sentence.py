"""One sentence → what it says of each finding."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ai.report.mention import Side, Status
from ai.report.reading.clauses import clause_starts
from ai.report.reading.hits import Hit, hits_of, inner
from ai.report.reading.lexicon import Cue, Head, Lexicon, Place
from ai.report.reading.locations import Whereabouts, whereabouts
from ai.report.reading.measuring import give_sizes
from ai.report.reading.ownership import find_meanings, give_places
from ai.report.reading.reach import DENYING, reached, status_of
from ai.report.reading.spots import spots_of
from ai.report.reading.thing import Thing
from ai.report.reading.words import Span

_NOWHERE = Whereabouts()


class Saying(NamedTuple):
    """One finding said: by its name in ``findings.toml``, with the places' names in ``places.toml`` and in the 51.

    ``start`` and ``end`` are characters of the sentence; ``beside`` are the findings of the whole sentence, whatever
    their status.
    """

    finding: str
    status: Status
    places: frozenset[str]
    locations: tuple[str, ...]
    side: Side | None
    sizes_mm: tuple[float, ...]
    start: int
    end: int
    beside: frozenset[str] = frozenset()


def read_sentence(text: str, lexicon: Lexicon) -> tuple[Saying, ...]:
    """Return what a sentence says, in order."""
    stems = lexicon.chunks.stems_of(text)
    hits = hits_of(stems, lexicon)
    heads, cues, marks, normal = _sorted_by_kind(hits)
    if not heads and not normal:
        return ()
    spans = lexicon.chunks.spans_of(text)
    starts = clause_starts(stems, hits)
    things = [Thing(head, first, last, bisect_right(starts, first)) for head, first, last in heads]
    _give_places(stems, cues, marks, normal, starts, things, lexicon)
    for cue, first, last in cues:
        for thing in reached(stems, cue, first, last, bisect_right(starts, first), things):
            thing.cues.add(cue)
    for thing in things:
        find_meanings(thing)
    _settle_sizes_and_shapes(things)
    said = [*_said(text, stems, things, spans, lexicon)]
    if normal:
        said += _denied_by_normal(normal, marks, starts, spans, lexicon)
        said.sort(key=lambda saying: saying.start)
    return tuple(said)


_Kinds = tuple[list[tuple[Head, int, int]], list[tuple[Cue, int, int]], list[Hit], list[int]]


def _sorted_by_kind(hits: Sequence[Hit]) -> _Kinds:
    """Return heads, cues, places with sides, and the words at which something is called normal."""
    heads: list[tuple[Head, int, int]] = []
    cues: list[tuple[Cue, int, int]] = []
    marks: list[Hit] = []
    for hit in hits:
        meaning, first, last = hit
        if isinstance(meaning, Cue):
            cues.append((meaning, first, last))
        elif isinstance(meaning, Head):
            heads.append((meaning, first, last))
        else:
            marks.append(hit)
    return heads, cues, marks, [first for cue, first, _ in cues if cue is Cue.NORMAL]


def _give_places(
    stems: Sequence[str],
    cues: Sequence[tuple[Cue, int, int]],
    marks: Sequence[Hit],
    normal: Sequence[int],
    starts: Sequence[int],
    things: Sequence[Thing],
    lexicon: Lexicon,
) -> None:
    """Give the things their places; a clause that only calls a place normal gives it to none."""
    if normal and len(starts) > 1:
        healthy = {bisect_right(starts, first) for first in normal} - {thing.clause for thing in things}
        marks = [mark for mark in marks if bisect_right(starts, mark.first) not in healthy]
    if marks and things:
        give_places(stems, spots_of(stems, marks), things, [first for _, first, _ in cues], starts)
    for thing in things:
        if thing.last - thing.first > 1:
            within = [hit for hit in inner(stems, thing.first, thing.last, lexicon) if isinstance(hit[0], Place | Side)]
            if within:
                before = [mark for mark in marks if mark.last == thing.first]
                thing.modifiers.extend(s for s in spots_of(stems, before + within) if s.first >= thing.first)


def _said(
    text: str, stems: Sequence[str], things: Sequence[Thing], spans: Sequence[Span], lexicon: Lexicon
) -> Iterator[Saying]:
    sizes = give_sizes(text, stems, spans, things)
    beside = frozenset([name for thing in things for name, _ in thing.meanings])
    for number, thing in enumerate(things):
        for name, spots in thing.meanings:
            there = whereabouts(spots) if spots else _NOWHERE
            yield Saying(
                name,
                status_of(thing.cues, lexicon.findings[name].lasting),
                *there,
                sizes.get(number, ()),
                spans[thing.first][0],
                spans[thing.last - 1][1],
                beside,
            )


def _settle_sizes_and_shapes(things: Sequence[Thing]) -> None:
    """A size without a place of its own is said of the clause's other things: enlarged nodes, a nodule that grew."""
    for thing in things:
        if not thing.head.state or thing.meanings:
            continue
        here = [other for other in things if other is not thing and other.clause == thing.clause]
        for other in here or [other for other in things if other.clause < thing.clause][-1:]:
            if thing.head.enlarges and other.is_called("lymph_node"):
                other.meanings = [("lymphadenopathy", other.meanings[0][1])]
                other.cues |= thing.cues & DENYING
            if thing.head.grows:
                other.cues.add(Cue.LARGER if thing.cues.isdisjoint(DENYING) else Cue.UNCHANGED)


def _denied_by_normal(
    normal: Sequence[int],
    marks: Sequence[Hit],
    starts: Sequence[int],
    spans: Sequence[Span],
    lexicon: Lexicon,
) -> Iterator[Saying]:
    """A place called normal denies what ``normal_denies`` names for it: "heart size is normal", "normal heart size"."""
    for word in normal:
        clause = bisect_right(starts, word)
        here = [mark for mark in marks if bisect_right(starts, mark.first) == clause]
        said: set[str] = set()
        for place, first, last in [mark for mark in here if mark.first < word] or here[:1]:
            if not isinstance(place, Place):
                continue
            for name in lexicon.denied_by_normal.get(place.name, ()):
                if name not in said:
                    said.add(name)
                    start, end = spans[first][0], spans[last - 1][1]
                    yield Saying(name, Status.ABSENT, frozenset(place.line), place.names, None, (), start, end)
