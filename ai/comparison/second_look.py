"""Before a lesion is called new or gone, its place in the other scan is looked at again with a lower demand."""

from __future__ import annotations

import numpy as np

from ai.comparison.seen import BODIES, Seen
from ai.findings import Lesion
from ai.geometry import PointMm
from ai.model.lesions import LEAST_MM3, described, middle_of
from ai.model.looking import body_at
from ai.model.lung_bodies import Body

_WIDEST_MM = 8.0
"""Where a small lesion may lie around the mapped place: a body is looked for within a ball of at least this."""

_LARGEST_MM = 60.0
"""No mass of this size is overlooked by a network, and looking for one is slow."""

_LEAST_SHARE, _MOST_SHARE = 0.12, 3.0
"""How much smaller or larger than its partner, by volume, the lesion may be: half the diameter, or the half more."""

_MOST_STRETCH, _MOST_CONTACT = 2.0, 0.22
"""Vessels are longer than thick, and go on: the ratio of the standard deviations along the longest and the shortest
axis, and the share of the surface behind which dense tissue continues."""

_HU_APART = 250.0
_REACH_MM = 6.0
"""How far from the mapped place its middle may be; the registration's own error is a few millimetres."""


def looked_again(lesion: Lesion, place: PointMm, there: Seen) -> Lesion | None:
    """Return the partner of a lesion at a place of the other scan, marked as found on a second look.

    Args:
        lesion: what is seen in one scan only.
        place: where the registration puts its middle in the other scan.
        there: the other scan.

    Returns:
        None where nothing like it lies there: no body, or one of another size, density or place, or a vessel.
    """
    if lesion.abnormality.name not in BODIES or lesion.diameter_mm > _LARGEST_MM:
        return None
    body = body_at(place, max(lesion.diameter_mm, _WIDEST_MM), there.volume, there.lung)
    if body is None or not _alike(body, lesion, place):
        return None
    return described(lesion.abnormality, body, there.volume.grid, lesion.location, again=True)


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
        and body.contact <= _MOST_CONTACT
        and stretch(body) <= _MOST_STRETCH
    )


def stretch(body: Body) -> float:
    """Return how much longer than thick a body is: 1 for a ball."""
    spots = np.argwhere(body.mask).astype(np.float64)
    if len(spots) < 8:
        return np.inf
    spread = np.linalg.eigvalsh(np.cov(spots.T))
    # A voxel has a width of its own: without it thin sheets would have no thickness.
    return float(np.sqrt((spread[-1] + 1 / 12) / (max(spread[0], 0.0) + 1 / 12)))
