"""One scan's slices as pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkImagingCore import vtkImageBlend, vtkImageMapToColors

from ai.findings import Heatmap
from ai.volume import AIR_HU, Layered
from viewer.mpr.slice_look import SliceLook
from viewer.rendering.change_layer import ChangeLayer, DrawnChange, Side
from viewer.rendering.heat_layer import HeatLayer
from viewer.rendering.heat_scale import heat_top
from viewer.rendering.layer_cut import LayerCut
from viewer.rendering.slice_cut import SliceCut
from viewer.rendering.window_colours import WindowColours


class SliceRenderer:
    """Keeps one pipeline (reslice → colours → blend) and updates only what changed; one renderer a pane is fastest.

    A volume's voxels are shared, not copied. For the thread that paints only.
    """

    def __init__(self, volume: Layered) -> None:
        self._volume = volume
        self._cut: SliceCut | None = None
        self._layer = LayerCut(volume, outside=float(AIR_HU))
        self._greys = WindowColours()
        self._layers: dict[Heatmap, HeatLayer] = {}
        self._sides: tuple[ChangeLayer, ...] = ()
        self._blend = vtkImageBlend()
        self._blend.SetNumberOfThreads(1)
        self._blended: tuple[HeatLayer | ChangeLayer, ...] = ()
        self._last: tuple[tuple[object, ...], NDArray[np.uint8]] | None = None

    def render(
        self,
        look: SliceLook,
        heatmaps: Sequence[Heatmap] = (),
        tops: Sequence[float] = (),
        change: DrawnChange | None = None,
    ) -> NDArray[np.uint8]:
        """Return the picture of a look, RGB, (height, width, 3), read-only.

        Where only what the canvas paints itself has moved (crosshair, texts), the last picture is returned again.

        Args:
            look: pose, window, slab and overlay are obeyed.
            heatmaps: those to draw, the first undermost; ignored while ``look.overlay`` does not show heat.
            tops: the evidence of the strongest colour, one a heatmap (to give two scans the same scale); left out,
                each heatmap has its own (``heat_top``).
            change: the map to draw; ignored while ``look.overlay`` shows no change.
        """
        drawn = heatmaps if look.overlay.heat_shown else ()
        changed = change if look.overlay.change_shown is not None else None
        wanted = _content(look, drawn, tops, changed)
        if self._last is None or self._last[0] != wanted:
            self._last = wanted, self._drawn(look, drawn, tops, changed)
        return self._last[1]

    def _drawn(
        self, look: SliceLook, heatmaps: Sequence[Heatmap], tops: Sequence[float], change: DrawnChange | None
    ) -> NDArray[np.uint8]:
        self._greys.use(self._layer.aimed(look) or self._aimed(look), look.window)
        coloured: tuple[HeatLayer | ChangeLayer, ...] = (
            *(self._warm_layers(look, heatmaps, tops) if look.overlay.heat_shown else ()),
            *self._change_layers(look, change),
        )
        if coloured != self._blended:
            self._blend_over(coloured)
        return _pixels(self._blend if coloured else self._greys.filter)

    def voxels_changed(self) -> None:
        """Draw anew from the array: slices have arrived."""
        self._last = None
        if self._cut is not None:
            self._cut.changed()
        self._layer.changed()

    def _aimed(self, look: SliceLook) -> SliceCut:
        """Return the general cut, made when first needed: an oblique scan's."""
        if self._cut is None:
            grid = self._volume.grid
            self._cut = SliceCut(self._volume.layers(0, 0, grid.shape[0]), grid, outside=float(AIR_HU))
        self._cut.aim(look, look.slab_mode)
        return self._cut

    def _warm_layers(
        self, look: SliceLook, heatmaps: Sequence[Heatmap], tops: Sequence[float]
    ) -> tuple[HeatLayer, ...]:
        """Return the layers that show in this picture; those of heatmaps no longer wanted are dropped."""
        self._layers = {heatmap: self._layers.get(heatmap) or HeatLayer(heatmap) for heatmap in heatmaps}
        scales = tuple(tops) or tuple(heat_top(heatmap) for heatmap in heatmaps)
        layers = zip(self._layers.values(), scales, strict=True)
        return tuple(layer for layer, top in layers if layer.aim(look, top))

    def _change_layers(self, look: SliceLook, change: DrawnChange | None) -> tuple[ChangeLayer, ...]:
        """Return what shows of both sides of a change; the layers of a map no longer wanted are dropped."""
        if change is None:
            self._sides = ()
        elif not self._sides or self._sides[0].map is not change.map:
            self._sides = tuple(ChangeLayer(change.map, side) for side in Side)
        return () if change is None else tuple(side for side in self._sides if side.aim(look, change.scale))

    def _blend_over(self, coloured: tuple[HeatLayer | ChangeLayer, ...]) -> None:
        self._blend.RemoveAllInputs()
        self._blend.AddInputConnection(self._greys.filter.GetOutputPort())
        for layer in coloured:
            self._blend.AddInputConnection(layer.filter.GetOutputPort())
        self._blended = coloured


def _content(
    look: SliceLook, heatmaps: Sequence[Heatmap], tops: Sequence[float], change: DrawnChange | None
) -> tuple[object, ...]:
    """What the pixels depend on; two looks with equal content give the same picture."""
    pose = look.pose
    place = (pose.origin, pose.right.tobytes(), pose.down.tobytes(), pose.size_px)
    return place, look.window, look.slab_mm, look.slab_mode, look.overlay, tuple(heatmaps), tuple(tops), change


def _pixels(last: vtkImageBlend | vtkImageMapToColors) -> NDArray[np.uint8]:
    last.Update()
    image = last.GetOutput()
    width, height, _ = image.GetDimensions()
    rgb: NDArray[np.uint8] = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(height, width, 3).copy()
    rgb.setflags(write=False)
    return rgb
