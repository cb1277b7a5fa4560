"""Going through the slices of a plane."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ai.geometry import Index, PointMm
from ai.volume import VoxelGrid
from viewer.mpr.pane_state import PaneState
from viewer.mpr.plane import Plane
from viewer.mpr.slice_axis import slice_axis


def stepped(state: PaneState, grid: VoxelGrid, plane: Plane, steps: int) -> PaneState:
    """Return the state ``steps`` slices further along the plane's normal, stopping at the first and last slice.

    The crosshair lands on a slice; the slice it starts from is the nearest one.
    """
    axis = slice_axis(grid, plane)
    number = min(max(axis.number(state.crosshair) + steps, 1), axis.count)
    return replace(state, crosshair=axis.on_slice(state.crosshair, number))


def at_end(state: PaneState, grid: VoxelGrid, plane: Plane, last: bool) -> PaneState:
    """Return the state at the first or the last slice of the plane."""
    count = slice_axis(grid, plane).count
    return stepped(state, grid, plane, count if last else -count)


def clamped(grid: VoxelGrid, point: PointMm) -> PointMm:
    """Return the point, or the nearest one within the voxel centres of the grid along its own axes."""
    index = grid.index(point).array()
    inside = np.clip(index, 0, np.array(grid.shape) - 1)
    if np.array_equal(index, inside):
        return point
    return grid.point(Index(*(float(v) for v in inside)))


def crosshair_at(state: PaneState, grid: VoxelGrid, point: PointMm) -> PaneState:
    """Return the state with the crosshair at a point, kept within the grid."""
    return replace(state, crosshair=clamped(grid, point))


def centred_on(state: PaneState, grid: VoxelGrid, point: PointMm) -> PaneState:
    """Return the state with the crosshair at a point, which also comes into the middle where the panes are zoomed in.

    At zoom 1 or less the whole scan is in view and the panes stay where they are.
    """
    inside = clamped(grid, point)
    return replace(state, crosshair=inside, centre=inside if state.zoom > 1 else state.centre)
