"""A finding as it is being read: the word that names it, its places, and what reaches it."""

from __future__ import annotations

from dataclasses import dataclass, field

from ai.report.reading.lexicon import Cue, Head
from ai.report.reading.spots import Spot


@dataclass(eq=False, slots=True)
class Thing:
    """One head of a sentence, filled in step by step.

    Args:
        head: the word that names it, said in words ``first`` to ``last`` of clause ``clause``.
        modifiers: the spots just before it ("pleural effusion") and inside its own phrase.
        trailing: the spots said of it afterwards ("nodule in the left lung").
        shared: those of a neighbour in the same list, where it has none.
        topic: those the sentence began with ("in the left lung, …").
        cues: what reaches it.
        meanings: the findings it is, each with its spots; none for a word that says nothing at its place.
    """

    head: Head
    first: int
    last: int
    clause: int
    modifiers: list[Spot] = field(default_factory=list)
    trailing: list[Spot] = field(default_factory=list)
    shared: list[Spot] = field(default_factory=list)
    topic: list[Spot] = field(default_factory=list)
    cues: set[Cue] = field(default_factory=set)
    meanings: list[tuple[str, list[Spot]]] = field(default_factory=list)

    @property
    def own(self) -> list[Spot]:
        """What is said of it alone."""
        return self.modifiers + self.trailing

    def is_called(self, finding: str) -> bool:
        """True where that is one of its meanings."""
        return any(name == finding for name, _ in self.meanings)
