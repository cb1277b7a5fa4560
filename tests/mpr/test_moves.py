"""Scrolling, panning, zooming, slabs."""

from dataclasses import replace

import pytest

from ai.geometry import Index, PointMm
from tests.support.grids import GRIDS, straight
from viewer.mpr.first_look import first_look
from viewer.mpr.look_at import look_at
from viewer.mpr.pane_state import SlabMode
from viewer.mpr.plane import Plane
from viewer.mpr.posing import pose_of
from viewer.mpr.slab import drawn_slab_mm, next_slab_mode, slab_slices, slab_thickened
from viewer.mpr.slice_axis import slice_axis
from viewer.mpr.stepping import at_end, centred_on, clamped, crosshair_at, stepped
from viewer.mpr.window import Window
from viewer.mpr.zooming import LARGEST, SMALLEST, fitted, panned, zoomed_at

STATE = first_look(straight(), Window(1500, -600, "Lung"))


def test_the_first_look_is_on_the_middle_voxel() -> None:
    assert straight().index(STATE.crosshair).array() == pytest.approx([15, 25, 20])
    assert (STATE.zoom, STATE.slab_mm, STATE.overlay.shown) == (1.0, 0.0, False)


@pytest.mark.parametrize(("plane", "step"), [(Plane.AXIAL, 2.5), (Plane.CORONAL, 0.8), (Plane.SAGITTAL, 1.1)])
def test_one_step_is_one_slice_along_the_normal(plane: Plane, step: float) -> None:
    after = stepped(STATE, straight(), plane, 1)
    moved = after.crosshair.array() - STATE.crosshair.array()
    assert moved == pytest.approx(step * plane.normal)


@pytest.mark.parametrize("name", GRIDS)
@pytest.mark.parametrize("plane", list(Plane))
def test_every_slice_is_visited_once_from_end_to_end(name: str, plane: Plane) -> None:
    grid = GRIDS[name]
    state = at_end(first_look(grid, STATE.window), grid, plane, last=False)
    count = slice_axis(grid, plane).count
    seen = []
    for _ in range(count):
        seen.append(look_at(grid, state, plane, (50, 50)).slice_number)
        state = stepped(state, grid, plane, 1)
    assert seen == list(range(1, count + 1))
    assert look_at(grid, state, plane, (50, 50)).slice_number == count


def test_scrolling_stops_at_the_ends() -> None:
    top = stepped(STATE, straight(), Plane.AXIAL, 1000)
    assert straight().index(top.crosshair).slice == pytest.approx(29)
    assert stepped(top, straight(), Plane.AXIAL, 1) == top
    assert straight().index(at_end(STATE, straight(), Plane.AXIAL, last=False).crosshair).slice == pytest.approx(0)


def test_a_crosshair_between_slices_steps_onto_one() -> None:
    between = STATE.looking_at(STATE.crosshair.moved(superior=1.0))
    after = stepped(between, straight(), Plane.AXIAL, 1)
    assert after.crosshair.superior == pytest.approx(STATE.crosshair.superior + 2.5)


def test_the_crosshair_stays_in_the_scan() -> None:
    far = crosshair_at(STATE, straight(), PointMm(1000, -1000, 110))
    assert straight().index(far.crosshair).array() == pytest.approx([4, 0, 39])
    inside = straight().centre
    assert clamped(straight(), inside) is inside


def test_going_to_a_place_brings_it_into_view_only_when_zoomed_in() -> None:
    place = straight().point(Index(3, 10, 30))
    assert centred_on(STATE, straight(), place).centre == STATE.centre
    assert centred_on(replace(STATE, zoom=3.0), straight(), place).centre == place


@pytest.mark.parametrize("plane", list(Plane))
def test_zooming_keeps_the_place_under_the_cursor(plane: Plane) -> None:
    before = pose_of(straight(), STATE, plane, (400, 300))
    cursor = (70.0, 210.0)
    place = before.point(*cursor)
    after = pose_of(straight(), zoomed_at(STATE, plane, 2.5, place), plane, (400, 300))
    assert after.mm_per_px == pytest.approx(before.mm_per_px / 2.5)
    assert after.pixel(place) == pytest.approx(cursor)


def test_zoom_has_limits_and_then_moves_nothing() -> None:
    close = zoomed_at(STATE, Plane.AXIAL, 1e6, STATE.centre)
    assert close.zoom == LARGEST
    assert zoomed_at(close, Plane.AXIAL, 2.0, STATE.centre.moved(left=5)) == close
    assert zoomed_at(STATE, Plane.AXIAL, 1e-6, STATE.centre).zoom == SMALLEST


@pytest.mark.parametrize("plane", list(Plane))
def test_panning_moves_the_picture_with_the_hand(plane: Plane) -> None:
    before = pose_of(straight(), STATE, plane, (300, 300))
    after = pose_of(straight(), panned(STATE, straight(), plane, 6.0, -4.0), plane, (300, 300))
    x0, y0 = before.pixel(STATE.crosshair)
    x1, y1 = after.pixel(STATE.crosshair)
    assert ((x1 - x0) * before.mm_per_px, (y1 - y0) * before.mm_per_px) == pytest.approx((6.0, -4.0))


def test_panning_never_loses_the_scan_and_fit_brings_it_back() -> None:
    away = panned(replace(STATE, zoom=4.0), straight(), Plane.AXIAL, 5000.0, 5000.0)
    assert away.centre.array() == pytest.approx(straight().corners_mm().min(axis=0) * [1, 1, 0] + [0, 0, 136.25])
    assert fitted(away, straight()) == replace(STATE, centre=straight().centre)


def test_slabs_are_whole_odd_numbers_of_slices() -> None:
    axis = slice_axis(straight(), Plane.AXIAL)
    assert [slab_slices(axis, mm) for mm in (0, 2.5, 4.9, 5.0, 10.0, 12.5)] == [1, 1, 1, 3, 5, 5]
    assert drawn_slab_mm(axis, 12.0) == pytest.approx(12.5)
    assert drawn_slab_mm(axis, 2.5) == 0.0
    look = look_at(straight(), replace(STATE, slab_mm=8.0), Plane.AXIAL, (50, 50))
    assert look.slab_mm == pytest.approx(7.5)


@pytest.mark.parametrize("plane", list(Plane))
def test_each_notch_thickens_the_slab_and_thinning_ends_at_a_single_slice(plane: Plane) -> None:
    axis = slice_axis(straight(), plane)
    thick = [0.0]
    state = STATE
    for _ in range(5):
        state = slab_thickened(state, axis, 1)
        thick.append(drawn_slab_mm(axis, state.slab_mm))
    assert thick == sorted(set(thick))
    for _ in range(10):
        state = slab_thickened(state, axis, -1)
    assert state.slab_mm == 0.0


def test_slab_modes_go_round() -> None:
    modes = [SlabMode.MAXIMUM]
    for _ in range(3):
        modes.append(next_slab_mode(modes[-1]))
    assert modes == [SlabMode.MAXIMUM, SlabMode.MINIMUM, SlabMode.MEAN, SlabMode.MAXIMUM]
