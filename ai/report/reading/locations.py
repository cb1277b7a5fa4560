"""Spots → names of the 51 locations, and the side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ai.report.mention import Side
from ai.report.reading.spots import Spot

_LUNG = "lung"


def names_of(spots: Sequence[Spot]) -> tuple[str, ...]:
    """Return the locations in the order of the text, each once; "lung" only where no part of it is named."""
    names = list(dict.fromkeys(name for spot in spots for name in _names(spot)))
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


def _names(spot: Spot) -> Iterator[str]:
    place = spot.place
    if place is None:
        return
    sides = ("right", "left") if spot.side is Side.BOTH else (str(spot.side),) if spot.side else ()
    if place.level and sides:
        yield from (f"{side}_{place.level}" for side in sides if (side, place.name) != ("left", "mid"))
    elif place.level:
        yield _LUNG
    elif place.name == _LUNG and sides:
        yield from (f"{side}_{_LUNG}" for side in sides)
    else:
        yield from place.names
