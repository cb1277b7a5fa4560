"""Whether the other scan is about as dense where a lesion seen in one scan alone would lie.

Then it is not known to be new or gone: what lies there may hide it, or was taken for it.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from ai.change import PointMap
from ai.comparison.seen import Seen
from ai.findings import Lesion

_LUNG_HU = -860.0
_AS_DENSE = 0.5
"""Share of what a lesion is denser than lung that is found at its place: half is where its surface is drawn."""


def still_dense(lesion: Lesion, here: Seen, there: Seen, mapped: PointMap) -> bool:
    """Return whether the place of a lesion is about as dense in the other scan.

    Args:
        lesion: seen here; one without an outline is never found again this way.
        here: its scan.
        there: the other scan.
        mapped: (n, 3) LPS millimetres of this scan to those of the other.
    """
    if lesion.mask is None or lesion.grid is None or not lesion.mask.any():
        return False
    places = lesion.grid.points_mm(np.argwhere(lesion.mask).astype(np.float64))
    own, other = _mean_hu(here, places), _mean_hu(there, mapped(places))
    return own > _LUNG_HU and other - _LUNG_HU >= _AS_DENSE * (own - _LUNG_HU)


def _mean_hu(seen: Seen, places_mm: np.typing.NDArray[np.float64]) -> float:
    spots = seen.volume.grid.indices(places_mm).T
    return float(ndimage.map_coordinates(seen.volume.hu, spots, output=np.float32, order=1, mode="nearest").mean())
