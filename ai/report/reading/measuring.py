"""Which length is said of which finding."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ai.report.reading.sizes import lengths_in
from ai.report.reading.thing import Thing
from ai.report.reading.words import Span

_DIGIT = re.compile(r"\d")
_ANOTHER_PHRASE = frozenset({"in", "and", ",", "with", "is", "are", "at", ")", "，", "of"})
_FARTHEST = 4
"""Words between a length and the finding it stands before: "5 mm solid subpleural nodule"."""


def give_sizes(
    text: str, stems: Sequence[str], spans: Sequence[Span], things: Sequence[Thing]
) -> dict[int, tuple[float, ...]]:
    """Return the lengths of each thing, by its number: of the one just behind it, else of the last before it."""
    found: dict[int, tuple[float, ...]] = {}
    if not things or _DIGIT.search(text) is None:
        return found
    measured = [number for number, thing in enumerate(things) if not thing.head.state] or list(range(len(things)))
    for lengths in lengths_in(text):
        before = [number for number in measured if spans[things[number].last - 1][1] <= lengths.start]
        after = [number for number in measured if spans[things[number].first][0] >= lengths.end]
        if after and (not before or _just_before(stems, spans, lengths.end, things[after[0]])):
            number = after[0]
        else:
            number = before[-1] if before else measured[0]
        found[number] = found.get(number, ()) + lengths.values_mm
    return found


def _just_before(stems: Sequence[str], spans: Sequence[Span], end: int, thing: Thing) -> bool:
    between = [stems[number] for number in range(thing.first) if spans[number][0] >= end]
    return len(between) <= _FARTHEST and _ANOTHER_PHRASE.isdisjoint(between)
