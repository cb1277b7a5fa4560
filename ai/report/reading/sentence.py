"""One sentence → what it says of each finding."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ai.report.mention import Side, Status
from ai.report.reading.clauses import clause_starts
from ai.report.reading.hits import Hit, hits_of, inner
from ai.report.reading.lexicon import Cue, Head, Lexicon, Place
from ai.report.reading.locations import names_of, side_of
from ai.report.reading.measuring import give_sizes
from ai.report.reading.ownership import find_meanings, give_places
from ai.report.reading.reach import DENYING, reached, status_of
from ai.report.reading.spots import spots_of
from ai.report.reading.thing import Thing
from ai.report.reading.words import spans_of, stems_of


@dataclass(frozen=True, slots=True)
class Saying:
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
    stems = stems_of(text, lexicon.stems)
    hits = hits_of(stems, lexicon)
    if not any(type(hit.meaning) is Head or hit.meaning is Cue.NORMAL for hit in hits):
        return ()
    starts = clause_starts(stems, hits)
    things = [
        Thing(hit.meaning, hit.first, hit.last, bisect_right(starts, hit.first))
        for hit in hits
        if isinstance(hit.meaning, Head)
    ]
    _place(stems, hits, starts, things, lexicon)
    for hit in hits:
        if isinstance(hit.meaning, Cue):
            clause = bisect_right(starts, hit.first)
            for thing in reached(stems, hit.meaning, hit.first, hit.last, clause, things):
                thing.cues.add(hit.meaning)
    for thing in things:
        find_meanings(thing)
    _settle_sizes_and_shapes(things)
    spans = spans_of(text)
    sizes = give_sizes(text, stems, spans, things)
    said = [*_said(things, sizes, spans, lexicon), *_denied_by_normal(hits, starts, spans, lexicon)]
    return tuple(sorted(said, key=lambda saying: saying.start))


def _place(stems: Sequence[str], hits: Sequence[Hit], starts: Sequence[int], things: list[Thing], lexicon: Lexicon) -> None:
    healthy = {bisect_right(starts, hit.first) for hit in hits if hit.meaning is Cue.NORMAL}
    healthy -= {thing.clause for thing in things}
    marks = [hit for hit in hits if _is_spot(hit) and bisect_right(starts, hit.first) not in healthy]
    if marks:
        breaks = [hit.first for hit in hits if isinstance(hit.meaning, Cue)]
        give_places(stems, spots_of(stems, marks), things, breaks, lambda word: bisect_right(starts, word))
    for thing in things:
        within = [hit for hit in inner(stems, Hit(thing.head, thing.first, thing.last), lexicon) if _is_spot(hit)]
        if within:
            before = [hit for hit in marks if hit.last == thing.first]
            thing.modifiers.extend(s for s in spots_of(stems, before + within) if s.first >= thing.first)


def _is_spot(hit: Hit) -> bool:
    return isinstance(hit.meaning, Place | Side)


def _said(
    things: Sequence[Thing], sizes: dict[int, tuple[float, ...]], spans: Sequence[tuple[int, int]], lexicon: Lexicon
) -> Iterator[Saying]:
    beside = frozenset(name for thing in things for name, _ in thing.meanings)
    for number, thing in enumerate(things):
        for name, spots in thing.meanings:
            yield Saying(
                name,
                status_of(thing.cues, lexicon.findings[name].lasting),
                frozenset(part for spot in spots for part in spot.line),
                names_of(spots),
                side_of(spots),
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
    hits: Sequence[Hit], starts: Sequence[int], spans: Sequence[tuple[int, int]], lexicon: Lexicon
) -> Iterator[Saying]:
    """A place called normal denies what ``normal_denies`` names for it: "heart size is normal", "normal heart size"."""
    for cue in hits:
        if cue.meaning is not Cue.NORMAL:
            continue
        clause = bisect_right(starts, cue.first)
        here = [hit for hit in hits if bisect_right(starts, hit.first) == clause and isinstance(hit.meaning, Place)]
        said: set[str] = set()
        for hit in [hit for hit in here if hit.first < cue.first] or here[:1]:
            place = hit.meaning
            names = lexicon.denied_by_normal.get(place.name, ()) if isinstance(place, Place) else ()
            for name in names:
                if isinstance(place, Place) and name not in said:
                    said.add(name)
                    start, end = spans[hit.first][0], spans[hit.last - 1][1]
                    yield Saying(name, Status.ABSENT, frozenset(place.line), place.names, None, (), start, end)
