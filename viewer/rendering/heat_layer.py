"""One heatmap's coloured cut."""

from __future__ import annotations

from vtkmodules.vtkCommonCore import vtkLookupTable
from vtkmodules.vtkImagingCore import vtkImageMapToColors

from ai.findings import Heatmap
from viewer.mpr.pane_state import OverlayLook, SlabMode
from viewer.mpr.slice_look import SliceLook
from viewer.rendering.heat_colours import heat_table
from viewer.rendering.slice_cut import SliceCut
from viewer.rendering.table import set_table


class HeatLayer:
    """Reslices a heatmap from its own grid and colours it, RGBA.

    In a slab the strongest heat of the slab is shown, whatever the slab's mode for the voxels.
    """

    def __init__(self, heatmap: Heatmap) -> None:
        self._cut = SliceCut(heatmap.values, heatmap.grid, outside=0.0)
        self._table = vtkLookupTable()
        self._overlay: OverlayLook | None = None
        self.filter = vtkImageMapToColors()
        self.filter.SetInputConnection(self._cut.filter.GetOutputPort())
        self.filter.SetLookupTable(self._table)
        self.filter.SetOutputFormatToRGBA()
        self.filter.SetNumberOfThreads(1)

    def aim(self, look: SliceLook, top: float) -> None:
        """Set cut, colours and the evidence of the strongest colour."""
        self._cut.aim(look, SlabMode.MAXIMUM)
        self._table.SetTableRange(0.0, top)
        if self._overlay != look.overlay:
            self._overlay = look.overlay
            set_table(self._table, heat_table(look.overlay))
