"""A lesion of both scans is measured anew in both by one rule, so that a difference is the lesion's and not the rule's.

What detection gives differs from scan to scan: another outline of the evidence, another cell it falls into, ground
glass seen in one and missed in the other. Here both are looked for in a ball of the same size around their own middle,
and are both bounded as ground glass or both as solid.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ai.comparison.seen import BODIES, Seen
from ai.findings import Lesion
from ai.model.lesions import LEAST_MM3, described
from ai.model.looking import body_at
from ai.model.lung_bodies import HAZY_SHARE, Body

_LARGEST_MM = 60.0
_MOST_APART = 3.0
"""Where the new volume differs from the first by more than this factor, another body was caught: the first stays."""


def measured_alike(then: Lesion, now: Lesion, prior: Seen, current: Seen) -> tuple[Lesion, Lesion]:
    """Return both lesions as measured by one rule; as they were where that cannot be done in both scans.

    Centre, name, place, confidence and the mark of a second look stay.
    """
    names = {then.abnormality.name, now.abnormality.name}
    across = max(_across_mm(then), _across_mm(now))
    if not names <= BODIES or not 0 < across <= _LARGEST_MM:
        return then, now
    bodies = _both(then, now, prior, current, across, None)
    if bodies is not None and bodies[0].hazy != bodies[1].hazy:
        share = float(np.mean([np.nan_to_num(body.haze_share) for body in bodies]))
        bodies = _both(then, now, prior, current, across, share >= HAZY_SHARE)
    if bodies is None or not (_same(bodies[0], then) and _same(bodies[1], now)):
        return then, now
    return _as(then, bodies[0], prior), _as(now, bodies[1], current)


def _both(
    then: Lesion, now: Lesion, prior: Seen, current: Seen, across_mm: float, hazy: bool | None
) -> tuple[Body, Body] | None:
    first = body_at(then.centre, across_mm, prior.volume, prior.lung, hazy)
    second = body_at(now.centre, across_mm, current.volume, current.lung, hazy)
    return None if first is None or second is None else (first, second)


def _across_mm(lesion: Lesion) -> float:
    """The diameter of a ball of its volume: steadier than a diameter in one slice."""
    return float((6 * max(lesion.volume_mm3, 0.0) / np.pi) ** (1 / 3))


def _same(body: Body, lesion: Lesion) -> bool:
    ratio = body.volume_mm3 / lesion.volume_mm3
    return body.volume_mm3 >= LEAST_MM3 and 1 / _MOST_APART <= ratio <= _MOST_APART


def _as(lesion: Lesion, body: Body, seen: Seen) -> Lesion:
    found = described(
        lesion.abnormality, body, seen.volume.grid, lesion.location, lesion.confidence, lesion.second_look
    )
    return replace(found, centre=lesion.centre)
