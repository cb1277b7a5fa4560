"""Emphysema with the noise averaged out: the share of small cubes of lung that are nearly air on average.

Voxel by voxel, noise alone carries healthy lung below −950 HU, so that noise is to be filtered out before voxels are
counted (after Schilham et al., IEEE Trans Med Imaging 2006;25:451, whose filter is another). Over the voxels that the
network reads, most of it averages out; so do the smallest holes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ai.anatomy import Lungs
from ai.findings import Quantity
from ai.model.measures.lung_density import EMPHYSEMA_HU

NAME = "laa_950_even"
_TITLE = "Emphysema index, denoised"
_SOURCE = "After Schilham et al., IEEE Trans Med Imaging 2006;25:451; means of cubes for their filter"
_FEWEST = 1000
"""Cubes of lung; of fewer a share means little."""


def even_emphysema(hu: NDArray[np.float32], lungs: Lungs) -> Quantity:
    """Return the share of cubes of lung whose mean is at or below −950 HU.

    Args:
        hu: Hounsfield units of the cubes, on the grid of the lungs.
        lungs: of ``prepare``.
    """
    cube_mm = lungs.grid.spacing_mm[0]
    caveat = (
        f"Share of cubes of {cube_mm:g} mm, not of voxels: smaller holes average away as noise does. Where the index "
        "of voxels is far higher, noise makes most of it."
    )
    sides = {name: hu[lungs.sides == side] for side, name in ((1, "right_lung"), (2, "left_lung"))}
    whole = np.concatenate(list(sides.values()))
    if whole.size < _FEWEST:
        return Quantity(NAME, _TITLE, None, "%", _SOURCE, "Too little of the lungs lies within the scan.")
    parts = tuple((name, _percent(values)) for name, values in sides.items() if values.size >= _FEWEST)
    return Quantity(NAME, _TITLE, _percent(whole), "%", _SOURCE, caveat, parts, decimals=1)


def _percent(hu: NDArray[np.float32]) -> float:
    return 100 * float(np.mean(hu <= EMPHYSEMA_HU))
