"""The cut along a whole layer of voxels: the usual case, and much faster than the general one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ai.volume import Layered
from viewer.mpr.pane_state import SlabMode
from viewer.mpr.plane import Plane
from viewer.mpr.slab import slab_slices
from viewer.mpr.slice_axis import SliceAxis, slice_axis
from viewer.mpr.slice_look import SliceLook
from viewer.rendering.slice_cut import SliceCut

Layers = tuple[Plane, int, int, SlabMode]
"""Plane, first and last layer, projection."""


class LayerCut:
    """Projects measured layers with numpy into one, which VTK then only has to scale to the screen.

    Exact where the grid's layers lie in the plane (``SliceAxis.aligned``), refused elsewhere. A slab is projected
    before it is interpolated. Measured, 400 × 512²: 11 layers .3 / .3 / 8 ms (axial, coronal, sagittal) against 40 and
    more by vtkImageReslice.

    Args:
        voxels: asked anew for each new layer.
        outside: Hounsfield units drawn beyond the voxels.
    """

    def __init__(self, voxels: Layered, outside: float) -> None:
        self._voxels = voxels
        self._grid = voxels.grid
        self._outside = outside
        self._layer: NDArray[np.int16] | None = None
        self._shown: Layers | None = None
        self._cut: SliceCut | None = None

    def aimed(self, look: SliceLook) -> SliceCut | None:
        """Return the cut of a look, None where its plane does not follow the grid's layers."""
        axis = slice_axis(self._grid, look.plane)
        if not axis.aligned:
            return None
        layers = self._layers(look, axis)
        if self._cut is None or self._shown is None or self._shown[0] is not look.plane:
            self._cut = self._empty_cut(axis)
        if layers != self._shown:
            self._project(axis.grid_axis, layers)
            self._shown = layers
        self._cut.aim(look, look.slab_mode, flat=axis.grid_axis)
        return self._cut

    def changed(self) -> None:
        """Project anew: the voxels have been written to."""
        if self._shown is not None:
            self._shown = (self._shown[0], -1, -1, self._shown[3])

    def _layers(self, look: SliceLook, axis: SliceAxis) -> Layers:
        middle = round(float(self._grid.index(look.pose.origin).array()[axis.grid_axis]))
        reach = slab_slices(axis, look.slab_mm) // 2
        last = axis.count - 1
        mode = look.slab_mode if reach else SlabMode.MAXIMUM
        return look.plane, min(max(0, middle - reach), last), max(0, min(last, middle + reach)), mode

    def _empty_cut(self, axis: SliceAxis) -> SliceCut:
        shape = list(self._grid.shape)
        shape[axis.grid_axis] = 1
        self._layer = np.empty(shape, dtype=np.int16)
        self._shown = None
        return SliceCut(self._layer, self._grid, self._outside)

    def _project(self, grid_axis: int, layers: Layers) -> None:
        if self._layer is None or self._cut is None:
            return
        _, first, last, mode = layers
        block = self._voxels.layers(grid_axis, first, last + 1)
        np.moveaxis(self._layer, grid_axis, 0)[0] = projected(block, grid_axis, mode)
        self._cut.changed()


def projected(block: NDArray[np.int16], axis: int, mode: SlabMode) -> NDArray[np.int16]:
    """Return a block projected along an axis into one layer; a mean is rounded to whole Hounsfield units."""
    layers = block.shape[axis]
    if axis == 2 and layers > 1:  # short runs at odd addresses cost numpy up to five times as much as whole ones
        block = np.ascontiguousarray(block)
    layer: NDArray[np.int16]
    match mode:
        case _ if layers == 1:
            layer = block.squeeze(axis)
        case SlabMode.MAXIMUM:
            layer = block.max(axis=axis)
        case SlabMode.MINIMUM:
            layer = block.min(axis=axis)
        case SlabMode.MEAN:
            layer = np.round(block.sum(axis=axis, dtype=np.int32) / layers).astype(np.int16)
    return layer
