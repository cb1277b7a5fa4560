"""What the lexicon knows of a sentence's words, in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ai.report.reading.lexicon import Cue, Head, Lexicon, Meaning
from ai.report.reading.patterns import END, Tree


class Hit(NamedTuple):
    """One meaning; ``first`` is its first word's number and ``last`` that after its last word."""

    meaning: Meaning
    first: int
    last: int


def hits_of(stems: Sequence[str], lexicon: Lexicon) -> list[Hit]:
    """Return the meanings, the longest phrase first at every word; they do not overlap.

    A finding said twice running ("pectus deformity") is one.
    """
    found: list[Hit] = []
    for hit in _phrases(stems, lexicon.tree, len(stems)):
        meaning = hit[0]
        if meaning is Cue.SKIP:
            continue
        if found and found[-1][0] is meaning and found[-1][2] == hit[1] and isinstance(meaning, Head):
            found[-1] = Hit(meaning, found[-1][1], hit[2])
        else:
            found.append(hit)
    return found


def inner(stems: Sequence[str], first: int, last: int, lexicon: Lexicon) -> list[Hit]:
    """Return the meanings inside a phrase: "biapical scarring" is one term and names a place."""
    within = _phrases(stems[first:last], lexicon.tree, last - first - 1)
    return [Hit(meaning, begins + first, ends + first) for meaning, begins, ends in within]


def _phrases(stems: Sequence[str], tree: Tree, longest: int) -> list[Hit]:
    """Look up phrases of at most ``longest`` words, from left to right."""
    found: list[Hit] = []
    first, end, begins = 0, len(stems), tree.get
    while first < end:
        node = begins(stems[first])
        if node is None:
            first += 1
            continue
        last, meaning = first, None
        for position in range(first + 1, min(end, first + longest) + 1):
            if END in node:
                meaning, last = node[END], position
            node = node.get(stems[position]) if position < end else None
            if node is None:
                break
        if meaning is None:
            first += 1
            continue
        found.append(Hit(meaning, first, last))
        first = last
    return found
