"""Where the reach of a word ends: a sentence's clauses."""

from __future__ import annotations

from collections.abc import Sequence

from ai.report.reading.hits import Hit
from ai.report.reading.lexicon import Cue

_COMMAS = frozenset({",", "、"})
_CHINESE_COMMA = "，"
_ARTICLES = frozenset({"the", "there", "a", "an", "this", "these", "it", "they"})
_JOINING = frozenset({"and", "or", "with", "also"})
_PARTING = _COMMAS | {_CHINESE_COMMA, "and"}
_FINITE = frozenset({Cue.VERB, Cue.START, Cue.NOT_AFTER})
_BEGINNING = frozenset({Cue.STOP, Cue.START})


def clause_starts(stems: Sequence[str], hits: Sequence[Hit]) -> list[int]:
    """Return the numbers of the words at which clauses begin.

    A clause begins at a word that ends the reach of those before it ("but", "there is"), and at a comma or "and" with
    a verb on both sides: "no nodule, mass or effusion is seen" is one, "no nodule is seen, the heart is large" two.
    An article after a comma begins one too: the list after a "no" has none.
    """
    begins = {hit.first for hit in hits if hit.meaning in _BEGINNING}
    parting = begins.union(number for number, word in enumerate(stems) if word in _PARTING)
    starts = [0]
    if not parting:
        return starts
    verbs = [hit.first for hit in hits if hit.meaning in _FINITE]
    for number in sorted(parting):
        word = stems[number]
        if number in begins:
            starts.append(number)
        elif word == _CHINESE_COMMA or (
            word in _COMMAS and (_article_follows(stems, number) or _between_verbs(verbs, starts[-1], number))
        ):
            starts.append(number + 1)
        elif word == "and" and _between_verbs(verbs, starts[-1], number):
            starts.append(number)
    return starts


def _article_follows(stems: Sequence[str], comma: int) -> bool:
    after = comma + 1
    while after < len(stems) and stems[after] in _JOINING:
        after += 1
    return after < len(stems) and stems[after] in _ARTICLES


def _between_verbs(verbs: Sequence[int], since: int, place: int) -> bool:
    return bool(verbs) and verbs[-1] > place and any(since <= verb < place for verb in verbs)
