"""What is painted over a slice."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from tests.support.grids import straight
from tests.support.pictures import bare_state, flat_picture, pixels
from viewer.assets import colours
from viewer.mpr.caption import Caption
from viewer.mpr.comparing import CompareLook, CompareMode
from viewer.mpr.look_at import look_at
from viewer.mpr.pane_state import CornerTexts, OverlayKind, OverlayLook
from viewer.mpr.plane import Plane
from viewer.rendering import ChangeScale, ColourBar, Picture
from viewer.rendering.change_colours import change_table
from viewer.rendering.colour_bar import HeatEntry
from viewer.rendering.heat_colours import heat_table
from viewer.widgets.picture_file import PictureError, save_picture
from viewer.widgets.picture_painter import picture_image

SIZE = (320, 320)
BACKGROUND = 90


@pytest.fixture(autouse=True)
def _application(qtbot: QtBot) -> None:
    """Texts need a Qt application."""


def changed(rgb: NDArray[np.uint8]) -> NDArray[np.bool_]:
    different: NDArray[np.bool_] = np.any(rgb != BACKGROUND, axis=2)
    return different


def light_columns(rgb: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Columns in which some pixel is nearly white."""
    return np.flatnonzero(np.any(rgb.min(axis=2) > 200, axis=0))


def rgb_of(colour: str) -> list[int]:
    return list(QColor(colour).getRgb()[:3])  # type: ignore[index]


def test_the_slice_itself_is_shown_pixel_for_pixel() -> None:
    picture = flat_picture(SIZE, bare_state())
    noise = np.random.default_rng(0).integers(0, 255, picture.rgb.shape, dtype=np.uint8)
    drawn = pixels(picture_image(Picture(picture.look, noise)))
    middle = np.s_[60:120, 60:140]
    assert np.array_equal(drawn[middle], noise[middle])


def test_letters_stand_on_their_four_sides() -> None:
    drawn = changed(pixels(picture_image(flat_picture(SIZE, bare_state()))))
    middle = slice(150, 170)
    assert drawn[middle, :24].any()
    assert drawn[middle, -24:].any()
    assert drawn[:28, middle].any()
    assert drawn[-28:, middle].any()
    assert not drawn[40:140, 40:280].any()


@pytest.mark.parametrize(
    ("plane", "upright", "level"),
    [
        (Plane.AXIAL, "Sagittal", "Coronal"),
        (Plane.CORONAL, "Sagittal", "Axial"),
        (Plane.SAGITTAL, "Coronal", "Axial"),
    ],
)
def test_the_crosshairs_lines_have_the_colours_of_the_planes_they_stand_for(
    plane: Plane, upright: str, level: str
) -> None:
    state = replace(bare_state(), show_crosshair=True)
    picture = flat_picture(SIZE, state, plane)
    assert picture.look.crosshair_px is not None
    x, y = (int(v + 0.5) for v in picture.look.crosshair_px)
    drawn = pixels(picture_image(picture))
    assert rgb_of(colours().plane(upright)) in drawn[60, x - 1 : x + 2].tolist()
    assert rgb_of(colours().plane(level)) in drawn[y - 1 : y + 2, 60].tolist()
    assert not changed(drawn[y - 6 : y + 7, x - 6 : x + 7]).any()


def test_the_scale_bar_is_as_long_as_it_says() -> None:
    picture = flat_picture(SIZE, bare_state())
    drawn = pixels(picture_image(picture))
    columns = light_columns(drawn[-14:-10, 180:])
    assert columns[-1] - columns[0] == pytest.approx(picture.look.scale_bar.length_px, abs=3)


def test_texts_stay_legible_on_white_and_on_black() -> None:
    state = replace(bare_state(), corner_texts=CornerTexts.ALL)
    for grey in (0, 255):
        corner = pixels(picture_image(flat_picture(SIZE, state, grey=grey)))[-80:, :140].astype(int)
        assert corner.max() - corner.min() > 150


def test_the_mark_is_written_in_the_warning_colour() -> None:
    look = look_at(straight(), bare_state(), Plane.AXIAL, SIZE, Caption(lossy=True))
    plain = flat_picture(SIZE, bare_state())
    drawn = pixels(picture_image(Picture(look, plain.rgb)))
    plate = drawn[26:52, 100:220].reshape(-1, 3).tolist()
    assert rgb_of(colours().warning) in plate


def test_the_colour_bar_runs_from_the_threshold_to_the_strongest_colour() -> None:
    overlay = OverlayLook(shown=True, threshold=0.25)
    plain = flat_picture(SIZE, bare_state())
    bar = ColourBar(heat_table(overlay), 0.25, (HeatEntry("Nodule", 0.3, "logit points"),))
    drawn = pixels(picture_image(Picture(plain.look, plain.rgb, bar)))
    column = drawn[110:210, 37].astype(int)
    assert column[2] == pytest.approx(heat_table(overlay)[-1, :3].astype(int), abs=12)
    assert (column[-15:-2] == 0).all()
    assert changed(drawn)[215:250, 30:110].any()


def test_a_small_pane_has_no_bar_and_still_paints() -> None:
    overlay = OverlayLook(shown=True)
    plain = flat_picture((130, 120), replace(bare_state(), corner_texts=CornerTexts.ALL))
    bar = ColourBar(heat_table(overlay), 0.1, (HeatEntry("Nodule", 0.3, "logit points"),))
    with_bar = picture_image(Picture(plain.look, plain.rgb, bar))
    assert np.array_equal(pixels(with_bar), pixels(picture_image(plain)))


def test_on_a_dense_screen_lines_are_as_long_but_drawn_finer() -> None:
    picture = flat_picture((640, 640), bare_state())
    image = picture_image(picture, pixel_ratio=2.0)
    assert (image.width(), image.devicePixelRatio()) == (640, 2.0)
    drawn = pixels(image)
    columns = light_columns(drawn[-28:-20, 360:])
    assert columns[-1] - columns[0] == pytest.approx(picture.look.scale_bar.length_px, abs=5)


def test_a_picture_is_written_as_png(tmp_path: Path) -> None:
    picture = flat_picture(SIZE, bare_state())
    path = save_picture(picture, tmp_path / "new folder" / "axial.png")
    assert np.array_equal(pixels(QImage(str(path))), pixels(picture_image(picture)))


def test_a_picture_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "axial.png"
    folder.mkdir()
    with pytest.raises(PictureError, match=r"axial\.png"):
        save_picture(flat_picture(SIZE, bare_state()), folder)


def plates(compare: CompareLook) -> tuple[bool, bool]:
    """Whether the plates of the current scan and of the prior are painted."""
    drawn = pixels(picture_image(flat_picture(SIZE, replace(bare_state(), compare=compare))))
    current, prior = (
        bool((drawn == rgb_of(colour)).all(axis=2).sum() > 300) for colour in (colours().accent, colours().warning)
    )
    return current, prior


def test_which_scan_is_seen_is_marked_in_its_colour() -> None:
    assert plates(CompareLook()) == (False, False)
    assert plates(CompareLook(CompareMode.FLICKER)) == (True, False)
    assert plates(CompareLook(CompareMode.FLICKER, prior_shown=True)) == (False, True)
    assert plates(CompareLook(CompareMode.SWIPE)) == (True, True)
    assert plates(CompareLook(CompareMode.CHECKER)) == (True, True)


def test_a_change_bar_reaches_as_far_below_zero_as_above() -> None:
    overlay = OverlayLook(shown=True, opacity=0.6, kind=OverlayKind.DENSITY_CHANGE)
    scale = ChangeScale(320.0, 20.0, "HU")
    bar = ColourBar(change_table(overlay.opacity, scale), 1 / 16, (HeatEntry("Change", 320.0, "HU"),), signed=True)
    picture = flat_picture(SIZE, bare_state())
    strip = pixels(picture_image(Picture(picture.look, picture.rgb, bar)))[:, 36].astype(int)
    red, blue = np.flatnonzero(strip[:, 0] > strip[:, 2] + 60), np.flatnonzero(strip[:, 2] > strip[:, 0] + 60)
    assert red.max() < blue.min()
    assert abs(len(red) - len(blue)) <= 2
    assert blue.min() - red.max() > 4


def test_the_line_of_a_swipe_leaves_the_letters_legible() -> None:
    """The line runs through the middle, where the top and bottom letters stand: their pixels are those without it."""
    plain = flat_picture(SIZE, bare_state())
    without, swiped = (
        pixels(picture_image(replace(plain, look=replace(plain.look, compare=CompareLook(mode)))))
        for mode in (CompareMode.OFF, CompareMode.SWIPE)
    )
    line = np.any(without != swiped, axis=2)
    assert not line[:24].any()
    assert not line[-24:].any()
    assert line[100:200, 155:165].any(axis=1).all()


def test_the_line_of_a_swipe_leaves_the_letters_at_the_sides_legible() -> None:
    plain = flat_picture(SIZE, bare_state())
    compare = CompareLook(CompareMode.SWIPE, swipe=0.04)
    drawn = pixels(picture_image(replace(plain, look=replace(plain.look, compare=compare))))
    without = pixels(picture_image(plain))
    assert np.array_equal(drawn[150:170, :40], without[150:170, :40])
    assert np.any(drawn[60:140, :20] != without[60:140, :20])
