"""What is written on a picture."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from ai.geometry import Index, Matrix
from ai.series import Patient, Series, Study
from ai.volume import Volume
from tests.support.grids import GRIDS, sheared, straight
from viewer.mpr.caption import caption_of
from viewer.mpr.first_look import first_look
from viewer.mpr.hover_line import hover_line
from viewer.mpr.look_at import look_at
from viewer.mpr.orientation import letters_of
from viewer.mpr.pane_state import CornerTexts
from viewer.mpr.plane import Plane
from viewer.mpr.scale_bar import scale_bar
from viewer.mpr.slice_look import Letters
from viewer.mpr.stepping import at_end
from viewer.mpr.window import Window

SERIES = Series(
    uid="1.2.3",
    source=Path("scan"),
    study=Study(
        taken_on=date(2024, 5, 6),
        description="CT thorax",
        institution="St Elsewhere",
        patient=Patient(name="Doe^Jane", identifier="4711", birth_date=date(1950, 1, 2), sex="F", age="074Y"),
    ),
    number=3,
    description="Lung",
    kernel="B60f",
    thickness_mm=3.0,
)
STATE = first_look(straight(), Window(1500, -600, "Lung"))


@pytest.mark.parametrize(
    ("plane", "letters"),
    [
        (Plane.AXIAL, Letters("R", "L", "A", "P")),
        (Plane.CORONAL, Letters("R", "L", "H", "F")),
        (Plane.SAGITTAL, Letters("A", "P", "H", "F")),
    ],
)
@pytest.mark.parametrize("name", GRIDS)
def test_letters_are_the_patients_however_the_scan_is_stored(name: str, plane: Plane, letters: Letters) -> None:
    grid = GRIDS[name]
    assert look_at(grid, first_look(grid, STATE.window), plane, (80, 80)).letters == letters


@pytest.mark.parametrize(
    ("right", "down", "letters"),
    [
        ([-1, 0, 0], [0, 0, -1], Letters("L", "R", "H", "F")),
        ([0, -1, 0], [1, 0, 0], Letters("P", "A", "R", "L")),
        ([0.9, 0.43, 0], [0, 0.1, -1], Letters("RA", "LP", "H", "F")),
        ([0.97, 0.2, 0], [0, 0, 5.0], Letters("R", "L", "F", "H")),
    ],
)
def test_letters_of_odd_orientations(right: list[float], down: list[float], letters: Letters) -> None:
    as_vectors: list[Matrix] = [np.array(right, dtype=np.float64), np.array(down, dtype=np.float64)]
    assert letters_of(*as_vectors) == letters


def test_the_corners_name_patient_study_and_what_is_seen() -> None:
    corners = look_at(straight(), STATE, Plane.AXIAL, (300, 300), caption_of(SERIES, straight())).corners
    assert corners.top_left == ("Doe, Jane", "4711", "born 1950-01-02, F, 74 y")
    assert corners.top_right == ("St Elsewhere", "2024-05-06", "CT thorax")
    assert corners.bottom_left == (
        "Series 3 · Lung",
        "B60f",
        "Axial 16 of 30 · 137.5 mm",
        "Thickness 3.00 mm, every 2.50 mm",
        "W 1500  L −600  Lung",
        "Zoom 1.00×",
    )


def test_across_the_slices_their_thickness_is_not_claimed() -> None:
    corners = look_at(straight(), STATE, Plane.CORONAL, (300, 300), caption_of(SERIES, straight())).corners
    assert "Every 0.80 mm" in corners.bottom_left
    assert not any("Thickness" in line for line in corners.bottom_left)


def test_a_slab_is_named_with_its_true_thickness() -> None:
    look = look_at(straight(), replace(STATE, slab_mm=8.0), Plane.AXIAL, (300, 300), caption_of(SERIES, straight()))
    assert "MIP slab 7.5 mm" in look.corners.bottom_left


def test_one_switch_hides_the_patient_and_corner_texts_come_in_three_amounts() -> None:
    caption = caption_of(SERIES, straight())
    hidden = look_at(straight(), replace(STATE, hide_patient=True), Plane.AXIAL, (300, 300), caption).corners
    assert "Doe" not in str(hidden)
    assert "4711" not in str(hidden)
    few = look_at(straight(), replace(STATE, corner_texts=CornerTexts.FEW), Plane.AXIAL, (300, 300), caption).corners
    assert few.bottom_left == ("Axial 16 of 30 · 137.5 mm", "W 1500  L −600  Lung")
    assert (few.top_left, few.top_right) == ((), ())
    none = look_at(straight(), replace(STATE, corner_texts=CornerTexts.NONE), Plane.AXIAL, (300, 300), caption).corners
    assert none.bottom_left == ()


def test_silent_headers_leave_no_empty_lines() -> None:
    corners = look_at(
        straight(), STATE, Plane.AXIAL, (300, 300), caption_of(Series("1", Path("x")), straight())
    ).corners
    assert (corners.top_left, corners.top_right) == ((), ())
    assert all(corners.bottom_left)


def test_an_interpolated_slice_is_marked_and_its_neighbour_is_not() -> None:
    caption = caption_of(SERIES, straight(), interpolated=frozenset({0}))
    first = at_end(STATE, straight(), Plane.AXIAL, last=False)
    assert look_at(straight(), first, Plane.AXIAL, (50, 50), caption).mark == "Interpolated slice"
    assert look_at(straight(), STATE, Plane.AXIAL, (50, 50), caption).mark == ""
    assert look_at(straight(), STATE, Plane.CORONAL, (50, 50), caption).mark == "1 interpolated slice"


def test_in_a_stack_stored_downwards_the_mark_is_at_the_other_end() -> None:
    grid = GRIDS["slices go down"]
    caption = caption_of(SERIES, grid, interpolated=frozenset({0}))
    assert look_at(grid, at_end(STATE, grid, Plane.AXIAL, last=True), Plane.AXIAL, (50, 50), caption).mark
    assert not look_at(grid, at_end(STATE, grid, Plane.AXIAL, last=False), Plane.AXIAL, (50, 50), caption).mark


def test_a_slab_over_an_interpolated_slice_says_so() -> None:
    caption = caption_of(SERIES, straight(), interpolated=frozenset({14}))
    assert look_at(straight(), STATE, Plane.AXIAL, (50, 50), caption).mark == ""
    slab = look_at(straight(), replace(STATE, slab_mm=7.5), Plane.AXIAL, (50, 50), caption)
    assert slab.mark == "Slab with interpolated slices"


def test_lossy_pixels_and_a_corrected_tilt_are_marked() -> None:
    caption = caption_of(replace(SERIES, lossy=True), sheared(15.0))
    look = look_at(sheared(15.0), STATE, Plane.AXIAL, (50, 50), caption)
    assert look.mark == "Lossy compression · Gantry tilt 15.0° corrected"
    assert caption_of(SERIES, GRIDS["oblique"]).tilt_deg == pytest.approx(0.0, abs=1e-5)


@pytest.mark.parametrize(("mm_per_px", "width", "length_mm"), [(1.0, 400, 100), (0.5, 399, 20), (0.02, 600, 2)])
def test_the_scale_bar_is_round_and_true(mm_per_px: float, width: int, length_mm: float) -> None:
    bar = scale_bar(mm_per_px, width)
    assert bar.length_mm == pytest.approx(length_mm)
    assert bar.length_px * mm_per_px == pytest.approx(length_mm)


def test_the_line_under_the_cursor_gives_hu_and_place() -> None:
    values = np.zeros(straight().shape, dtype=np.int16)
    values[3, 4, 5] = -512
    volume = Volume(values, straight())
    point = straight().point(Index(3, 4, 5))
    assert hover_line(volume, point) == "−512 HU  R 14.5 A 11.8 S 107.5 mm"
    assert hover_line(volume, point.moved(left=500)) == ""
    assert hover_line(volume, None) == ""


def test_the_crosshair_is_where_its_place_projects() -> None:
    look = look_at(straight(), STATE, Plane.AXIAL, (300, 300))
    assert look.crosshair_px == pytest.approx(look.pose.pixel(STATE.crosshair))
    assert look_at(straight(), replace(STATE, show_crosshair=False), Plane.AXIAL, (300, 300)).crosshair_px is None
