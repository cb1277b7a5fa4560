"""The warning written on a picture that may mislead."""

from __future__ import annotations

from ai.volume import VoxelGrid
from viewer.mpr.caption import Caption
from viewer.mpr.slab import slab_slices
from viewer.mpr.slice_axis import SliceAxis

SMALLEST_TILT_DEG = 0.5


def mark_of(caption: Caption, grid: VoxelGrid, axis: SliceAxis, number: int, slab_mm: float) -> str:
    """Return what the reader must know about this picture, parts joined by " · "; empty if there is nothing."""
    parts = (
        _interpolated(caption, grid, axis, number, slab_mm),
        "Lossy compression" if caption.lossy else "",
        f"Gantry tilt {caption.tilt_deg:.1f}° corrected" if caption.tilt_deg >= SMALLEST_TILT_DEG else "",
    )
    return " · ".join(part for part in parts if part)


def _interpolated(caption: Caption, grid: VoxelGrid, axis: SliceAxis, number: int, slab_mm: float) -> str:
    if not caption.interpolated:
        return ""
    count = len(caption.interpolated)
    crossing = f"{count} interpolated slice{'s' if count > 1 else ''}"
    if axis.grid_axis != 0 or not axis.aligned:
        return crossing
    reversed_stack = float(axis.plane.normal @ grid.affine[:3, 0]) < 0
    index = axis.count - number if reversed_stack else number - 1
    reach = slab_slices(axis, slab_mm) // 2
    if not any(index - reach <= filled <= index + reach for filled in caption.interpolated):
        return ""
    return "Interpolated slice" if reach == 0 else "Slab with interpolated slices"
