"""How a scan is looked at when it is opened."""

from __future__ import annotations

from ai.geometry import Index
from ai.volume import VoxelGrid
from viewer.mpr.pane_state import PaneState
from viewer.mpr.window import Window


def first_look(grid: VoxelGrid, window: Window) -> PaneState:
    """Return the first state: crosshair on the middle voxel, the whole scan in view, no slab, overlay off.

    Needs no voxels, so it is known before the first slice is read.
    """
    middle = grid.point(Index(*(n // 2 for n in grid.shape)))
    return PaneState(crosshair=middle, centre=grid.centre, window=window)
