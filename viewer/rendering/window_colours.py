"""Hounsfield units to grey."""

from __future__ import annotations

from vtkmodules.vtkCommonCore import vtkLookupTable
from vtkmodules.vtkImagingCore import vtkImageMapToColors

from viewer.mpr.window import Window
from viewer.rendering.slice_cut import SliceCut
from viewer.rendering.table import grey_table, set_table


class WindowColours:
    """Maps cuts of Hounsfield units to RGB greys by a window.

    256 equal steps: grey = floor(256 · (HU − low) / width), 0 below and 255 from the window's end on.
    """

    def __init__(self) -> None:
        self._table = vtkLookupTable()
        set_table(self._table, grey_table())
        self.filter = vtkImageMapToColors()
        self.filter.SetLookupTable(self._table)
        self.filter.SetOutputFormatToRGB()
        self.filter.SetNumberOfThreads(1)

    def use(self, cut: SliceCut, window: Window) -> None:
        """Set what is coloured, and the window."""
        self.filter.SetInputConnection(cut.filter.GetOutputPort())
        self._table.SetTableRange(window.low_hu, window.high_hu)
