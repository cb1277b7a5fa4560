"""One sentence → what it says of each finding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ai.report.mention import Side, Status
from ai.report.reading.clauses import Clauses
from ai.report.reading.hits import Hit, hits_of
from ai.report.reading.lexicon import Cue, Head, Lexicon
from ai.report.reading.locations import names_of, side_of
from ai.report.reading.reach import reached, status_of
from ai.report.reading.sizes import lengths_in
from ai.report.reading.spots import Owned, Spot, owners
from ai.report.reading.words import Words, words_of


@dataclass(frozen=True, slots=True)
class Saying:
    """One finding said: by its name in ``findings.toml``, with the places' names in ``places.toml`` and in the 51.

    ``start`` and ``end`` are characters of the sentence.
    """

    finding: str
    status: Status
    places: frozenset[str]
    locations: tuple[str, ...]
    side: Side | None
    sizes_mm: tuple[float, ...]
    start: int
    end: int


def read_sentence(text: str, lexicon: Lexicon) -> tuple[Saying, ...]:
    """Return what a sentence says, in order."""
    words = words_of(text, lexicon.stems)
    hits = hits_of(words, lexicon)
    heads = [hit for hit in hits if hit.head is not None]
    normal = [hit for hit in hits if hit.is_cue(Cue.NORMAL)]
    if not heads and not normal:
        return ()
    clauses = Clauses(words, hits)
    clause_of = {id(hit): clauses.number_of(hit) for hit in hits}
    said = [
        *_of_heads(text, words, hits, heads, clause_of, lexicon),
        *_of_normal(words, hits, normal, clause_of, lexicon),
    ]
    return tuple(sorted(said, key=lambda saying: saying.start))


def _of_heads(
    text: str, words: Words, hits: Sequence[Hit], heads: Sequence[Hit], clause_of: dict[int, int], lexicon: Lexicon
) -> Iterator[Saying]:
    if not heads:
        return
    owned = owners(words, hits, clause_of)
    cues = reached(hits, clause_of)
    sizes = _sizes(text, words, heads)
    meanings = {id(hit): list(_findings(hit, owned[id(hit)])) for hit in heads}
    _settle_sizes_and_shapes(heads, meanings, cues, clause_of)
    for hit in heads:
        for name, spots in meanings[id(hit)]:
            finding = lexicon.findings[name]
            yield Saying(
                name,
                status_of(cues[id(hit)], finding.lasting),
                frozenset(part for spot in spots for part in spot.line),
                names_of(spots),
                side_of(spots),
                sizes.get(id(hit), ()),
                words.starts[hit.first],
                words.ends[hit.last - 1],
            )


def _findings(hit: Hit, owned: Owned) -> Iterator[tuple[str, tuple[Spot, ...]]]:
    """Yield what the head means at its places: coronary and aortic calcification are two findings of one word."""
    head = hit.head
    if head is None:
        return
    for spots in (owned.own, owned.shared, owned.topic):
        by_name: dict[str, list[Spot]] = {}
        for spot in spots:
            meant = _at(head, spot)
            if meant is not None:
                by_name.setdefault(meant, []).append(spot)
        if by_name:
            bare = [spot for spot in spots if _at(head, spot) is None]
            yield from ((name, (*at, *bare)) for name, at in by_name.items() if name)
            return
    if head.default:
        yield head.default, owned.nearest


def _at(head: Head, spot: Spot) -> str | None:
    return next((head.by_place[part] for part in spot.line if part in head.by_place), None)


def _settle_sizes_and_shapes(
    heads: Sequence[Hit],
    meanings: dict[int, list[tuple[str, tuple[Spot, ...]]]],
    cues: dict[int, set[Cue]],
    clause_of: dict[int, int],
) -> None:
    """A size without a place of its own is said of the clause's other heads: enlarged nodes, a nodule that grew."""
    for hit in heads:
        head = hit.head
        if head is None or not head.state or meanings[id(hit)]:
            continue
        denied = bool(cues[id(hit)] & {Cue.NO, Cue.NOT, Cue.NOT_AFTER})
        here = [other for other in heads if other is not hit and clause_of[id(other)] == clause_of[id(hit)]]
        before = [other for other in heads if clause_of[id(other)] < clause_of[id(hit)]]
        for other in here or before[-1:]:
            if head.name in ("enlargement", "growth") and any(name == "lymph_node" for name, _ in meanings[id(other)]):
                spots = meanings[id(other)][0][1]
                meanings[id(hit)] = [("lymphadenopathy", spots)]
            elif head.grows:
                cues[id(other)].add(Cue.UNCHANGED if denied else Cue.LARGER)


def _of_normal(
    words: Words, hits: Sequence[Hit], normal: Sequence[Hit], clause_of: dict[int, int], lexicon: Lexicon
) -> Iterator[Saying]:
    """A place called normal denies what ``normal_denies`` names for it."""
    for cue in normal:
        said: set[str] = set()
        for hit in hits:
            if hit.place is None or hit.first > cue.first or clause_of[id(hit)] != clause_of[id(cue)]:
                continue
            for name in lexicon.denied_by_normal.get(hit.place.name, ()):
                if name not in said:
                    said.add(name)
                    start, end = words.starts[hit.first], words.ends[hit.last - 1]
                    places, names = frozenset(hit.place.line), hit.place.names
                    yield Saying(name, Status.ABSENT, places, names, None, (), start, end)


def _sizes(text: str, words: Words, heads: Sequence[Hit]) -> dict[int, tuple[float, ...]]:
    """Give each length to the head it stands before or, more often, behind."""
    found: dict[int, tuple[float, ...]] = {}
    if not any(character.isdigit() for character in text):
        return found
    measured = [hit for hit in heads if hit.head and not hit.head.state] or list(heads)
    for lengths in lengths_in(text):
        hit = _measured(words, measured, lengths.start, lengths.end)
        found[id(hit)] = found.get(id(hit), ()) + lengths.values_mm
    return found


def _measured(words: Words, heads: Sequence[Hit], start: int, end: int) -> Hit:
    before = [hit for hit in heads if words.ends[hit.last - 1] <= start]
    after = [hit for hit in heads if words.starts[hit.first] >= end]
    if after and (not before or _directly_before(words, end, after[0])):
        return after[0]
    return before[-1] if before else heads[0]


def _directly_before(words: Words, end: int, hit: Hit) -> bool:
    """True for "5 mm (solid, subpleural …) nodule": few words, none that begins another phrase."""
    between = [
        stem for stem, start in zip(words.stems, words.starts, strict=True) if end <= start < words.starts[hit.first]
    ]
    return len(between) <= 4 and not set(between) & {"in", "and", ",", "with", "is", "are", "at", ")", "，", "of"}
