"""A lesion of both scans is measured anew in both by one rule, so that a difference is the lesion's and not the rule's.

What detection gives differs from scan to scan: another outline of the evidence, another cell it falls into, ground
glass seen in one and missed in the other. Here both are looked for in a ball of the same size around their own middle,
and are both bounded as ground glass or both as solid. Then the difference of the two pictures is asked how much the
volume changed, and both volumes are moved by the least that agrees with it: what is shown of each scan and what is said
of the change are one.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ai.comparison.bounded import bounded
from ai.comparison.paired_cubes import paired_cubes
from ai.comparison.seen import BODIES, Seen
from ai.comparison.volume_difference import volume_difference
from ai.findings import Lesion
from ai.model.lesions import LEAST_MM3, described
from ai.model.looking import body_at
from ai.model.lung_bodies import HAZY_SHARE, Body

_LARGEST_MM = 60.0
_VOLUME_ERROR, _DIFFERENCE_ERROR = 0.3, 0.05
"""Standard errors of a volume and of the difference of two, as shares. Worked out on drawn nodules."""
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
    found = _alike(then, now, prior, current, across)
    bodies = found or _as_they_were(then, now)
    if bodies is None:
        return then, now
    difference = volume_difference(paired_cubes(*bodies, prior, current), bodies[0].hazy and bodies[1].hazy)
    volumes = bodies[0].volume_mm3, bodies[1].volume_mm3
    if difference is not None:
        volumes = agreeing(*volumes, difference)
    if found is None:
        return replace(then, volume_mm3=volumes[0]), replace(now, volume_mm3=volumes[1])
    return _as(then, bodies[0], prior, volumes[0]), _as(now, bodies[1], current, volumes[1])


def _alike(then: Lesion, now: Lesion, prior: Seen, current: Seen, across_mm: float) -> tuple[Body, Body] | None:
    """Return both bodies bounded alike; None where that cannot be done, or catches another body."""
    bodies = _both(then, now, prior, current, across_mm, None)
    if bodies is not None and bodies[0].hazy != bodies[1].hazy:
        share = float(np.mean([np.nan_to_num(body.haze_share) for body in bodies]))
        bodies = _both(then, now, prior, current, across_mm, share >= HAZY_SHARE)
    if bodies is None or not (_same(bodies[0], then) and _same(bodies[1], now)):
        return None
    return bodies


def _as_they_were(then: Lesion, now: Lesion) -> tuple[Body, Body] | None:
    """Return both bodies as detection bounded them; None where it did not."""
    bodies = [bounded(lesion) for lesion in (then, now)]
    return None if bodies[0] is None or bodies[1] is None else (bodies[0], bodies[1])


def agreeing(then_mm3: float, now_mm3: float, difference_mm3: float) -> tuple[float, float]:
    """Return two volumes near those measured whose difference is near the one measured by itself: least squares.

    Each volume weighs by its error, and the difference by its own, which is far smaller: a share of the larger volume.
    """
    errors = np.array([_VOLUME_ERROR * then_mm3, _VOLUME_ERROR * now_mm3]) ** 2
    own = (_DIFFERENCE_ERROR * max(then_mm3, now_mm3)) ** 2
    off = (difference_mm3 - (now_mm3 - then_mm3)) / (errors.sum() + own)
    then, now = then_mm3 - errors[0] * off, now_mm3 + errors[1] * off
    return max(float(then), LEAST_MM3), max(float(now), LEAST_MM3)


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


def _as(lesion: Lesion, body: Body, seen: Seen, volume_mm3: float) -> Lesion:
    found = described(
        lesion.abnormality, body, seen.volume.grid, lesion.location, lesion.confidence, lesion.second_look
    )
    return replace(found, centre=lesion.centre, volume_mm3=volume_mm3)
