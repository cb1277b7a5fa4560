"""Which words reach which finding: denied, doubted, past, new, grown …"""

from __future__ import annotations

from collections.abc import Sequence

from ai.report.mention import Status
from ai.report.reading.lexicon import Cue
from ai.report.reading.thing import Thing

DENYING = frozenset({Cue.NO, Cue.NOT_AFTER, Cue.NOT})
_FORWARD = frozenset({Cue.NO, Cue.HEDGE, Cue.PAST})
_BACKWARD = frozenset({Cue.NOT_AFTER, Cue.HEDGE_AFTER, Cue.PAST_AFTER})
_DOUBTING = frozenset({Cue.HEDGE, Cue.HEDGE_AFTER, Cue.HEDGE_EITHER, Cue.QUESTION})
_PAST = frozenset({Cue.PAST, Cue.PAST_AFTER})
_COURSES = {
    Cue.NEW: Status.NEW,
    Cue.LARGER: Status.LARGER,
    Cue.SMALLER: Status.SMALLER,
    Cue.UNCHANGED: Status.UNCHANGED,
    Cue.GONE: Status.RESOLVED,
}
_DASHES = ("-", "–")
_NEAR = 3
"""Words between a course and the finding it is an adjective of: "stable small right nodule"."""
_NOT_FAR = 5
"""Words over which a bare "not" reaches the size or shape it denies."""


def reached(
    stems: Sequence[str], cue: Cue, first: int, last: int, clause: int, things: Sequence[Thing]
) -> Sequence[Thing]:
    """Return the things that a cue said in words ``first`` to ``last`` of a clause reaches."""
    here = [thing for thing in things if thing.clause == clause]
    before = [thing for thing in here if thing.last <= first]
    after = [thing for thing in here if thing.first >= last]
    if cue is Cue.NO and first > 0 and stems[first - 1] in _DASHES:
        return here  # "effusion – no thickening was seen" denies both, as translations write
    if cue is Cue.NOT:
        return [thing for thing in after if thing.head.state and thing.first - last <= _NOT_FAR]
    if cue is Cue.QUESTION:
        return before[-1:]
    if cue in _FORWARD:
        return after or before
    if cue in _BACKWARD:
        return before or after or _clause_before(clause, things)
    if cue is Cue.EARLIER:
        return here or _clause_before(clause, things)
    if cue is Cue.HEDGE_EITHER or cue in _COURSES:
        return _of_adjective(last, before, after) or _clause_before(clause, things)
    return ()


def _of_adjective(last: int, before: list[Thing], after: list[Thing]) -> list[Thing]:
    """Return what follows at once, else what stands before, else what follows."""
    near = bool(after) and after[0].first - last <= _NEAR
    return after if near or not before else before


def _clause_before(clause: int, things: Sequence[Thing]) -> list[Thing]:
    """Return the things of the last clause before that has any: "a nodule is seen, unchanged"."""
    earlier = [thing for thing in things if thing.clause < clause]
    return [thing for thing in earlier if thing.clause == earlier[-1].clause]


def status_of(cues: set[Cue], lasting: bool) -> Status:
    """Return what the cues that reach a finding make of it; "lasting" ones are there though told as history."""
    if not cues:
        return Status.PRESENT
    if Cue.GONE in cues:
        return Status.RESOLVED
    if not cues.isdisjoint(DENYING):
        return Status.RESOLVED if Cue.EARLIER in cues and Cue.NOT_AFTER in cues else Status.ABSENT
    if not cues.isdisjoint(_DOUBTING):
        return Status.UNCERTAIN
    if not cues.isdisjoint(_PAST) and not lasting:
        return Status.HISTORICAL
    return next((status for cue, status in _COURSES.items() if cue in cues), Status.PRESENT)
