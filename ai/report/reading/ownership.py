"""Which place is said of which finding, and what the finding therefore is."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from ai.report.reading.lexicon import Head
from ai.report.reading.spots import Spot
from ai.report.reading.thing import Thing

_WORDS_TO_A_PLACE = (
    "in",
    "of",
    "at",
    "within",
    "on",
    "from",
    "along",
    "involving",
    "throughout",
    "around",
    "near",
    "adjacent",
    "to",
    "into",
    "through",
    "between",
    "located",
    "over",
)
_FROM_A_HEAD = frozenset(_WORDS_TO_A_PLACE)
_LONGEST_LIST = 8
"""Words of a list of places."""


def give_places(
    stems: Sequence[str], spots: Iterable[Spot], things: Sequence[Thing], breaks: Sequence[int], starts: Sequence[int]
) -> None:
    """Give each spot to a thing.

    It is the next thing's where nothing but words of place lies between ("pleural effusion"), else the last one's
    before it ("nodule in the left lung"), else the topic of all that follow ("in the left lung, nodules …"). No place
    modifies a thing over one of the words ``breaks``: verbs, and what reaches over a clause. ``starts`` are the words
    at which clauses begin.
    """
    topic: list[Spot] = []
    firsts = [thing.first for thing in things]
    for spot in spots:
        number = bisect_right(firsts, spot.first)
        following = things[number] if number < len(things) else None
        before = things[number - 1] if number else None
        clause = bisect_right(starts, spot.first)
        if following is not None and _modifies(stems, spot, following, breaks, before is not None):
            following.modifiers.append(spot)
        elif before is not None and (before.clause == clause or following is None or following.clause != clause):
            before.trailing.append(spot)
        elif before is not None and following is not None:
            following.trailing.append(spot)
        else:
            topic.append(spot)
    _share(things, topic)


def find_meanings(thing: Thing) -> None:
    """Find what the head means at its places: coronary and aortic calcification are two findings of one word."""
    head = thing.head
    if not head.by_place:
        if head.default:
            thing.meanings = [(head.default, thing.own or thing.shared or thing.topic)]
        return
    for spots in (thing.modifiers, thing.trailing, thing.shared, thing.topic):
        names = dict.fromkeys(meant for meant in (_at(head, spot) for spot in spots) if meant is not None)
        if names:
            wider = thing.own if spots is thing.modifiers or spots is thing.trailing else thing.own + spots
            thing.meanings = [
                (name, [spot for spot in wider if _at(head, spot) in (name, None)]) for name in names if name
            ]
            return
    if head.default:
        thing.meanings = [(head.default, thing.own or thing.shared or thing.topic)]


def _at(head: Head, spot: Spot) -> str | None:
    if spot.place is not None and head.by_place:
        for part in spot.place.line:
            if part in head.by_place:
                return head.by_place[part]
    return None


def _modifies(stems: Sequence[str], spot: Spot, thing: Thing, breaks: Iterable[int], after_another: bool) -> bool:
    between = stems[spot.last : thing.first]
    if ":" in between or "：" in between:
        return False
    if stems[spot.first] >= "\u3400":
        return "，" not in between or not after_another
    if any(spot.last <= place < thing.first for place in breaks) or not _FROM_A_HEAD.isdisjoint(between):
        return False
    listed = "and" in between or "," in between
    return not (after_another and listed and _led_in(stems, spot))


def _led_in(stems: Sequence[str], spot: Spot) -> bool:
    """True in "calcification in the aorta, coronary arteries and …": the list hangs on a preposition."""
    return not _FROM_A_HEAD.isdisjoint(stems[max(0, spot.first - _LONGEST_LIST) : spot.first])


def _share(things: Sequence[Thing], topic: Sequence[Spot]) -> None:
    """Neighbours in a list share what is said after the last, or before the first: "pleural effusion or thickening"."""
    if len(things) > 1:
        _share_with_neighbours(things)
    if topic:
        for thing in things:
            thing.topic = [spot for spot in topic if spot.first < thing.first]


def _share_with_neighbours(things: Sequence[Thing]) -> None:
    for number, thing in enumerate(things):
        later = next((t for t in things[number + 1 :] if t.clause == thing.clause and t.trailing), None)
        earlier = next((t for t in reversed(things[:number]) if t.clause == thing.clause and t.modifiers), None)
        if later is not None:
            thing.shared = later.trailing
        elif earlier is not None:
            thing.shared = earlier.modifiers
