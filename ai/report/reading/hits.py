"""What the lexicon knows of a sentence's words, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ai.report.reading.lexicon import Cue, Head, Lexicon, Meaning
from ai.report.reading.patterns import Node


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


def _phrases(stems: Sequence[str], tree: Mapping[str, Node], longest: int) -> list[Hit]:
    """Look up phrases of at most ``longest`` words, from left to right."""
    found: list[Hit] = []
    end, passed = len(stems), 0
    for first, node in enumerate(map(tree.get, stems)):
        if node is None or first < passed:
            continue
        meaning, following = node
        position = last = first + 1
        while following is not None and position < end and position - first < longest:
            further = following.get(stems[position])
            if further is None:
                break
            position += 1
            deeper, following = further
            if deeper is not None:
                meaning, last = deeper, position
        if meaning is not None:
            found.append(Hit(meaning, first, last))
            passed = last
    return found
