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
    for hit in _phrases(stems, lexicon.tree):
        before = found[-1] if found else None
        if before is not None and before.last == hit.first and before.meaning is hit.meaning and type(hit[0]) is Head:
            found[-1] = Hit(hit.meaning, before.first, hit.last)
        elif hit.meaning is not Cue.SKIP:
            found.append(hit)
    return found


def inner(stems: Sequence[str], hit: Hit, lexicon: Lexicon) -> list[Hit]:
    """Return the places and sides inside a phrase: "biapical scarring" is one term and names a place."""
    if hit.last - hit.first == 1:
        return []
    within = _phrases(stems[hit.first : hit.last], lexicon.tree, whole=False)
    return [Hit(one.meaning, one.first + hit.first, one.last + hit.first) for one in within]


def _phrases(stems: Sequence[str], tree: Tree, whole: bool = True) -> list[Hit]:
    """Look up phrases from left to right; not ``whole``: none as long as all words."""
    found: list[Hit] = []
    first, end = 0, len(stems)
    while first < end:
        node = tree.get(stems[first])
        if node is None:
            first += 1
            continue
        position, last, meaning = first + 1, first, None
        while node is not None:
            if END in node and (whole or position - first < end):
                meaning, last = node[END], position
            if position == end:
                break
            node = node.get(stems[position])
            position += 1
        if meaning is None:
            first += 1
            continue
        found.append(Hit(meaning, first, last))
        first = last
    return found
