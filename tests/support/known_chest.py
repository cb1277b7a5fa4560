"""A chest of boxes and rods whose every volume, width and density is known; organs on a coarser grid than the scan."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ai.anatomy import Lungs
from ai.geometry import PointMm
from ai.organs import Organs, code_of
from ai.volume import Volume, VoxelGrid, axis_aligned

SIZE_MM = (180.0, 200.0, 300.0)
FIRST_EDGE = (-90.0, -100.0, -150.0)
"""(superior, posterior, left) of the field of view's corner."""
CELL_MM = 4.0

Box = tuple[tuple[float, float], tuple[float, float], tuple[float, float]]
"""(low, high) along superior, posterior and left, millimetres."""
RIGHT_LUNG: Box = ((-70, 70), (-60, 60), (-130, -50))
LEFT_LUNG: Box = ((-70, 70), (-60, 60), (50, 130))
RIGHT_ML = LEFT_ML = 140 * 120 * 80 / 1000


def grid_of(spacing_mm: tuple[float, float, float]) -> VoxelGrid:
    """Return a grid over the whole field of view; edges lie where the field's edges lie."""
    shape = tuple(round(n / s) for n, s in zip(SIZE_MM, spacing_mm, strict=True))
    up, back, left = (e + s / 2 for e, s in zip(FIRST_EDGE, spacing_mm, strict=True))
    return axis_aligned((shape[0], shape[1], shape[2]), spacing_mm, PointMm(left, back, up))


@dataclass
class KnownChest:
    """Soft tissue of 30 HU with two lungs of −850 HU; more is put in by the test."""

    spacing_mm: tuple[float, float, float] = (2.5, 1.0, 1.0)
    hu: NDArray[np.float64] = field(init=False)
    codes: NDArray[np.uint8] = field(init=False)

    def __post_init__(self) -> None:
        self.grid, self.cells = grid_of(self.spacing_mm), grid_of((CELL_MM,) * 3)
        self.hu = np.full(self.grid.shape, 30.0)
        self.codes = np.zeros(self.cells.shape, dtype=np.uint8)
        self.sides = np.zeros(self.cells.shape, dtype=np.uint8)
        for side, lung in ((1, RIGHT_LUNG), (2, LEFT_LUNG)):
            self.hu[inside(self.grid, lung)] = -850
            self.sides[inside(self.cells, lung)] = side

    def organ(self, name: str, where: NDArray[np.bool_]) -> None:
        """Name cells."""
        self.codes[where] = code_of(name)

    @property
    def volume(self) -> Volume:
        """The scan."""
        return Volume(self.hu.round().astype(np.int16), self.grid)

    @property
    def lungs(self) -> Lungs:
        """As ``find_lungs`` would say."""
        return Lungs(self.sides, np.ones(self.cells.shape, dtype=bool), self.cells)

    @property
    def organs(self) -> Organs:
        """As a model would say."""
        return Organs(self.codes, self.cells)


def axes_mm(grid: VoxelGrid) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return (superior, posterior, left) of the voxel centres of an axial grid, ready to broadcast."""
    first, step = grid.affine[:3, 3], grid.spacing_mm
    up, back, left = (first[2 - i] + step[i] * np.arange(grid.shape[i]) for i in range(3))
    return up[:, None, None], back[None, :, None], left[None, None, :]


def inside(grid: VoxelGrid, box: Box) -> NDArray[np.bool_]:
    """True in the voxels whose centre lies in a box."""
    up, back, left = ((a > low) & (a < high) for a, (low, high) in zip(axes_mm(grid), box, strict=True))
    return np.asarray(up & back & left)


def rod(
    grid: VoxelGrid,
    middle_mm: tuple[float, float],
    radius_mm: float,
    from_to_mm: tuple[float, float],
    lean: float = 0.0,
) -> NDArray[np.bool_]:
    """True in a rod of circular cross-section that goes up, and ``lean`` millimetres to the left for each one up.

    Args:
        grid: an axial grid.
        middle_mm: (posterior, left) of its axis at superior 0.
        radius_mm: across its own axis.
        from_to_mm: (lowest, highest) superior.
        lean: tangent of the angle between its axis and the patient's.
    """
    up, back, left = axes_mm(grid)
    across = (left - middle_mm[1] - lean * up) / np.hypot(1.0, lean)
    within = across**2 + (back - middle_mm[0]) ** 2 <= radius_mm**2
    return np.asarray(within & (up > from_to_mm[0]) & (up < from_to_mm[1]))
