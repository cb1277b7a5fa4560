"""Current and warped prior in one picture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from ai.volume import Volume
from tests.support.grids import straight
from viewer.mpr.comparing import CHECKER_PX, CompareLook, CompareMode
from viewer.mpr.first_look import first_look
from viewer.mpr.look_at import look_at
from viewer.mpr.plane import Plane
from viewer.mpr.slice_look import SliceLook
from viewer.mpr.window import Window
from viewer.rendering import SliceRenderer, shared_picture

SIZE = (240, 200)


def pictures(compare: CompareLook, plane: Plane = Plane.AXIAL) -> tuple[SliceLook, list[NDArray[np.uint8]]]:
    """The look, and the pictures of a dark current scan and of a bright warped prior."""
    grid = straight()
    look = look_at(grid, replace(first_look(grid, Window(1000, 0)), compare=compare), plane, SIZE)
    volumes = [Volume(np.full(grid.shape, hu, dtype=np.int16), grid) for hu in (-200, 200)]
    return look, [SliceRenderer(volume).render(look) for volume in volumes]


@pytest.mark.parametrize("plane", list(Plane))
def test_the_flickered_picture_is_the_warped_priors_slice(plane: Plane) -> None:
    look, (current, prior) = pictures(CompareLook(CompareMode.FLICKER, prior_shown=True), plane)
    assert np.array_equal(shared_picture(look, current, prior), prior)
    look, (current, prior) = pictures(CompareLook(CompareMode.FLICKER), plane)
    assert np.array_equal(shared_picture(look, current, prior), current)


def test_swipe_shows_the_current_scan_left_of_the_line_and_the_prior_right_of_it() -> None:
    look, (current, prior) = pictures(CompareLook(CompareMode.SWIPE, swipe=0.25))
    shared = shared_picture(look, current, prior)
    assert np.array_equal(shared[:, :60], current[:, :60])
    assert np.array_equal(shared[:, 60:], prior[:, 60:])


def test_the_checkerboard_begins_with_the_current_scan_and_alternates() -> None:
    look, (current, prior) = pictures(CompareLook(CompareMode.CHECKER))
    shared = shared_picture(look, current, prior)
    here, there = (slice(0, CHECKER_PX), slice(CHECKER_PX, 2 * CHECKER_PX))
    for rows, columns, whose in (
        (here, here, current),
        (here, there, prior),
        (there, here, prior),
        (there, there, current),
    ):
        assert np.array_equal(shared[rows, columns], whose[rows, columns])


@pytest.mark.parametrize("mode", list(CompareMode))
def test_a_pixel_is_told_to_be_the_priors_where_it_is(mode: CompareMode) -> None:
    compare = CompareLook(mode, prior_shown=True, swipe=0.3)
    mask = np.zeros((SIZE[1], SIZE[0]), bool)
    for field in compare.prior_fields(*SIZE):
        mask[field] = True
    for x, y in ((0, 0), (71, 10), (72, 10), (100, 50), (200, 150), (239, 199)):
        assert compare.prior_at(x, y, SIZE[0]) == mask[y, x]
