"""Where a picture lies in the patient."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai.geometry import PointMm
from ai.volume import axis_aligned
from tests.support.grids import GRIDS, straight
from viewer.mpr.first_look import first_look
from viewer.mpr.plane import Plane
from viewer.mpr.posing import fit_mm_per_px, pose_of
from viewer.mpr.slice_axis import slice_axis
from viewer.mpr.window import Window

LUNG = Window(1500, -600, "Lung")
mm = st.floats(-400, 400)


@given(x=st.floats(-50, 900), y=st.floats(-50, 900), centre=st.tuples(mm, mm, mm), zoom=st.floats(0.2, 40))
@pytest.mark.parametrize("plane", list(Plane))
def test_a_pixel_and_its_place_are_each_others_inverse(
    plane: Plane, x: float, y: float, centre: tuple[float, float, float], zoom: float
) -> None:
    state = first_look(straight(), LUNG)
    state = type(state)(state.crosshair, PointMm(*centre), LUNG, zoom=zoom)
    pose = pose_of(straight(), state, plane, (640, 480))
    assert pose.pixel(pose.point(x, y)) == pytest.approx((x, y), abs=1e-6)


def test_the_patients_left_is_on_the_pictures_right() -> None:
    pose = pose_of(straight(), first_look(straight(), LUNG), Plane.AXIAL, (300, 300))
    here = straight().centre
    assert pose.pixel(here.moved(left=10))[0] > pose.pixel(here)[0] + 5
    assert pose.pixel(here.moved(posterior=10))[1] > pose.pixel(here)[1] + 5


@pytest.mark.parametrize("plane", [Plane.CORONAL, Plane.SAGITTAL])
def test_the_head_is_on_top(plane: Plane) -> None:
    pose = pose_of(straight(), first_look(straight(), LUNG), plane, (300, 300))
    here = straight().centre
    assert pose.pixel(here.moved(superior=10))[1] < pose.pixel(here)[1] - 5


@pytest.mark.parametrize("name", GRIDS)
@pytest.mark.parametrize("plane", list(Plane))
def test_at_zoom_one_the_whole_scan_just_fits(name: str, plane: Plane) -> None:
    grid = GRIDS[name]
    pose = pose_of(grid, first_look(grid, LUNG), plane, (320, 200))
    corners = np.array([pose.pixel(PointMm.of(corner)) for corner in grid.corners_mm()])
    spans = np.ptp(corners, axis=0) / (320, 200)
    assert spans.max() == pytest.approx(1.0)
    assert corners.min() >= -0.5 - 1e-6
    assert (corners.max(axis=0) <= np.array([319.5, 199.5]) + 1e-6).all()


def test_fit_takes_the_tighter_side() -> None:
    grid = axis_aligned((10, 20, 40), (1.0, 1.0, 1.0), PointMm(0, 0, 0))
    assert fit_mm_per_px(grid, Plane.AXIAL, (40, 40)) == pytest.approx(1.0)
    assert fit_mm_per_px(grid, Plane.AXIAL, (400, 40)) == pytest.approx(0.5)
    assert fit_mm_per_px(grid, Plane.CORONAL, (400, 5)) == pytest.approx(2.0)


def test_the_picture_lies_in_a_measured_slice_even_if_the_crosshair_lies_between_two() -> None:
    grid = straight()
    state = first_look(grid, LUNG)
    state = state.looking_at(state.crosshair.moved(superior=1.1))
    pose = pose_of(grid, state, Plane.AXIAL, (100, 100))
    assert (pose.origin.superior - 100.0) % 2.5 == pytest.approx(0.0, abs=1e-9)
    assert abs(pose.origin.superior - state.crosshair.superior) <= 1.25


def test_zoom_makes_pixels_smaller() -> None:
    grid = straight()
    state = first_look(grid, LUNG)
    whole = pose_of(grid, state, Plane.AXIAL, (100, 100))
    twice = pose_of(grid, type(state)(state.crosshair, state.centre, LUNG, zoom=2.0), Plane.AXIAL, (100, 100))
    assert twice.mm_per_px == pytest.approx(whole.mm_per_px / 2)
    assert twice.pixel(state.centre) == pytest.approx((49.5, 49.5))


def test_slices_are_the_grids_own_in_a_straight_scan() -> None:
    counts = {plane: slice_axis(straight(), plane) for plane in Plane}
    assert [counts[p].count for p in (Plane.AXIAL, Plane.CORONAL, Plane.SAGITTAL)] == [30, 50, 40]
    assert [counts[p].step_mm for p in (Plane.AXIAL, Plane.CORONAL, Plane.SAGITTAL)] == pytest.approx([2.5, 0.8, 1.1])
    assert all(axis.aligned for axis in counts.values())
    assert counts[Plane.AXIAL].position_mm(1) == pytest.approx(100.0)


def test_slices_count_upwards_whichever_way_they_are_stored() -> None:
    for name in ("straight", "slices go down", "stored as sagittal slices"):
        axis = slice_axis(GRIDS[name], Plane.AXIAL)
        assert [axis.count, axis.first_mm] == pytest.approx([30, 100.0]), name


def test_an_oblique_scan_has_slices_from_corner_to_corner() -> None:
    grid = GRIDS["oblique"]
    axis = slice_axis(grid, Plane.AXIAL)
    assert not axis.aligned
    assert axis.step_mm < 2.5
    tops = grid.points_mm(np.array([[s, r, c] for s in (0, 29) for r in (0, 49) for c in (0, 39)], dtype=float))[:, 2]
    assert axis.first_mm == pytest.approx(tops.min())
    assert tops.max() - axis.step_mm < axis.position_mm(axis.count) <= tops.max() + 1e-6


def test_a_tilted_gantry_keeps_its_axial_slices() -> None:
    axis = slice_axis(GRIDS["tilted gantry"], Plane.AXIAL)
    assert axis.aligned
    assert [axis.count, axis.step_mm] == pytest.approx([30, 2.5])
    assert not slice_axis(GRIDS["tilted gantry"], Plane.CORONAL).aligned
