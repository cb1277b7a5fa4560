"""Whether the other scan shows the very picture of a lesion, where no body of its own can be bounded there.

A nodule on a vessel or at the wall may be cut from it in one scan and not in the other. Laid onto each other, the two
pictures still look alike, and as much lies in the one as in the other.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import ndimage

from ai.comparison.bounded import bounded
from ai.comparison.paired_cubes import PairedCubes, paired_cubes
from ai.comparison.seen import Seen
from ai.comparison.volume_difference import volume_difference
from ai.findings import Lesion
from ai.geometry import PointMm
from ai.model.lesions import middle_of
from ai.model.lung_bodies import Body
from ai.volume import VoxelGrid

_LEAST_SHARE, _MOST_SHARE = 0.65, 1.8
"""How much of the lesion's volume must be there, and how much may be."""
_ALIKE = 0.975
"""Correlation of both pictures from which they show the same: of drawn balls, one of 9 mm and one of 8 have .98, and a
vessel of 6 mm in the place of a ball of 9 has .94; of a nodule on a large vessel and the vessel alone, .96 was seen."""
_ASTRAY_MM = 4.0
"""How far from the mapped place it may lie: the registration errs by less, and another lesion may lie beyond."""
_BESIDE_MM = 3.0
_LEAST_CUBES = 50


def pictured(lesion: Lesion, here: Seen, place: PointMm, there: Seen) -> Body | None:
    """Return the lesion as the other scan shows it, bounded as here; None where it shows something else.

    Args:
        lesion: seen here.
        here: its scan.
        place: where its middle should lie in the other scan.
        there: the other scan.
    """
    own = bounded(lesion)
    if own is None:
        return None
    pair = paired_cubes(own, _moved(own, place), here, there)
    pair = replace(pair, body_now=pair.body_then)
    difference = volume_difference(pair, own.hazy)
    if difference is None or pair.cubes_now.centre.distance_mm(place) > _ASTRAY_MM or _likeness(pair) < _ALIKE:
        return None
    share = 1 + difference / own.volume_mm3
    if not _LEAST_SHARE <= share <= _MOST_SHARE:
        return None
    inside = pair.body_then
    denser = float(pair.now[inside].mean() - pair.then[inside].mean())
    return Body(inside, pair.cubes_now, own.volume_mm3 * share, own.mean_hu + denser, hazy=own.hazy)


def _moved(body: Body, place: PointMm) -> Body:
    """The body with its middle at another place."""
    affine = body.grid.affine.copy()
    affine[:3, 3] += place.array() - middle_of(body).array()
    return replace(body, grid=VoxelGrid(body.grid.shape, affine))


def _likeness(pair: PairedCubes) -> float:
    """Correlation of the lesion and what lies right beside it."""
    away = ndimage.distance_transform_edt(~pair.body_then, sampling=pair.step_mm)
    near = (away <= _BESIDE_MM) & (pair.lung | pair.body_then)
    if np.count_nonzero(near) < _LEAST_CUBES:
        return 0.0
    then, now = pair.then[near], pair.now[near]
    if then.std() == 0 or now.std() == 0:
        return 0.0
    return float(np.corrcoef(then, now)[0, 1])
