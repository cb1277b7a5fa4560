"""Which lesion of the prior is which lesion of the current scan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from ai.change import Registration
from ai.findings import Lesion

_FAMILIES = (frozenset({"nodule", "nodulegr1cm", "mass", "lesion", "cancer", "granuloma"}),)
"""Labels that one lesion may carry in turn: a nodule of 28 mm becomes a mass of 33 mm."""

_BREATH_MM = 15.0
"""How far a lesion may lie from where a rigid motion puts it: lungs breathe, ribs do not."""

_FOLLOWED_MM = 6.0
"""How far from where a map that follows the breath puts it: a few times its error (median .5, p95 1.4 mm on real chests
bent by known breaths), and what two outlines of one lesion differ by."""

_SIZE_WEIGHT = 0.05
"""What each doubling or halving of the volume costs, as a share of what a pair may cost: a tie-breaker."""


@dataclass(frozen=True, eq=False)
class Pair:
    """One lesion in both scans, or in one; never in neither."""

    prior: Lesion | None
    current: Lesion | None


def family(lesion: Lesion) -> frozenset[str]:
    """Return the labels a lesion may have carried at another time."""
    name = lesion.abnormality.name
    return next((names for names in _FAMILIES if name in names), frozenset({name}))


def matched(prior: Sequence[Lesion], current: Sequence[Lesion], registration: Registration) -> list[Pair]:
    """Pair the lesions so that the whole cost is least; pairs first, then current alone, then prior alone.

    A pair must be of one family and on one side of the body, and its two centres, laid onto each other, may differ by
    half the larger mean diameter and by what the registration may be wrong: more where it is rigid.
    """
    costs = _costs(prior, current, registration)
    rows, columns = linear_sum_assignment(np.minimum(costs, 1.0))
    taken = [(int(r), int(c)) for r, c in zip(rows, columns, strict=True) if costs[r, c] < 1.0]
    pairs = [Pair(prior[r], current[c]) for r, c in sorted(taken, key=lambda rc: rc[1])]
    had, has = {r for r, _ in taken}, {c for _, c in taken}
    pairs += [Pair(None, lesion) for c, lesion in enumerate(current) if c not in has]
    return pairs + [Pair(lesion, None) for r, lesion in enumerate(prior) if r not in had]


def distinct(lesions: Sequence[Lesion]) -> list[Lesion]:
    """Drop a lesion that an earlier one of its family already names: the same place under two labels."""
    kept: list[Lesion] = []
    for lesion in lesions:
        if not any(_same_place(lesion, other) for other in kept):
            kept.append(lesion)
    return kept


def _same_place(a: Lesion, b: Lesion) -> bool:
    reach_mm = max(3.0, max(a.diameter_mm, b.diameter_mm) / 4)
    return a.abnormality != b.abnormality and family(a) == family(b) and a.centre.distance_mm(b.centre) <= reach_mm


def _costs(prior: Sequence[Lesion], current: Sequence[Lesion], registration: Registration) -> NDArray[np.float64]:
    costs = np.full((len(prior), len(current)), np.inf)
    error_mm = _FOLLOWED_MM if registration.deformable else _BREATH_MM
    for row, then in enumerate(prior):
        place = registration.point_in_current(then.centre)
        for column, now in enumerate(current):
            if family(then) == family(now) and not _opposite(then.location, now.location):
                reach_mm = error_mm + max(then.diameter_mm, now.diameter_mm) / 2
                costs[row, column] = place.distance_mm(now.centre) / reach_mm + _SIZE_WEIGHT * _doublings(then, now)
    return costs


def _doublings(then: Lesion, now: Lesion) -> float:
    if then.volume_mm3 <= 0 or now.volume_mm3 <= 0:
        return 0.0
    return abs(float(np.log2(now.volume_mm3 / then.volume_mm3)))


def _opposite(a: str, b: str) -> bool:
    return (a.startswith("right") and b.startswith("left")) or (a.startswith("left") and b.startswith("right"))
