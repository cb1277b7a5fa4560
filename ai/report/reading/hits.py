"""What the lexicon knows of a sentence's words, in order."""

from __future__ import annotations

from dataclasses import dataclass

from ai.report.mention import Side
from ai.report.reading.lexicon import Cue, Head, Lexicon, Meaning, Place
from ai.report.reading.patterns import longest
from ai.report.reading.words import Words


@dataclass(frozen=True, eq=False, slots=True)
class Hit:
    """One meaning; ``first`` is its first word's number and ``last`` that after its last word."""

    meaning: Meaning
    first: int
    last: int

    @property
    def head(self) -> Head | None:
        """The head, or None for another meaning."""
        return self.meaning if isinstance(self.meaning, Head) else None

    @property
    def place(self) -> Place | None:
        """The place, or None for another meaning."""
        return self.meaning if isinstance(self.meaning, Place) else None

    @property
    def side(self) -> Side | None:
        """The side said by a word of its own, or None."""
        return self.meaning if isinstance(self.meaning, Side) else None

    def is_cue(self, *cues: Cue) -> bool:
        """True for one of the cues."""
        return isinstance(self.meaning, Cue) and self.meaning in cues


def hits_of(words: Words, lexicon: Lexicon) -> list[Hit]:
    """Return the meanings, the longest phrase first at every word; they do not overlap."""
    found: list[Hit] = []
    tree, stems, first = lexicon.tree, words.stems, 0
    while first < len(stems):
        match = longest(tree, stems, first) if stems[first] in tree else None
        if match is None:
            first += 1
            continue
        meaning, last = match
        if meaning is not Cue.SKIP and isinstance(meaning, Head | Place | Side | Cue):
            found.append(Hit(meaning, first, last))
        first = last
    return found
