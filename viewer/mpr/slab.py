"""Thick slabs: how many slices they take and how they grow."""

from __future__ import annotations

from dataclasses import replace

from viewer.mpr.pane_state import PaneState, SlabMode
from viewer.mpr.slice_axis import SliceAxis

THICKEST_MM = 100.0


def slab_slices(axis: SliceAxis, slab_mm: float) -> int:
    """Return how many slices make a slab of about that thickness.

    Always odd: the slab is centred on a measured slice and its other samples fall on measured slices too.
    """
    each_side = max(0.0, slab_mm / axis.step_mm - 1) / 2
    return 2 * min(int(each_side + 0.5), axis.count) + 1


def drawn_slab_mm(axis: SliceAxis, slab_mm: float) -> float:
    """Return the thickness that is really drawn, 0 for a single slice."""
    slices = slab_slices(axis, slab_mm)
    return slices * axis.step_mm if slices > 1 else 0.0


def slab_thickened(state: PaneState, axis: SliceAxis, notches: int) -> PaneState:
    """Return the state with the slab thicker (or thinner) by one slice on each side per notch, or by at least 2 mm."""
    notch_mm = max(2 * axis.step_mm, 2.0)
    slab_mm = drawn_slab_mm(axis, state.slab_mm) + notches * notch_mm
    if notches > 0 and state.slab_mm <= 0:
        slab_mm += axis.step_mm
    thinnest_mm = 2 * axis.step_mm
    return replace(state, slab_mm=min(slab_mm, THICKEST_MM) if slab_mm >= thinnest_mm else 0.0)


def next_slab_mode(mode: SlabMode) -> SlabMode:
    """Return the mode after this one: MIP, MinIP, mean, and round again."""
    modes = list(SlabMode)
    return modes[(modes.index(mode) + 1) % len(modes)]
