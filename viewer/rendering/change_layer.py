"""One side of a map of change, as a coloured cut."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from vtkmodules.vtkCommonCore import vtkLookupTable
from vtkmodules.vtkImagingCore import vtkImageMapToColors

from ai.change import ChangeMap
from ai.geometry import Matrix
from viewer.mpr.pane_state import SlabMode
from viewer.mpr.slice_look import SliceLook
from viewer.rendering.change_colours import ChangeScale, change_table
from viewer.rendering.slice_cut import SliceCut
from viewer.rendering.table import STEPS, set_table
from viewer.rendering.warm_box import warm_corners_mm, warm_rectangle


class Side(Enum):
    """More or less than before. In a slab the strongest of each side is shown, so that neither hides the other."""

    MORE = SlabMode.MAXIMUM
    LESS = SlabMode.MINIMUM


@dataclass(frozen=True)
class DrawnChange:
    """A map of change, what the reader calls it, and what its colours mean."""

    title: str
    map: ChangeMap
    scale: ChangeScale


class ChangeLayer:
    """Reslices a map from its own grid and colours one side of it, RGBA; only where it can show."""

    def __init__(self, change: ChangeMap, side: Side) -> None:
        self.map = change
        self._side = side
        self._cut = SliceCut(change.values, change.grid, outside=0.0)
        self._table = vtkLookupTable()
        self._coloured: tuple[float, ChangeScale] | None = None
        self._least = -1.0
        self._corners: Matrix | None = None
        self.filter = vtkImageMapToColors()
        self.filter.SetInputConnection(self._cut.filter.GetOutputPort())
        self.filter.SetLookupTable(self._table)
        self.filter.SetOutputFormatToRGBA()
        self.filter.SetNumberOfThreads(1)

    def aim(self, look: SliceLook, scale: ChangeScale) -> bool:
        """Set cut and colours; false if nothing of this side shows in this picture."""
        self._colour(look.overlay.opacity, scale)
        self._enclose(scale.least)
        part = None if self._corners is None else warm_rectangle(self._corners, self.map.grid, look)
        if part is None:
            return False
        self._cut.aim(look, self._side.value, part=part)
        return True

    def _colour(self, opacity: float, scale: ChangeScale) -> None:
        if self._coloured == (opacity, scale):
            return
        self._coloured = opacity, scale
        rgba = change_table(opacity, scale)
        other = slice(None, STEPS // 2) if self._side is Side.MORE else slice(STEPS // 2, None)
        rgba[other, 3] = 0
        set_table(self._table, rgba)
        self._table.SetTableRange(-scale.top, scale.top)

    def _enclose(self, least: float) -> None:
        if least != self._least:
            self._least = least
            strong = self.map.values > least if self._side is Side.MORE else self.map.values < -least
            self._corners = warm_corners_mm(strong, self.map.grid)
