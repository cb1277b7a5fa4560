"""What a pane of the current scan shows while it is compared."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from ai.change import ChangeMap
from ai.volume import Volume
from tests.support.readings import scan_of, shift
from viewer.mpr.comparing import CompareMode
from viewer.mpr.pane_state import OverlayKind
from viewer.mpr.plane import Plane
from viewer.rendering import Picture, SliceRenderer
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.widgets.reading_pictures import reading_pictures
from viewer.widgets.scan_pictures import ScanPictures

GRID = scan_of().volume.grid
WARPED = Volume(np.random.default_rng(3).integers(-900, 200, GRID.shape).astype(np.int16), GRID)
SIZE = (600, 500)


@pytest.fixture
def reading() -> Reading:
    """Return two scans whose prior was warped."""
    made = Reading()
    for role, day in ((Role.CURRENT, date(2024, 4, 10)), (Role.PRIOR, date(2024, 1, 1))):
        made.scans[role].complete(scan_of(uid=role.value, taken_on=day))
    made.comparison.settle(shift())
    made.change.show_warped_prior(WARPED)
    return made


def drawn(reading: Reading, plane: Plane = Plane.AXIAL) -> Picture:
    """The picture of a current pane."""
    picture = ScanPictures(reading, Role.CURRENT, plane).draw(SIZE)
    assert picture is not None
    return picture


@pytest.mark.parametrize("plane", list(Plane))
def test_flickered_it_is_the_warped_priors_slice_at_the_same_place_window_and_zoom(
    reading: Reading, plane: Plane
) -> None:
    reading.linked.step(Role.CURRENT, plane, 2)
    reading.linked.zoom_at(Role.CURRENT, plane, 2.0, GRID.centre)
    alone = drawn(reading, plane)
    reading.linked.swap_flicker()
    picture = drawn(reading, plane)
    assert np.array_equal(picture.rgb, SliceRenderer(WARPED).render(picture.look))
    assert picture.look.pose.origin == alone.look.pose.origin
    reading.linked.swap_flicker()
    assert np.array_equal(drawn(reading, plane).rgb, alone.rgb)


def test_the_texts_are_those_of_the_scan_that_is_seen(reading: Reading) -> None:
    reading.linked.swap_flicker()
    assert "2024-01-01" in drawn(reading).look.corners.top_right
    reading.linked.swap_flicker()
    assert "2024-04-10" in drawn(reading).look.corners.top_right


def test_before_the_prior_is_warped_the_current_scan_stays_and_says_why(reading: Reading) -> None:
    alone = drawn(reading)
    reading.change.clear()
    reading.linked.compare_by(CompareMode.SWIPE)
    picture = drawn(reading)
    assert np.array_equal(picture.rgb, alone.rgb)
    assert picture.look.mark.startswith("Swipe: ")
    assert not picture.look.compare.on


def test_a_map_of_change_lies_on_both_halves_of_a_swipe(reading: Reading) -> None:
    reading.linked.compare_by(CompareMode.SWIPE)
    reading.change.show_density(ChangeMap(np.full(GRID.shape, 300.0, np.float32), GRID))
    reading.linked.toggle_change(OverlayKind.DENSITY_CHANGE)
    rgb = drawn(reading).rgb.astype(int)
    middle = rgb[SIZE[1] // 2]
    assert (middle[SIZE[0] // 2 - 40 : SIZE[0] // 2 + 40, 0] > middle[SIZE[0] // 2 - 40 : SIZE[0] // 2 + 40, 2]).all()


def test_an_export_shows_the_change_over_the_current_scan(qtbot: QtBot, reading: Reading, tmp_path: Path) -> None:
    reading.change.show_density(ChangeMap(np.full(GRID.shape, 300.0, np.float32), GRID))
    reading.linked.swap_flicker()
    names = [path.stem for path in reading_pictures(reading)(tmp_path)]
    assert names == [
        *(f"current_{plane}{ending}" for plane in ("axial", "coronal", "sagittal") for ending in ("", "_change")),
        *(f"prior_{plane}" for plane in ("axial", "coronal", "sagittal")),
    ]
