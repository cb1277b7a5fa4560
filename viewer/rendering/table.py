"""Colour tables of 256 steps for VTK."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonCore import vtkLookupTable

STEPS = 256


def grey_table() -> NDArray[np.uint8]:
    """Return opaque greys from black to white, RGBA, (256, 4)."""
    table = np.repeat(np.arange(STEPS, dtype=np.uint8)[:, None], 4, axis=1)
    table[:, 3] = 255
    return table


def set_table(lookup: vtkLookupTable, rgba: NDArray[np.uint8]) -> None:
    """Give a lookup table its colours, RGBA, (256, 4). VTK keeps a copy."""
    lookup.SetTable(numpy_to_vtk(rgba, deep=True))
