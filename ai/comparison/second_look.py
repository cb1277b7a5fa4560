"""Before a lesion is called new or gone, its place in the other scan is looked at again with a lower demand."""

from __future__ import annotations

import numpy as np

from ai.comparison.same_picture import pictured
from ai.comparison.seen import BODIES, Seen
from ai.findings import Lesion
from ai.geometry import PointMm
from ai.model.lesions import LEAST_MM3, described, middle_of
from ai.model.looking import body_at
from ai.model.lung_bodies import Body

_WIDE_MM = (5.0, 8.0)
"""Where a small lesion may lie around the mapped place: a body is looked for within balls of at least these, the
narrower first, since a denser vessel may lie in the wider."""

_LARGEST_MM = 60.0
"""No mass of this size is overlooked by a network, and looking for one is slow."""

_LEAST_SHARE, _MOST_SHARE = 0.12, 4.0
"""How much smaller or larger than its partner, by volume, the lesion may be: half the diameter, or 1.6 times."""

_MOST_STRETCH, _MOST_CONTACT = 2.0, 0.22
"""Vessels are longer than thick, and go on: the ratio of the standard deviations along the longest and the shortest
axis, and the share of the surface behind which dense tissue continues."""

_ROUND, _ROUND_MM3, _ROUND_CONTACT = 1.4, 500.0, 0.45
"""A round body of 1 cm is no vessel though several reach it: more of its surface may go on."""

_HU_APART = 250.0
_REACH_MM = 6.0
"""How far from the mapped place its middle may be; the registration's own error is a few millimetres."""


def looked_again(lesion: Lesion, here: Seen, place: PointMm, there: Seen) -> Lesion | None:
    """Return the partner of a lesion at a place of the other scan, marked as found on a second look.

    Args:
        lesion: what is seen in one scan only.
        here: that scan.
        place: where the registration puts its middle in the other scan.
        there: the other scan.

    Returns:
        None where nothing like it lies there: no body, or one of another size, density or place, or a vessel; and the
        picture of the place is another too.
    """
    if lesion.abnormality.name not in BODIES or lesion.diameter_mm > _LARGEST_MM:
        return None
    for wide_mm in sorted({max(lesion.diameter_mm, mm) for mm in _WIDE_MM}):
        body = body_at(place, wide_mm, there.volume, there.lung)
        if body is not None and _alike(body, lesion, place):
            return described(lesion.abnormality, body, there.volume.grid, lesion.location, again=True)
    if there.volume.grid.nearest(place) is None:
        return None
    same = pictured(lesion, here, place, there)
    return None if same is None else described(lesion.abnormality, same, there.volume.grid, lesion.location, again=True)


def shown_elsewhere(lesion: Lesion, known: tuple[Lesion, ...]) -> bool:
    """Return whether the place belongs to another lesion of that scan already."""
    return any(lesion.centre.distance_mm(other.centre) < max(other.diameters_mm) / 2 + 1.0 for other in known)


def _alike(body: Body, lesion: Lesion, place: PointMm) -> bool:
    share = body.volume_mm3 / lesion.volume_mm3 if lesion.volume_mm3 > 0 else 0.0
    return (
        body.volume_mm3 >= LEAST_MM3
        and _LEAST_SHARE <= share <= _MOST_SHARE
        and abs(body.mean_hu - lesion.mean_hu) <= _HU_APART
        and middle_of(body).distance_mm(place) <= _REACH_MM + lesion.diameter_mm / 4
        and _no_vessel(body)
    )


def _no_vessel(body: Body) -> bool:
    longer = stretch(body)
    if longer <= _ROUND and body.volume_mm3 >= _ROUND_MM3:
        return body.contact <= _ROUND_CONTACT
    return longer <= _MOST_STRETCH and body.contact <= _MOST_CONTACT


def stretch(body: Body) -> float:
    """Return how much longer than thick a body is: 1 for a ball."""
    spots = np.argwhere(body.mask).astype(np.float64)
    if len(spots) < 8:
        return np.inf
    spread = np.linalg.eigvalsh(np.cov(spots.T))
    # A voxel has a width of its own: without it thin sheets would have no thickness.
    return float(np.sqrt((spread[-1] + 1 / 12) / (max(spread[0], 0.0) + 1 / 12)))
