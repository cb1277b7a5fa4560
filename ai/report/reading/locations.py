"""Spots → names of the 51 locations, and the side."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from ai.report.mention import Side
from ai.report.reading.lexicon import Place
from ai.report.reading.spots import Spot

_LUNG = "lung"


class Whereabouts(NamedTuple):
    """Where spots lie together.

    Args:
        places: names in ``places.toml``, with all that they lie within.
        names: of the 51 locations.
        side: both where left and right are said.
    """

    places: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()
    side: Side | None = None


def whereabouts(spots: Sequence[Spot]) -> Whereabouts:
    """Return where spots lie; few places are said again and again, so each answer is worked out once."""
    return _whereabouts(tuple([(spot[0], spot[1]) for spot in spots]))


@lru_cache(maxsize=20_000)
def _whereabouts(spots: tuple[tuple[Place | None, Side | None], ...]) -> Whereabouts:
    places = frozenset(part for place, _ in spots if place is not None for part in place.line)
    return Whereabouts(places, _names_of(spots), _side_of({side for _, side in spots if side is not None}))


def _names_of(spots: Sequence[tuple[Place | None, Side | None]]) -> tuple[str, ...]:
    """Return the locations in the order of the text, each once; "lung" only where no part of it is named."""
    names = list(dict.fromkeys(name for place, side in spots for name in _names(place, side)))
    lobes = {name for name in names if name.split("_")[-1] in ("upper", "mid", "lower")}
    for side in ("left", "right"):
        if any(lobe.startswith(side) for lobe in lobes):
            names = [name for name in names if name != f"{side}_lung"]
    if lobes or {"left_lung", "right_lung"} & set(names):
        names = [name for name in names if name != _LUNG]
    return tuple(names)


def _side_of(sides: set[Side]) -> Side | None:
    if not sides:
        return None
    return sides.pop() if len(sides) == 1 else Side.BOTH


def _names(place: Place | None, side: Side | None) -> tuple[str, ...]:
    if place is None:
        return ()
    sides = ("right", "left") if side is Side.BOTH else (str(side),) if side else ()
    if place.level and sides:
        return tuple(f"{side}_{place.level}" for side in sides)
    if place.level:
        return (_LUNG,)
    if place.name == _LUNG and sides:
        return tuple(f"{side}_{_LUNG}" for side in sides)
    return place.names
