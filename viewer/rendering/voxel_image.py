"""A numpy array of voxels as VTK sees it, without a copy."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonDataModel import vtkImageData


class VoxelImage:
    """Ties a vtkImageData to the array whose memory it shows, so that neither outlives the other.

    The image lies in index space (spacing 1, origin 0, axes column, row, slice): the patient's affine, sheared and
    left-handed ones included, is folded into the reslice axes instead, since VTK's own direction matrix must be rigid.

    Args:
        voxels: [slice, row, column]; shared if it is contiguous, else copied (and copied again by ``changed``).
    """

    def __init__(self, voxels: NDArray[Any]) -> None:
        self._source = voxels
        self._shown = np.ascontiguousarray(voxels)
        slices, rows, columns = voxels.shape
        self._scalars = numpy_to_vtk(self._shown.reshape(-1), deep=False)
        self.image = vtkImageData()
        self.image.SetDimensions(columns, rows, slices)
        self.image.GetPointData().SetScalars(self._scalars)

    def changed(self) -> None:
        """Tell VTK that the voxels have been written to."""
        if not self._source.flags.c_contiguous:
            np.copyto(self._shown, self._source)
        self._scalars.Modified()
        self.image.Modified()
