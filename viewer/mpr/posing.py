"""Where a pane's picture lies in the patient."""

from __future__ import annotations

import numpy as np

from ai.geometry import PointMm
from ai.volume import VoxelGrid
from viewer.mpr.pane_state import PaneState
from viewer.mpr.plane import Plane
from viewer.mpr.slice_axis import slice_axis
from viewer.mpr.slice_look import Pose


def fit_mm_per_px(grid: VoxelGrid, plane: Plane, size_px: tuple[int, int]) -> float:
    """Return the pixel size at which the whole grid, voxel edges included, just fits a picture (width, height)."""
    corners = grid.corners_mm()
    across = np.ptp(corners @ plane.right) / max(1, size_px[0])
    downwards = np.ptp(corners @ plane.down) / max(1, size_px[1])
    return float(max(across, downwards))


def pose_of(grid: VoxelGrid, state: PaneState, plane: Plane, size_px: tuple[int, int]) -> Pose:
    """Return the pose of a pane of (width, height) device pixels.

    The picture lies in the slice nearest to the crosshair, so that a straight scan shows measured slices and nothing
    between them; the middle of the picture shows ``state.centre``.
    """
    width, height = max(1, size_px[0]), max(1, size_px[1])
    mm_per_px = fit_mm_per_px(grid, plane, (width, height)) / state.zoom
    axis = slice_axis(grid, plane)
    middle = axis.on_slice(state.centre, axis.number(state.crosshair)).array()
    right, down = plane.right * mm_per_px, plane.down * mm_per_px
    return Pose(
        origin=PointMm.of(middle - (width - 1) / 2 * right - (height - 1) / 2 * down),
        right=right,
        down=down,
        size_px=(width, height),
    )
