"""Lung that was erased: slices in which a lung holds one value throughout, as programs leave it that cut lungs out.

Seen in a public scan (cap001 of COVID-CT-MD as it was given to us): in a fifth of its slices one lung or both are
-1024 HU. An emphysema index counts them as the worst emphysema, and a network sees bullae.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ai.anatomy import Lungs
from ai.findings import Doubt

Mask = NDArray[np.bool_]

_AIR_HU, _ONE_VALUE_HU = -990.0, 2.0
_SHARE = 0.6
"""Of a lung in a slice; in cap001 it is 0.77 and more where lung was erased, else below 0.001, as in four others."""
_LITTLE = 0.1
"""Of the usual area of a lung in a slice; where less was found it may have been erased altogether."""
_GRAVE = 0.5
"""Share of the lungs' slices."""


def erased_lung(hu: NDArray[np.float32], lungs: Lungs) -> Mask:
    """Return where lung was erased, on the grid of the lungs.

    Args:
        hu: the scan in standard axes on the lungs' grid.
        lungs: of ``find_lungs``.
    """
    gone = np.zeros(hu.shape, dtype=bool)
    darkest_hu = float(hu[lungs.mask].min())
    if darkest_hu > _AIR_HU:
        return gone
    flat = hu <= darkest_hu + _ONE_VALUE_HU
    for side in (1, 2):
        mine = lungs.sides == side
        area = mine.sum(axis=(1, 2))
        usual = float(np.median(area[area > 0])) if area.any() else 0.0
        whole = np.flatnonzero(area >= max(1.0, _LITTLE * usual))
        if not whole.size:
            continue
        for k in range(whole[0], whole[-1] + 1):
            region = mine[whole[np.abs(whole - k).argmin()]]
            if flat[k][region].mean() >= _SHARE:
                gone[max(0, k - 1) : k + 2] |= region  # its neighbours are mixed with it by resampling
    return gone


def without_erased(hu: NDArray[np.float32], lungs: Lungs) -> tuple[Lungs, tuple[Doubt, ...]]:
    """Return the lungs without what was erased, which is no part of the patient either; and what to say of it."""
    gone = erased_lung(hu, lungs)
    slices = gone.any(axis=(1, 2))
    if not slices.any():
        return lungs, ()
    height_mm = float(slices.sum()) * lungs.grid.spacing_mm[0]
    share = float(slices.sum()) / float(np.count_nonzero(lungs.mask.any(axis=(1, 2)) | slices))
    text = (
        f"Over {height_mm:.0f} mm of its height a lung, or both, hold one value throughout: they were erased from the "
        "scan. Nothing can be found there; volumes and densities leave it out."
    )
    kept = replace(lungs, sides=np.where(gone, 0, lungs.sides).astype(np.uint8), body=lungs.body & ~gone)
    return kept, (Doubt(text, share > _GRAVE),)
