"""Zoom and pan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ai.geometry import Matrix, PointMm
from ai.volume import VoxelGrid
from viewer.mpr.pane_state import PaneState
from viewer.mpr.plane import Plane

SMALLEST = 0.2
LARGEST = 40.0


def zoomed_at(state: PaneState, plane: Plane, factor: float, point: PointMm) -> PaneState:
    """Return the state ``factor`` times larger; the place ``point`` stays under the cursor in that plane."""
    zoom = min(max(state.zoom * factor, SMALLEST), LARGEST)
    offset = (state.centre.array() - point.array()) * (state.zoom / zoom - 1)
    return replace(state, zoom=zoom, centre=PointMm.of(state.centre.array() + _within(plane, offset)))


def panned(state: PaneState, grid: VoxelGrid, plane: Plane, right_mm: float, down_mm: float) -> PaneState:
    """Return the state after the picture was dragged by millimetres; the middle never leaves the grid's box."""
    centre = state.centre.array() - right_mm * plane.right - down_mm * plane.down
    corners = grid.corners_mm()
    return replace(state, centre=PointMm.of(np.clip(centre, corners.min(axis=0), corners.max(axis=0))))


def fitted(state: PaneState, grid: VoxelGrid) -> PaneState:
    """Return the state that shows the whole scan in every plane; crosshair and window stay."""
    return replace(state, zoom=1.0, centre=grid.centre)


def _within(plane: Plane, offset: Matrix) -> Matrix:
    inside: Matrix = offset - float(offset @ plane.normal) * plane.normal
    return inside
