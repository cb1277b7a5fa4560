"""Heat over the slices: where it is drawn, where not, and in which colours."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from ai.findings import Heatmap
from ai.geometry import PointMm
from ai.volume import Volume, VoxelGrid
from tests.support.grids import GRIDS, straight, voxel_near
from viewer.mpr.first_look import first_look
from viewer.mpr.look_at import look_at
from viewer.mpr.pane_state import OverlayLook, PaneState, SlabMode
from viewer.mpr.plane import Plane
from viewer.mpr.window import Window
from viewer.rendering import SliceRenderer, colour_bar
from viewer.rendering.heat_colours import heat_colours, heat_table
from viewer.rendering.heat_scale import FULL_AT, heat_top

SIZE = (240, 200)
OVERLAY = OverlayLook(shown=True, opacity=0.6, threshold=0.2)


def coarse(grid: VoxelGrid) -> VoxelGrid:
    """A model's grid over the same box: half the resolution."""
    affine = grid.affine.copy()
    affine[:3, :3] *= 2
    affine[:3, 3] += grid.affine[:3, :3] @ [0.5, 0.5, 0.5]
    shape = tuple(n // 2 for n in grid.shape)
    return VoxelGrid((shape[0], shape[1], shape[2]), affine)


def spot(grid: VoxelGrid, share: tuple[float, float, float], value: float = 0.3) -> tuple[Heatmap, PointMm]:
    """A heatmap of zeros with 3 × 3 × 3 warm voxels, and the place of the middle one."""
    here = [round((n - 1) * part) for n, part in zip(coarse(grid).shape, share, strict=True)]
    values = np.zeros(coarse(grid).shape, dtype=np.float32)
    values[tuple(slice(i - 1, i + 2) for i in here)] = value
    return Heatmap(values, coarse(grid), bias=-2.0), voxel_near(coarse(grid), share)


def grey(grid: VoxelGrid) -> tuple[Volume, PaneState]:
    state = replace(first_look(grid, Window(1000, 0)), overlay=OVERLAY)
    return Volume(np.zeros(grid.shape, dtype=np.int16), grid), state


def coloured(rgb: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return np.asarray(np.ptp(rgb.astype(np.int16), axis=2) > 0)


@pytest.mark.parametrize("name", GRIDS)
@pytest.mark.parametrize("plane", list(Plane))
def test_heat_is_drawn_where_it_lies_on_its_own_grid(name: str, plane: Plane) -> None:
    grid = GRIDS[name]
    heatmap, place = spot(grid, (0.6, 0.4, 0.65))
    volume, state = grey(grid)
    look = look_at(grid, state.looking_at(place), plane, SIZE)
    rgb = SliceRenderer(volume).render(look, [heatmap])
    y, x = np.argwhere(coloured(rgb)).mean(axis=0)
    assert (float(x), float(y)) == pytest.approx(look.pose.pixel(place), abs=max(1.0, 1.0 / look.pose.mm_per_px))


def test_no_heat_and_heat_against_leave_the_picture_untouched() -> None:
    volume, state = grey(straight())
    heatmap, place = spot(straight(), (0.5, 0.5, 0.5))
    against = Heatmap(-heatmap.values, heatmap.grid, 0.0)
    nothing = Heatmap(np.zeros_like(heatmap.values), heatmap.grid, 0.0)
    look = look_at(straight(), state.looking_at(place), Plane.AXIAL, SIZE)
    renderer = SliceRenderer(volume)
    plain = renderer.render(look)
    assert np.array_equal(renderer.render(look, [nothing]), plain)
    assert np.array_equal(renderer.render(look, [against]), plain)
    assert not np.array_equal(renderer.render(look, [heatmap]), plain)
    assert np.array_equal(renderer.render(look), plain)


def test_nothing_is_drawn_while_the_overlay_is_off() -> None:
    volume, state = grey(straight())
    heatmap, place = spot(straight(), (0.5, 0.5, 0.5))
    off = replace(state.looking_at(place), overlay=replace(OVERLAY, shown=False))
    rgb = SliceRenderer(volume).render(look_at(straight(), off, Plane.AXIAL, SIZE), [heatmap])
    assert not coloured(rgb).any()


def test_the_strongest_heat_has_the_strongest_colour_at_the_opacity() -> None:
    volume, state = grey(straight())
    heatmap, place = spot(straight(), (0.5, 0.5, 0.5))
    look = look_at(straight(), state.looking_at(place), Plane.AXIAL, SIZE)
    rgb = SliceRenderer(volume).render(look, [heatmap])
    x, y = (round(v) for v in look.pose.pixel(place))
    expected = 0.6 * heat_colours()[-1].astype(float) + 0.4 * 128
    assert rgb[y, x].astype(float) == pytest.approx(expected, abs=2)


def test_a_given_top_puts_two_scans_on_one_scale() -> None:
    volume, state = grey(straight())
    heatmap, place = spot(straight(), (0.5, 0.5, 0.5), value=0.3)
    look = look_at(straight(), state.looking_at(place), Plane.AXIAL, SIZE)
    renderer = SliceRenderer(volume)
    x, y = (round(v) for v in look.pose.pixel(place))
    half = heat_table(OVERLAY)[128].astype(float)
    expected = half[:3] * half[3] / 255 + 128 * (1 - half[3] / 255)
    assert renderer.render(look, [heatmap], tops=[0.6])[y, x].astype(float) == pytest.approx(expected, abs=3)
    assert not coloured(renderer.render(look, [heatmap], tops=[3.0])).any()


def test_alpha_grows_with_heat_and_is_zero_below_the_threshold() -> None:
    alpha = heat_table(OVERLAY)[:, 3].astype(int)
    assert (alpha[: int(0.2 * 255)] == 0).all()
    above = alpha[int(0.2 * 255) + 1 :]
    assert (np.diff(above) >= 0).all()
    assert above[0] > 0
    assert above[-1] == round(0.6 * 255)
    assert heat_table(replace(OVERLAY, threshold=0.0))[0, 3] == 0


def test_lightness_rises_evenly_and_the_map_is_no_rainbow() -> None:
    rgb = heat_colours().astype(float) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    luminance = linear @ [0.2126, 0.7152, 0.0722]
    lightness = np.where(luminance > 0.008856, 116 * np.cbrt(luminance) - 16, 903.3 * luminance)
    assert (np.diff(lightness[::8]) > 0).all()
    steps = np.diff(lightness[::32])
    assert steps.max() < 2.0 * steps.min()
    assert (rgb[:, 0] >= rgb[:, 1]).all()


def test_several_abnormalities_show_together() -> None:
    volume, state = grey(straight())
    one, place = spot(straight(), (0.5, 0.3, 0.3))
    two, other = spot(straight(), (0.5, 0.7, 0.7), value=0.01)
    look = look_at(straight(), state.looking_at(place), Plane.AXIAL, SIZE)
    seen = coloured(SliceRenderer(volume).render(look, [one, two]))
    for point in (place, other):
        x, y = (round(v) for v in look.pose.pixel(point))
        assert seen[y, x]


def test_in_a_slab_heat_of_its_thickness_shows_whatever_the_mode() -> None:
    volume, state = grey(straight())
    heatmap, place = spot(straight(), (0.5, 0.5, 0.5))
    beside = state.looking_at(place.moved(superior=17.5))
    renderer = SliceRenderer(volume)
    assert not coloured(renderer.render(look_at(straight(), beside, Plane.AXIAL, SIZE), [heatmap])).any()
    slab = replace(beside, slab_mm=40.0, slab_mode=SlabMode.MINIMUM)
    assert coloured(renderer.render(look_at(straight(), slab, Plane.AXIAL, SIZE), [heatmap])).any()


def test_a_map_without_evidence_is_not_stretched_to_full_colour() -> None:
    shape = coarse(straight()).shape
    weak, strong = np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=np.float32)
    weak[0, 0, 0], strong[0, 0, 0] = FULL_AT / 10, FULL_AT * 10
    assert heat_top(Heatmap(weak, coarse(straight()), 0.0)) == pytest.approx(FULL_AT)
    assert heat_top(Heatmap(strong, coarse(straight()), 0.0)) == pytest.approx(FULL_AT * 10)
    spread = np.full(shape, FULL_AT * 4 / np.prod(shape), dtype=np.float32)
    assert heat_top(Heatmap(spread, coarse(straight()), 0.0)) == pytest.approx(spread[0, 0, 0])


def test_an_empty_map_has_a_scale_and_no_colour() -> None:
    empty = Heatmap(np.zeros(coarse(straight()).shape, dtype=np.float32), coarse(straight()), 0.0)
    assert heat_top(empty) > 0


def test_a_map_with_a_strong_place_tops_there() -> None:
    assert heat_top(spot(straight(), (0.5, 0.5, 0.5))[0]) == pytest.approx(0.3)


def test_the_colour_bar_says_what_is_drawn() -> None:
    heatmap, _ = spot(straight(), (0.5, 0.5, 0.5))
    ranking = Heatmap(heatmap.values, heatmap.grid, 0.0, additive=False)
    bar = colour_bar(OVERLAY, [("Nodule", heatmap), ("Mass", ranking)])
    assert bar is not None
    assert [(e.title, e.unit) for e in bar.entries] == [("Nodule", "logit points"), ("Mass", "relative heat")]
    assert bar.entries[0].top == pytest.approx(0.3)
    assert np.array_equal(bar.rgba, heat_table(OVERLAY))
    assert colour_bar(replace(OVERLAY, shown=False), [("Nodule", heatmap)]) is None
    assert colour_bar(OVERLAY, []) is None


@pytest.mark.parametrize("name", GRIDS)
@pytest.mark.parametrize("plane", list(Plane))
def test_drawing_only_where_heat_can_show_changes_no_pixel(name: str, plane: Plane) -> None:
    grid = GRIDS[name]
    volume, state = grey(grid)
    heatmap, place = spot(grid, (0.5, 0.5, 0.5))
    everywhere = heatmap.values.copy()
    everywhere[[0, 0, 0, 0, -1, -1, -1, -1], [0, 0, -1, -1, 0, 0, -1, -1], [0, -1, 0, -1, 0, -1, 0, -1]] = 0.07
    wide = Heatmap(everywhere, heatmap.grid, 0.0)
    renderer = SliceRenderer(volume)
    compared = 0
    for up_mm in (-9.0, -5.5, -2.0, 0.0, 3.0, 7.5):
        at = place.moved(*(up_mm * plane.normal))
        look = look_at(grid, replace(state.looking_at(at), zoom=1.6), plane, SIZE)
        corner_heat = Heatmap(np.where(heatmap.values > 0, 0, everywhere).astype(np.float32), heatmap.grid, 0.0)
        if coloured(renderer.render(look, [corner_heat], tops=[0.3])).any():
            continue
        assert np.array_equal(renderer.render(look, [heatmap]), renderer.render(look, [wide])), up_mm
        compared += 1
    assert compared >= 3


def test_a_heatmap_beside_the_picture_is_no_fault() -> None:
    volume, state = grey(straight())
    heatmap, place = spot(straight(), (0.5, 0.1, 0.1))
    away = replace(state.looking_at(place), centre=place.moved(left=40, posterior=40), zoom=20.0)
    rgb = SliceRenderer(volume).render(look_at(straight(), away, Plane.AXIAL, SIZE), [heatmap])
    assert not coloured(rgb).any()


def test_a_moved_crosshair_in_the_same_slice_needs_no_new_picture() -> None:
    volume, state = grey(straight())
    renderer = SliceRenderer(volume)
    first = renderer.render(look_at(straight(), state, Plane.AXIAL, SIZE))
    beside = replace(state, crosshair=state.crosshair.moved(left=3.0))
    assert renderer.render(look_at(straight(), beside, Plane.AXIAL, SIZE)) is first
    brighter = replace(state, window=Window(1000, -200))
    assert not np.array_equal(renderer.render(look_at(straight(), brighter, Plane.AXIAL, SIZE)), first)


def test_two_scans_share_a_scale_and_the_empty_one_does_not_widen_it() -> None:
    shape = coarse(straight()).shape
    full, empty = np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=np.float32)
    full[0], empty[0, 0, 0] = FULL_AT / 20, FULL_AT / 1000
    warm, cold = Heatmap(full, coarse(straight()), 0.0), Heatmap(empty, coarse(straight()), 0.0)
    assert heat_top(warm, cold) == heat_top(cold, warm) == pytest.approx(FULL_AT / 20)
    assert heat_top(cold) == pytest.approx(FULL_AT)
