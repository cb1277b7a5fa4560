"""The cut of one pose through one grid of voxels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkImagingCore import vtkImageReslice

from ai.geometry import Matrix
from ai.volume import VoxelGrid
from viewer.mpr.pane_state import SlabMode
from viewer.mpr.slab import slab_slices
from viewer.mpr.slice_axis import slice_axis
from viewer.mpr.slice_look import SliceLook
from viewer.rendering.voxel_image import VoxelImage
from viewer.rendering.warm_box import Rectangle

THREADS = 2
"""For oblique cuts and slabs. A straight single slice is as fast with one thread (measured) and leaves the other
processor to the work behind the window."""


class SliceCut:
    """vtkImageReslice, linear, fed from one array; re-executes only where the cut really changed.

    Args:
        voxels: [slice, row, column].
        grid: where they lie.
        outside: value drawn beyond the voxels.
    """

    def __init__(self, voxels: NDArray[Any], grid: VoxelGrid, outside: float) -> None:
        self._grid = grid
        self._inverse = grid.inverse
        self._voxels = VoxelImage(voxels)
        self._axes = np.zeros((4, 4))
        self._matrix = vtkMatrix4x4()
        self.filter = vtkImageReslice()
        self.filter.SetInputData(self._voxels.image)
        self.filter.SetInterpolationModeToLinear()
        self.filter.SetBackgroundLevel(outside)
        self.filter.SetOutputDimensionality(2)
        self.filter.SetOutputOrigin(0, 0, 0)
        self.filter.SetOutputSpacing(1, 1, 1)
        self.filter.SetEnableSMP(False)
        self.filter.SetResliceAxes(self._matrix)

    def aim(self, look: SliceLook, slab_mode: SlabMode, flat: int | None = None, part: Rectangle | None = None) -> None:
        """Set the cut: pose, size and slab of a look, projected in the given mode.

        Args:
            look: what is shown.
            slab_mode: how a slab is projected.
            flat: the index axis along which the array holds a single layer, already the one to show.
            part: of the picture, where not all of it is wanted.
        """
        width, height = look.pose.size_px
        self.filter.SetOutputExtent(*(part or (0, width - 1, 0, height - 1)), 0, 0)
        axis = slice_axis(self._grid, look.plane)
        slices = 1 if flat is not None else slab_slices(axis, look.slab_mm)
        self._aim_slab(slices, slab_mode)
        axes = self._axes_of(look, axis.step_mm)
        if flat is not None:
            axes[2 - flat, [0, 1, 3]] = 0.0
        self.filter.SetNumberOfThreads(1 if slices == 1 and _straight(axes) else THREADS)
        if not np.array_equal(axes, self._axes):
            self._axes = axes
            self._matrix.DeepCopy(axes.ravel().tolist())

    def changed(self) -> None:
        """Cut anew: the voxels have been written to."""
        self._voxels.changed()

    def _aim_slab(self, slices: int, mode: SlabMode) -> None:
        self.filter.SetSlabNumberOfSlices(slices)
        match mode:
            case SlabMode.MAXIMUM:
                self.filter.SetSlabModeToMax()
            case SlabMode.MINIMUM:
                self.filter.SetSlabModeToMin()
            case SlabMode.MEAN:
                self.filter.SetSlabModeToMean()

    def _axes_of(self, look: SliceLook, step_mm: float) -> Matrix:
        """Return 4×4: (x px, y px, slab step) → VTK index (column, row, slice).

        Rounded, so that a straight cut has exact zeros and whole slices: VTK then takes its faster way.
        """
        pose = look.pose
        picture = np.eye(4)
        picture[:3] = np.column_stack([pose.right, pose.down, look.plane.normal * step_mm, pose.origin.array()])
        axes = np.eye(4)
        axes[:3] = (self._inverse @ picture)[2::-1]
        rounded: Matrix = np.round(axes, 9) + 0.0
        return rounded


def _straight(axes: Matrix) -> bool:
    """Say whether every picture axis follows one index axis."""
    return int(np.count_nonzero(axes[:3, :3])) == 3
