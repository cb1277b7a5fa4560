"""A map of change over the slices: red where denser, blue where less, nothing where it is no change."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from ai.change import ChangeMap
from ai.geometry import PointMm
from ai.volume import Volume, VoxelGrid
from tests.support.grids import GRIDS, straight, voxel_near
from viewer.mpr.first_look import first_look
from viewer.mpr.look_at import look_at
from viewer.mpr.pane_state import OverlayKind, OverlayLook, PaneState, SlabMode
from viewer.mpr.plane import Plane
from viewer.mpr.window import Window
from viewer.rendering import ChangeScale, DrawnChange, SliceRenderer, change_bar
from viewer.rendering.change_colours import change_colours, change_table

SIZE = (240, 200)
SCALE = ChangeScale(top=320.0, least=20.0, unit="HU")
OVERLAY = OverlayLook(shown=True, opacity=0.8, kind=OverlayKind.DENSITY_CHANGE)


def changed(grid: VoxelGrid, share: tuple[float, float, float], hu: float) -> tuple[DrawnChange, PointMm]:
    """A map of zeros with 5 × 5 × 5 changed voxels, and the place of the middle one."""
    here = [round((n - 1) * part) for n, part in zip(grid.shape, share, strict=True)]
    values = np.zeros(grid.shape, dtype=np.float32)
    values[tuple(slice(i - 2, i + 3) for i in here)] = hu
    return DrawnChange("Change of density", ChangeMap(values, grid), SCALE), voxel_near(grid, share)


def grey(grid: VoxelGrid) -> tuple[Volume, PaneState]:
    state = replace(first_look(grid, Window(1000, 0)), overlay=OVERLAY)
    return Volume(np.zeros(grid.shape, dtype=np.int16), grid), state


def drawn(grid: VoxelGrid, hu: float, plane: Plane = Plane.AXIAL) -> NDArray[np.int16]:
    """The colour of a place that changed by so much."""
    change, place = changed(grid, (0.5, 0.4, 0.6), hu)
    volume, state = grey(grid)
    look = look_at(grid, state.looking_at(place), plane, SIZE)
    x, y = (round(v) for v in look.pose.pixel(place))
    rgb: NDArray[np.int16] = SliceRenderer(volume).render(look, change=change)[y, x].astype(np.int16)
    return rgb


@pytest.mark.parametrize("name", GRIDS)
@pytest.mark.parametrize("plane", list(Plane))
def test_a_hundred_hu_denser_is_reddish_and_less_dense_bluish(name: str, plane: Plane) -> None:
    red, _, blue = drawn(GRIDS[name], 100.0, plane)
    assert red > blue + 20
    red, _, blue = drawn(GRIDS[name], -100.0, plane)
    assert blue > red + 20


@pytest.mark.parametrize("hu", [20.0, 12.0, -12.0, -20.0])
def test_within_twenty_hu_nothing_is_drawn(hu: float) -> None:
    assert len(set(drawn(straight(), hu))) == 1


@pytest.mark.parametrize("hu", [23.0, -23.0])
def test_just_beyond_it_is_drawn_faintly(hu: float) -> None:
    assert 0 < np.ptp(drawn(straight(), hu)) < np.ptp(drawn(straight(), 3 * hu))


def test_alpha_grows_with_the_magnitude_alike_on_both_sides() -> None:
    alpha = change_table(0.8, SCALE)[:, 3].astype(int)
    assert (alpha == alpha[::-1]).all()
    assert (np.diff(alpha[128:]) >= 0).all()
    assert (alpha[128 - 8 : 128 + 8] == 0).all()
    assert alpha[128 + 8] > 0
    assert alpha[-1] == pytest.approx(0.8 * 255, abs=1)


def test_both_sides_are_equally_light() -> None:
    linear = (change_colours().astype(float) / 255) ** 2.2
    luminance = linear @ [0.2126, 0.7152, 0.0722]
    assert luminance[128:] == pytest.approx(luminance[:128][::-1], abs=0.12)


def test_nothing_is_drawn_while_heat_or_nothing_is_chosen() -> None:
    change, place = changed(straight(), (0.5, 0.5, 0.5), 200.0)
    volume, state = grey(straight())
    for overlay in (replace(OVERLAY, shown=False), replace(OVERLAY, kind=OverlayKind.HEAT)):
        look = look_at(straight(), replace(state, overlay=overlay).looking_at(place), Plane.AXIAL, SIZE)
        assert (np.ptp(SliceRenderer(volume).render(look, change=change), axis=2) == 0).all()
        assert change_bar(overlay, change) is None


def test_a_slab_shows_the_strongest_of_either_side() -> None:
    volume, state = grey(straight())
    denser, place = changed(straight(), (0.5, 0.3, 0.3), 200.0)
    values = denser.map.values.copy()
    values[np.asarray(values > 0)[:, :, ::-1]] = -200.0
    change = replace(denser, map=ChangeMap(values, straight()))
    far = replace(state.looking_at(place.moved(superior=15.0)), slab_mm=60.0, slab_mode=SlabMode.MEAN)
    rgb = SliceRenderer(volume).render(look_at(straight(), far, Plane.AXIAL, SIZE), change=change).astype(int)
    assert (rgb[..., 0] > rgb[..., 2] + 20).any()
    assert (rgb[..., 2] > rgb[..., 0] + 20).any()


def test_the_bar_says_unit_ends_and_what_is_left_out() -> None:
    change, _ = changed(straight(), (0.5, 0.5, 0.5), 200.0)
    bar = change_bar(OVERLAY, change)
    assert bar is not None
    assert (bar.signed, bar.entries[0].top, bar.entries[0].unit) == (True, 320.0, "HU")
    assert bar.threshold == pytest.approx(1 / 16)
