"""The three orthogonal planes through the patient, in radiological convention."""

from __future__ import annotations

from enum import Enum

import numpy as np

from ai.geometry import Matrix


class Plane(Enum):
    """A viewing plane: picture-right, picture-down and into-the-picture directions in LPS.

    Radiological convention: the patient's right is on the picture's left; sagittal looks from the left side
    with anterior on the picture's left.
    """

    AXIAL = ("Axial", (1, 0, 0), (0, 1, 0), (0, 0, 1))
    CORONAL = ("Coronal", (1, 0, 0), (0, 0, -1), (0, 1, 0))
    SAGITTAL = ("Sagittal", (0, 1, 0), (0, 0, -1), (1, 0, 0))

    @property
    def title(self) -> str:
        """Name for the reader."""
        return self.value[0]

    @property
    def right(self) -> Matrix:
        """Unit LPS vector towards the picture's right."""
        return np.array(self.value[1], dtype=np.float64)

    @property
    def down(self) -> Matrix:
        """Unit LPS vector towards the picture's bottom."""
        return np.array(self.value[2], dtype=np.float64)

    @property
    def normal(self) -> Matrix:
        """Unit LPS vector along which slices are counted: up, to the back, to the patient's left."""
        return np.array(self.value[3], dtype=np.float64)
