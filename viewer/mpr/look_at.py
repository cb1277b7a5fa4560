"""Everything one pane shows, decided in one place."""

from __future__ import annotations

from ai.volume import VoxelGrid
from viewer.mpr.caption import Caption
from viewer.mpr.corners import corners_of
from viewer.mpr.marks import mark_of
from viewer.mpr.orientation import letters_of
from viewer.mpr.pane_state import PaneState
from viewer.mpr.plane import Plane
from viewer.mpr.posing import pose_of
from viewer.mpr.scale_bar import scale_bar
from viewer.mpr.slab import drawn_slab_mm
from viewer.mpr.slice_axis import slice_axis
from viewer.mpr.slice_look import SliceLook

NO_CAPTION = Caption()


def look_at(
    grid: VoxelGrid, state: PaneState, plane: Plane, size_px: tuple[int, int], caption: Caption = NO_CAPTION
) -> SliceLook:
    """Decide what a pane of (width, height) device pixels shows. Pure; some 0.2 ms.

    ``slab_mm`` of the look is the thickness really drawn, a whole odd number of slices, 0 for a single one.
    """
    axis = slice_axis(grid, plane)
    number = axis.number(state.crosshair)
    pose = pose_of(grid, state, plane, size_px)
    return SliceLook(
        plane=plane,
        pose=pose,
        window=state.window,
        slab_mm=drawn_slab_mm(axis, state.slab_mm),
        slab_mode=state.slab_mode,
        overlay=state.overlay,
        letters=letters_of(pose.right, pose.down),
        scale_bar=scale_bar(pose.mm_per_px, pose.size_px[0]),
        corners=corners_of(caption, state, axis),
        crosshair_px=pose.pixel(state.crosshair) if state.show_crosshair else None,
        slice_number=number,
        slice_count=axis.count,
        mark=mark_of(caption, grid, axis, number, state.slab_mm),
        compare=state.compare,
    )
