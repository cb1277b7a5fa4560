"""Misspelt words of the lexicon, mended only where that is safe."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

SHORTEST = 8
"""Letters of a word that may be mended at all: shorter ones have too many neighbours in English."""
TWO_FAULTS_FROM = 12
"""Letters of a word in which two faults are still one word."""
_OPPOSITES = (
    "hypo",
    "hyper",
    "intra",
    "inter",
    "extra",
    "supra",
    "infra",
    "sub",
    "non",
    "un",
    "de",
    "re",
    "in",
    "post",
    "para",
)
"""Prefixes: a word that differs from another by one of them means something else."""


class Speller:
    """Mends words by the deletions they share with known ones (as SymSpell does; Garbe 2012).

    Args:
        known: normal forms of the lexicon's words.
    """

    def __init__(self, known: Iterable[str]) -> None:
        self._known = frozenset(known)
        self._by_deletion: dict[str, set[str]] = defaultdict(set)
        for word in self._known:
            if len(word) >= SHORTEST and word.isalpha() and word.isascii():
                for shorter in _deletions(word, _faults(word)):
                    self._by_deletion[shorter].add(word)

    def right(self, word: str) -> str:
        """Return the known word meant; the word itself where it is known, short, or meant for none or for several."""
        if word in self._known or len(word) < SHORTEST or not (word.isascii() and word.isalpha()):
            return word
        near = {known for shorter in _deletions(word, _faults(word)) for known in self._by_deletion.get(shorter, ())}
        fitting = [known for known in near if _is_slip(word, known)]
        closest = sorted(fitting, key=lambda known: distance(word, known))
        if not closest:
            return word
        if len(closest) > 1 and distance(word, closest[0]) == distance(word, closest[1]):
            return word
        return closest[0]


def distance(one: str, other: str) -> int:
    """Return the number of letters put in, left out, changed, or swapped with their neighbour."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        earlier, before = before, row
        row = [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1]


def _faults(word: str) -> int:
    return 2 if len(word) >= TWO_FAULTS_FROM else 1


def _is_slip(word: str, known: str) -> bool:
    """A slip keeps the first letter, and neither adds nor swaps a prefix that turns the meaning."""
    if word[0] != known[0] or distance(word, known) > min(_faults(word), _faults(known)):
        return False
    return not any(word.startswith(prefix) != known.startswith(prefix) for prefix in _OPPOSITES)


def _deletions(word: str, faults: int, first: int = 0) -> Iterator[str]:
    """Yield the word without up to so many of its letters from ``first`` on; each choice of letters once."""
    yield word
    if faults == 0:
        return
    for i in range(first, len(word)):
        yield from _deletions(word[:i] + word[i + 1 :], faults - 1, i)
