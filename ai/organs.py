"""The organs a reading needs: five lobes, heart and aorta; for places, for measures, for where evidence may lie."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai.geometry import PointMm
from ai.volume import GridError, VoxelGrid

LOBES = ("right_upper", "right_mid", "right_lower", "left_upper", "left_lower")
"""By the vocabulary's names of locations; the lingula belongs to the left upper lobe."""
LUNGS = "lungs"
"""Name of all lobes together, in an extent."""
REACH_MM = 12.0
"""What lies so far outside every organ (on the pleura, in the chest wall) is still named by the nearest."""
ORGANS = (*LOBES, "heart", "aorta")
"""In the order of their codes: the first has code 1, 0 is everything else. The heart is what the pericardium holds
without the great vessels' roots; the aorta runs from the valve to the diaphragm, wall included."""


def code_of(organ: str) -> int:
    """Return the code of an organ in a label map."""
    return ORGANS.index(organ) + 1


@dataclass(frozen=True, eq=False)
class Organs:
    """Which organ each place belongs to.

    Args:
        codes: uint8 [slice, row, column]: 0 none, else 1 + the place in ``ORGANS``.
        grid: where they lie.
    """

    codes: NDArray[np.uint8]
    grid: VoxelGrid

    def __post_init__(self) -> None:
        if self.codes.shape != self.grid.shape:
            raise GridError(f"Organs of {self.codes.shape} do not fit a grid of {self.grid.shape}.")
        view = self.codes.view()
        view.setflags(write=False)
        object.__setattr__(self, "codes", view)

    def mask(self, *organs: str) -> NDArray[np.bool_]:
        """Return where any of the organs named lies."""
        return np.isin(self.codes, [code_of(organ) for organ in organs])

    def volume_ml(self, *organs: str) -> float:
        """Return the volume of the organs named, together, millilitres."""
        return float(np.count_nonzero(self.mask(*organs))) * self.grid.voxel_mm3 / 1000

    def at(self, place: PointMm, reach_mm: float = REACH_MM) -> str:
        """Return the organ nearest to a place; empty where none lies within reach."""
        spacing = np.array(self.grid.spacing_mm)
        index = self.grid.index(place)
        spot = np.array([index.slice, index.row, index.column])
        low = np.ceil(spot - reach_mm / spacing).astype(int).clip(0, self.grid.shape)
        high = np.floor(spot + reach_mm / spacing + 1).astype(int).clip(0, self.grid.shape)
        part = self.codes[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
        there = np.argwhere(part > 0)
        if there.size == 0:
            return ""
        distance_mm = np.linalg.norm((there + low - spot) * spacing, axis=1)
        nearest = int(np.argmin(distance_mm))
        return ORGANS[int(part[tuple(there[nearest])]) - 1] if distance_mm[nearest] <= reach_mm else ""
