"""How dense the blood is: it tells whether contrast was given, and how noisy the scan is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from ai.findings import Quantity
from ai.model.measures.scene import Scene, ball, looked_up

CONTRAST_HU = 80.0
"""Blood without contrast has 30–70 HU by haematocrit (New & Aronow, Radiology 1976;121:635); denser is enhanced."""
_WALL_MM = 4.0
_LEAST_ML = 2.0
_OUTLIER_HU = 100.0
"""Further from the median is calcium, metal or gas, not blood."""


@dataclass(frozen=True)
class Blood:
    """Blood in the aorta: mean and standard deviation of voxels, HU."""

    mean_hu: float
    noise_hu: float

    @property
    def enhanced(self) -> bool:
        """True where contrast was given."""
        return self.mean_hu > CONTRAST_HU


def blood_of(scene: Scene) -> Blood | None:
    """Measure the middle of the aorta, 4 mm away from its wall; None where none is known."""
    if scene.organs is None:
        return None
    grid = scene.organs.grid
    core = ndimage.binary_erosion(scene.organs.mask("aorta"), structure=ball(max(_WALL_MM, *grid.spacing_mm), grid))
    block = scene.around(core, grid)
    if block is None:
        return None
    hu, fine = block
    values = hu[looked_up(core.astype(np.uint8), grid, fine) > 0].astype(np.float64)
    if values.size * fine.voxel_mm3 / 1000 < _LEAST_ML:
        return None
    values = values[np.abs(values - np.median(values)) <= _OUTLIER_HU]
    return Blood(float(values.mean()), float(values.std()))


def blood_quantity(blood: Blood | None) -> Quantity:
    """Say it."""
    name, title, source = "blood_density", "Blood density (aorta)", "Mean of voxels, 4 mm inside the wall"
    if blood is None:
        return Quantity(name, title, None, "HU", source, "The model found no aorta in this scan.")
    given = "contrast was given" if blood.enhanced else "no contrast, or none in the aorta yet"
    caveat = f"Noise (standard deviation) {blood.noise_hu:.0f} HU; by this density {given}."
    return Quantity(name, title, blood.mean_hu, "HU", source, caveat)
