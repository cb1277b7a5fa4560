"""Lesions that became one, and one that fell apart: pairs are joined with those left alone beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ai.change import Registration
from ai.comparison.matching import Pair, family
from ai.findings import Lesion
from ai.geometry import PointMm

_REACH_MM = 3.0
"""How far outside a lesion's surface the middle of another may be put by the registration and still lie in it."""

_LEAST_SUM, _MOST_SUM = 0.5, 8.0
"""The whole over the sum of its parts: what swallowed another is not much smaller, nor of another size altogether."""


@dataclass(frozen=True, eq=False)
class Group:
    """Lesions of both scans that are one; never none of both."""

    priors: tuple[Lesion, ...]
    currents: tuple[Lesion, ...]


def joined(pairs: Sequence[Pair], found: Registration) -> list[Group]:
    """Join what is alone in one scan to the pair whose lesion of the other scan covers its place.

    A lesion alone in the prior that lies in the current lesion of a pair merged with that pair's prior; one alone in
    the current scan that lies in the prior lesion of a pair split from it. Refused where the sizes do not add up.
    """
    groups = {n: Group(_one(p.prior), _one(p.current)) for n, p in enumerate(pairs) if p.prior and p.current}
    left = []
    for pair in pairs:
        if pair.prior is not None and pair.current is not None:
            continue
        host = _host(pair, groups, found)
        if host is None:
            left.append(Group(_one(pair.prior), _one(pair.current)))
        else:
            groups[host] = _with(groups[host], pair)
    return [*groups.values(), *left]


def _host(alone: Pair, groups: dict[int, Group], found: Registration) -> int | None:
    """Return the group that covers the place of a lesion alone, the nearest of several."""
    best, nearest_mm = None, np.inf
    for number, group in groups.items():
        whole = group.currents if alone.prior is not None else group.priors
        lesion = alone.prior or alone.current
        if lesion is None or len(whole) != 1 or family(whole[0]) != family(lesion):
            continue
        there = found.point_in_current if alone.prior is not None else found.point_in_prior
        place = there(lesion.centre)
        away = place.distance_mm(whole[0].centre)
        if away < nearest_mm and _covers(whole[0], place) and _adds_up(_with(group, alone)):
            best, nearest_mm = number, away
    return best


def _with(group: Group, alone: Pair) -> Group:
    return Group(group.priors + _one(alone.prior), group.currents + _one(alone.current))


def _adds_up(group: Group) -> bool:
    then, now = (sum(lesion.volume_mm3 for lesion in side) for side in (group.priors, group.currents))
    whole, parts = (now, then) if len(group.priors) > 1 else (then, now)
    return bool(_LEAST_SUM * parts <= whole <= _MOST_SUM * parts)


def _covers(lesion: Lesion, place: PointMm) -> bool:
    if lesion.mask is None or lesion.grid is None or not lesion.mask.any():
        return lesion.centre.distance_mm(place) <= max(lesion.diameters_mm) / 2
    spots = lesion.grid.points_mm(np.argwhere(lesion.mask).astype(np.float64))
    return bool(np.linalg.norm(spots - place.array(), axis=1).min() <= _REACH_MM)


def _one(lesion: Lesion | None) -> tuple[Lesion, ...]:
    return () if lesion is None else (lesion,)
