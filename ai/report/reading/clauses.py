"""Where the reach of a word ends: a sentence's clauses, as ranges of word numbers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from ai.report.reading.hits import Hit
from ai.report.reading.lexicon import Cue
from ai.report.reading.words import Words

_COMMAS = frozenset({",", "、"})
_CHINESE_COMMA = "，"
_ARTICLES = frozenset({"the", "there", "a", "an", "this", "these", "it", "they"})
_JOINING = frozenset({"and", "or", "with", "also"})
_FINITE = (Cue.VERB, Cue.START, Cue.NOT_AFTER)


class Clauses:
    """The clauses of one sentence.

    A clause begins at a word that ends the reach of those before it ("but", "there is"), and at a comma or "and" with a
    verb on both sides: "no nodule, mass or effusion is seen" is one clause, "no nodule is seen, the heart is large" two.
    """

    def __init__(self, words: Words, hits: Sequence[Hit]) -> None:
        self._verbs = [hit.first for hit in hits if hit.is_cue(*_FINITE)]
        begins = {hit.first for hit in hits if hit.is_cue(Cue.STOP, Cue.START)}
        starts = [0]
        for number, word in enumerate(words.stems):
            if number in begins:
                starts.append(number)
            elif word == _CHINESE_COMMA or (word in _COMMAS and self._parts(words, number, starts[-1])):
                starts.append(number + 1)
            elif word == "and" and self._verb_on_both_sides(number, starts[-1], len(words)):
                starts.append(number)
        self._starts = starts

    def number_of(self, hit: Hit) -> int:
        """Return which clause a hit stands in, 0 for the first."""
        return bisect_right(self._starts, hit.first) - 1

    def _parts(self, words: Words, comma: int, since: int) -> bool:
        after = comma + 1
        while after < len(words) and words.stems[after] in _JOINING:
            after += 1
        if after < len(words) and words.stems[after] in _ARTICLES:
            return True
        return self._verb_on_both_sides(comma, since, len(words))

    def _verb_on_both_sides(self, place: int, since: int, end: int) -> bool:
        return any(since <= verb < place for verb in self._verbs) and any(place < verb < end for verb in self._verbs)
