"""Spots → names of the 51 locations, and the side."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from ai.report.mention import Side
from ai.report.reading.lexicon import Place
from ai.report.reading.spots import Spot

_LUNG = "lung"


def names_of(spots: Sequence[Spot]) -> tuple[str, ...]:
    """Return the locations in the order of the text, each once; "lung" only where no part of it is named."""
    names = list(dict.fromkeys(name for spot in spots for name in _names(spot.place, spot.side)))
    lobes = {name for name in names if name.split("_")[-1] in ("upper", "mid", "lower")}
    for side in ("left", "right"):
        if any(lobe.startswith(side) for lobe in lobes):
            names = [name for name in names if name != f"{side}_lung"]
    if lobes or {"left_lung", "right_lung"} & set(names):
        names = [name for name in names if name != _LUNG]
    return tuple(names)


def side_of(spots: Sequence[Spot]) -> Side | None:
    """Return the side said; both where left and right are."""
    sides = {spot.side for spot in spots if spot.side is not None}
    if not sides:
        return None
    return sides.pop() if len(sides) == 1 else Side.BOTH


@cache
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
