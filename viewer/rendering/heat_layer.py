"""One heatmap's coloured cut."""

from __future__ import annotations

from vtkmodules.vtkCommonCore import vtkLookupTable
from vtkmodules.vtkImagingCore import vtkImageMapToColors

from ai.findings import Heatmap
from ai.geometry import Matrix
from viewer.mpr.pane_state import OverlayLook, SlabMode
from viewer.mpr.slice_look import SliceLook
from viewer.rendering.heat_colours import heat_table
from viewer.rendering.slice_cut import SliceCut
from viewer.rendering.table import STEPS, set_table
from viewer.rendering.warm_box import warm_corners_mm, warm_rectangle


class HeatLayer:
    """Reslices a heatmap from its own grid and colours it, RGBA; only the part of the picture where heat can show.

    In a slab the strongest heat of the slab is shown, whatever the slab's mode for the voxels.
    """

    def __init__(self, heatmap: Heatmap) -> None:
        self._heatmap = heatmap
        self._cut = SliceCut(heatmap.values, heatmap.grid, outside=0.0)
        self._table = vtkLookupTable()
        self._overlay: OverlayLook | None = None
        self._least = -1.0
        self._warm: Matrix | None = None
        self.filter = vtkImageMapToColors()
        self.filter.SetInputConnection(self._cut.filter.GetOutputPort())
        self.filter.SetLookupTable(self._table)
        self.filter.SetOutputFormatToRGBA()
        self.filter.SetNumberOfThreads(1)

    def aim(self, look: SliceLook, top: float) -> bool:
        """Set cut, colours and the evidence of the strongest colour; false if nothing of it shows in this picture."""
        self._colour(look.overlay, top)
        part = None if self._warm is None else warm_rectangle(self._warm, self._heatmap.grid, look)
        if part is None:
            return False
        self._cut.aim(look, SlabMode.MAXIMUM, part=part)
        return True

    def _colour(self, overlay: OverlayLook, top: float) -> None:
        self._table.SetTableRange(0.0, top)
        if self._overlay != overlay:
            self._overlay = overlay
            set_table(self._table, heat_table(overlay))
        least = top * max(overlay.threshold - 1 / STEPS, 1 / STEPS)
        if least != self._least:
            self._least = least
            self._warm = warm_corners_mm(self._heatmap.values > least, self._heatmap.grid)
