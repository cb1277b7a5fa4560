"""Which words reach which finding: denied, doubted, past, new, grown …"""

from __future__ import annotations

from collections.abc import Sequence

from ai.report.mention import Status
from ai.report.reading.hits import Hit
from ai.report.reading.lexicon import Cue

_FORWARD = (Cue.NO, Cue.HEDGE, Cue.PAST, Cue.NOT)
_BACKWARD = (Cue.NOT_AFTER, Cue.HEDGE_AFTER, Cue.PAST_AFTER, Cue.QUESTION)
_COURSES = {
    Cue.NEW: Status.NEW,
    Cue.LARGER: Status.LARGER,
    Cue.SMALLER: Status.SMALLER,
    Cue.UNCHANGED: Status.UNCHANGED,
    Cue.GONE: Status.RESOLVED,
}
_DOUBTS = {Cue.HEDGE, Cue.HEDGE_AFTER, Cue.HEDGE_EITHER, Cue.QUESTION}
_NEAR = 3
"""Words between a course and the finding it is an adjective of: "stable small right nodule"."""
_NOT_FAR = 5
"""Words over which a bare "not" reaches the size or shape it denies."""


def reached(hits: Sequence[Hit], clause_of: dict[int, int]) -> dict[int, set[Cue]]:
    """Return the cues that reach each head, by ``id`` of its hit."""
    heads = [hit for hit in hits if hit.head is not None]
    found: dict[int, set[Cue]] = {id(head): set() for head in heads}
    for hit in hits:
        if isinstance(hit.meaning, Cue):
            for head in _heads_reached(hit, hit.meaning, heads, clause_of):
                found[id(head)].add(hit.meaning)
    return found


def _heads_reached(hit: Hit, cue: Cue, heads: Sequence[Hit], clause_of: dict[int, int]) -> list[Hit]:
    here = [head for head in heads if clause_of[id(head)] == clause_of[id(hit)]]
    before = [head for head in here if head.last <= hit.first]
    after = [head for head in here if head.first >= hit.last]
    if cue is Cue.NOT:
        return [head for head in after if head.head and head.head.state and head.first - hit.last <= _NOT_FAR]
    if cue is Cue.QUESTION:
        return before[-1:]
    if cue in _FORWARD:
        return after or before
    if cue is Cue.HEDGE_EITHER:
        return _adjective(hit, before, after) or _clause_before(hit, heads, clause_of)
    if cue in _BACKWARD:
        return before or after or _clause_before(hit, heads, clause_of)
    if cue is Cue.EARLIER:
        return here or _clause_before(hit, heads, clause_of)
    if cue in _COURSES:
        return _adjective(hit, before, after) or _clause_before(hit, heads, clause_of)
    return []


def _adjective(hit: Hit, before: list[Hit], after: list[Hit]) -> list[Hit]:
    """Return what follows at once, else what stands before, else what follows."""
    near = bool(after) and after[0].first - hit.last <= _NEAR
    return after if near or not before else before


def _clause_before(hit: Hit, heads: Sequence[Hit], clause_of: dict[int, int]) -> list[Hit]:
    """Return the heads of the last clause before that has any: "a nodule is seen, unchanged"."""
    earlier = [head for head in heads if clause_of[id(head)] < clause_of[id(hit)]]
    return [head for head in earlier if clause_of[id(head)] == clause_of[id(earlier[-1])]]


def status_of(cues: set[Cue], lasting: bool) -> Status:
    """Return what the cues that reach a finding make of it."""
    if Cue.GONE in cues:
        return Status.RESOLVED
    if cues & {Cue.NO, Cue.NOT_AFTER, Cue.NOT}:
        return _absent_or_other(cues)
    if cues & _DOUBTS:
        return Status.UNCERTAIN
    if cues & {Cue.PAST, Cue.PAST_AFTER} and not lasting:
        return Status.HISTORICAL
    return next((status for cue, status in _COURSES.items() if cue in cues), Status.PRESENT)


def _absent_or_other(cues: set[Cue]) -> Status:
    """What was seen before and is not seen is resolved."""
    return Status.RESOLVED if Cue.EARLIER in cues and Cue.NOT_AFTER in cues else Status.ABSENT
