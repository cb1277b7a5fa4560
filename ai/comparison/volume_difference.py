"""How much more of a lesion one scan shows than the other, from the difference of both pictures.

What a scanner blurs it does not lose: the sum of HU above the lung around is the same for every kernel, slice
thickness and place between the voxels (why Kuhnigk et al., IEEE Trans Med Imaging 2006;25:417, count voxels in part).
Two outlines of one lesion differ by where a vessel or the chest wall was cut off; the difference of the sums over one
region that holds both outlines does not, for what both scans show falls out of it.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from ai.comparison.paired_cubes import PairedCubes

_RIM_MM = 2.0
"""So far beyond both outlines the lesion's blur is summed."""
_RING_MM = 7.0
"""The lung between here and the rim is the lung around."""
_APART_MM = 0.6
_AERATED_HU = -650.0
_LEAST_RING = 100
_TISSUE_HU, _CALCIUM_HU = 20.0, 150.0
"""As single scans are measured: soft tissue is full at one value in every scan; denser than 150 is calcium."""
_LEAST_HAZE_HU = 90.0
_DEEP_MM = 1.5


def volume_difference(pair: PairedCubes, hazy: bool) -> float | None:
    """Return the volume of now minus that of then, mm³; None where that cannot be told.

    Too little lung lies around to compare with, or the two pictures were most alike where both outlines have nothing in
    common: that is another lesion.

    Args:
        pair: the lesion in both scans.
        hazy: whether it is ground glass, alone or around a solid part: full at its own density, not at that of tissue.
    """
    body = pair.body_then | pair.body_now
    if not (pair.body_then & pair.body_now).any():
        return None
    away = np.asarray(ndimage.distance_transform_edt(~body, sampling=pair.step_mm))
    near = (away <= _RIM_MM) & (pair.lung | body)
    aerated = (pair.then < _AERATED_HU) & (pair.now < _AERATED_HU) & pair.lung
    ring = (away > _RIM_MM + _APART_MM) & (away <= _RING_MM) & aerated
    if np.count_nonzero(ring) < _LEAST_RING:
        return None
    # The difference is steadier than each: vessels in the ring lie in both scans.
    between = float(np.median((pair.then[ring] + pair.now[ring]) / 2))
    apart = float(np.median(pair.now[ring] - pair.then[ring]))
    lung_then, lung_now = between - apart / 2, between + apart / 2
    full = _full_hu(pair, hazy, max(lung_then, lung_now) + _LEAST_HAZE_HU)
    cube_mm3 = pair.step_mm**3
    then = float((pair.then[near] - lung_then).sum()) * cube_mm3 / (full - lung_then)
    now = float((pair.now[near] - lung_now).sum()) * cube_mm3 / (full - lung_now)
    return now - then


def _full_hu(pair: PairedCubes, hazy: bool, least: float) -> float:
    """The density inside, one for both scans: the lesion's middle where they share one, and where it is no tissue."""
    shared = pair.body_then & pair.body_now
    depth = np.asarray(ndimage.distance_transform_edt(shared, sampling=pair.step_mm))
    deep = (depth >= min(_DEEP_MM, 0.6 * float(depth.max()))) & shared
    inside = float(np.median((pair.then[deep] + pair.now[deep]) / 2)) if deep.any() else _TISSUE_HU
    if hazy:
        return max(inside, least)
    return inside if inside > _CALCIUM_HU else _TISSUE_HU
