"""The lines of text in the four corners."""

from __future__ import annotations

from viewer.mpr.caption import Caption
from viewer.mpr.pane_state import CornerTexts, PaneState
from viewer.mpr.slab import drawn_slab_mm
from viewer.mpr.slice_axis import SliceAxis
from viewer.mpr.slice_look import Corners
from viewer.mpr.window import Window


def corners_of(caption: Caption, state: PaneState, axis: SliceAxis) -> Corners:
    """Return the corner texts: patient, study, and what is seen how. Few: slice and window only."""
    if state.corner_texts is CornerTexts.NONE:
        return Corners()
    seen = (slice_line(axis, state), window_line(state.window))
    if state.corner_texts is CornerTexts.FEW:
        return Corners(bottom_left=seen)
    return Corners(
        top_left=() if state.hide_patient else caption.patient,
        top_right=caption.study,
        bottom_left=(
            *caption.series,
            seen[0],
            thickness_line(caption, state, axis),
            seen[1],
            f"Zoom {state.zoom:.2f}×",
        ),
    )


def slice_line(axis: SliceAxis, state: PaneState) -> str:
    """Return plane, slice number of all, and its position along the patient (LPS mm)."""
    number = axis.number(state.crosshair)
    return f"{axis.plane.title} {number} of {axis.count} · {_signed(axis.position_mm(number), 1)} mm"


def thickness_line(caption: Caption, state: PaneState, axis: SliceAxis) -> str:
    """Return the slab, or the measured slice's thickness and distance; across the slices only their distance."""
    slab_mm = drawn_slab_mm(axis, state.slab_mm)
    if slab_mm > 0:
        return f"{state.slab_mode.value} slab {slab_mm:.1f} mm"
    if axis.grid_axis == 0 and caption.thickness_mm is not None:
        return f"Thickness {caption.thickness_mm:.2f} mm, every {axis.step_mm:.2f} mm"
    return f"Every {axis.step_mm:.2f} mm"


def window_line(window: Window) -> str:
    """Return width, level and name."""
    return f"W {window.width_hu:.0f}  L {_signed(window.level_hu, 0)}  {window.name}".rstrip()


def _signed(value: float, digits: int) -> str:
    """Write a number with a true minus sign and no negative zero."""
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")
