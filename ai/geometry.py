"""Places: in the patient (millimetres, DICOM LPS) and in an array (fractional voxels)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Index:
    """A place in an array, in numpy order, in fractional voxels; integers are voxel centres."""

    slice: float
    row: float
    column: float

    def array(self) -> Matrix:
        """Return (slice, row, column) as float64, shape (3,)."""
        return np.array([self.slice, self.row, self.column], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class PointMm:
    """A place in the patient: DICOM LPS, millimetres. +left, +posterior, +superior."""

    left: float
    posterior: float
    superior: float

    def array(self) -> Matrix:
        """Return (left, posterior, superior) as float64, shape (3,)."""
        return np.array([self.left, self.posterior, self.superior], dtype=np.float64)

    @classmethod
    def of(cls, lps: Matrix) -> PointMm:
        """Make a point of an array (3,) of LPS millimetres."""
        left, posterior, superior = (float(v) for v in lps)
        return cls(left, posterior, superior)

    def moved(self, left: float = 0.0, posterior: float = 0.0, superior: float = 0.0) -> PointMm:
        """Return the point displaced by millimetres."""
        return PointMm(self.left + left, self.posterior + posterior, self.superior + superior)

    def distance_mm(self, other: PointMm) -> float:
        """Return the straight distance in millimetres."""
        return math.dist((self.left, self.posterior, self.superior), (other.left, other.posterior, other.superior))
