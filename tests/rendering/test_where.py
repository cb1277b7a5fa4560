"""What lies where in the picture, asserted in pixels."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from ai.geometry import PointMm
from ai.volume import AIR_HU, Volume
from tests.support.grids import GRIDS, straight, volume_with_cube, voxel_near
from viewer.mpr.first_look import first_look
from viewer.mpr.look_at import look_at
from viewer.mpr.plane import Plane
from viewer.mpr.slice_look import SliceLook
from viewer.mpr.window import Window
from viewer.rendering import SliceRenderer

WINDOW = Window(2000, 0)
SIZE = (240, 200)


def centroid(rgb: NDArray[np.uint8]) -> tuple[float, float]:
    """(x, y) of the grey values' weight above the darkest."""
    weight = rgb[:, :, 0].astype(np.float64) - rgb.min()
    rows, columns = np.indices(weight.shape)
    return float((weight * columns).sum() / weight.sum()), float((weight * rows).sum() / weight.sum())


def shown(volume: Volume, plane: Plane, at: PointMm, **change: float) -> tuple[SliceLook, NDArray[np.uint8]]:
    state = replace(first_look(volume.grid, WINDOW).looking_at(at), **change)  # type: ignore[arg-type]
    look = look_at(volume.grid, state, plane, SIZE)
    return look, SliceRenderer(volume).render(look)


@pytest.mark.parametrize("name", GRIDS)
@pytest.mark.parametrize("plane", list(Plane))
def test_a_cube_is_drawn_where_it_lies_however_the_scan_is_stored(name: str, plane: Plane) -> None:
    grid = GRIDS[name]
    place = voxel_near(grid, (0.6, 0.4, 0.65))
    volume = volume_with_cube(grid, place, side_mm=7.0)
    inside = grid.points_mm(np.argwhere(volume.hu > 0).astype(np.float64))
    look, rgb = shown(volume, plane, place)
    layer = np.abs((inside - look.pose.origin.array()) @ plane.normal) < 1.3
    expected = look.pose.pixel(PointMm.of(inside[layer].mean(axis=0)))
    loose_px = max(1.0, 0.6 / look.pose.mm_per_px) if name == "oblique" else 1.0
    assert centroid(rgb) == pytest.approx(expected, abs=loose_px)


def test_the_brightest_pixel_of_a_single_voxel_is_its_projection() -> None:
    values = np.full(straight().shape, AIR_HU, dtype=np.int16)
    values[20, 12, 33] = 1000
    place = voxel_near(straight(), (20 / 29, 12 / 49, 33 / 39))
    for plane in Plane:
        look, rgb = shown(Volume(values, straight()), plane, place)
        y, x = np.unravel_index(int(rgb[:, :, 0].argmax()), rgb.shape[:2])
        assert (float(x), float(y)) == pytest.approx(look.pose.pixel(place), abs=1.0)


def test_left_is_right_and_the_head_is_up() -> None:
    left_back_top = voxel_near(straight(), (0.8, 0.85, 0.8))
    volume = volume_with_cube(straight(), left_back_top, side_mm=8.0)
    width, height = SIZE
    x, y = centroid(shown(volume, Plane.AXIAL, left_back_top)[1])
    assert x > width / 2 + 20
    assert y > height / 2 + 20
    x, y = centroid(shown(volume, Plane.CORONAL, left_back_top)[1])
    assert x > width / 2 + 10
    assert y < height / 2 - 20
    x, y = centroid(shown(volume, Plane.SAGITTAL, left_back_top)[1])
    assert x > width / 2 + 5
    assert y < height / 2 - 20


def test_millimetres_are_square_whatever_the_spacing() -> None:
    place = voxel_near(straight(), (0.5, 0.5, 0.5))
    volume = volume_with_cube(straight(), place, side_mm=20.0)
    for plane in Plane:
        look, rgb = shown(volume, plane, place)
        bright = rgb[:, :, 0] > 127
        wide, tall = np.ptp(np.argwhere(bright), axis=0)[::-1] + 1
        right, down = (int(np.argmax(np.abs(v))) for v in (plane.right, plane.down))
        spacing = {0: 1.1, 1: 0.8, 2: 2.5}
        assert wide * look.pose.mm_per_px == pytest.approx(20.0, abs=spacing[right] + look.pose.mm_per_px)
        assert tall * look.pose.mm_per_px == pytest.approx(20.0, abs=spacing[down] + look.pose.mm_per_px)


def test_zoom_and_pan_move_the_cube_as_the_pose_says() -> None:
    place = voxel_near(straight(), (0.5, 0.4, 0.6))
    volume = volume_with_cube(straight(), place, side_mm=4.0)
    state = replace(first_look(straight(), WINDOW), crosshair=place, centre=place.moved(left=5, posterior=-3), zoom=2.5)
    look = look_at(straight(), state, Plane.AXIAL, SIZE)
    rgb = SliceRenderer(volume).render(look)
    inside = straight().points_mm(np.argwhere(volume.hu > 0).astype(np.float64)).mean(axis=0)
    assert centroid(rgb) == pytest.approx(look.pose.pixel(PointMm.of(inside)), abs=1.0)


def test_outside_the_scan_there_is_air() -> None:
    volume = Volume(np.full(straight().shape, 500, dtype=np.int16), straight())
    state = replace(first_look(straight(), Window(2000, AIR_HU + 1000)), zoom=0.5)
    rgb = SliceRenderer(volume).render(look_at(straight(), state, Plane.AXIAL, SIZE))
    assert rgb[0, 0].tolist() == [0, 0, 0]
    assert rgb[100, 120, 0] == 195


def test_one_renderer_serves_all_planes_and_sizes_in_any_order() -> None:
    place = voxel_near(straight(), (0.6, 0.4, 0.65))
    volume = volume_with_cube(straight(), place, side_mm=7.0)
    state = first_look(straight(), WINDOW).looking_at(place)
    reused = SliceRenderer(volume)
    for plane in (*Plane, *reversed(Plane)):
        for size in ((60, 90), (200, 100)):
            look = look_at(straight(), state, plane, size)
            picture = reused.render(look)
            assert picture.shape == (size[1], size[0], 3)
            assert np.array_equal(picture, SliceRenderer(volume).render(look))


def test_slices_that_arrive_are_drawn() -> None:
    values = np.full(straight().shape, AIR_HU, dtype=np.int16)
    for name in ("straight", "oblique"):
        values[:] = AIR_HU
        grid = GRIDS[name]
        renderer = SliceRenderer(Volume(values, grid))
        look = look_at(grid, first_look(grid, WINDOW), Plane.AXIAL, SIZE)
        assert renderer.render(look).max() == 0
        values[:] = 1000
        renderer.voxels_changed()
        assert renderer.render(look).max() == 255


def test_an_array_in_another_memory_order_is_drawn_alike() -> None:
    values = np.random.default_rng(1).integers(-1000, 1000, straight().shape, dtype=np.int16)
    for name in ("straight", "oblique"):
        grid = GRIDS[name]
        look = look_at(grid, first_look(grid, WINDOW), Plane.SAGITTAL, SIZE)
        plain = SliceRenderer(Volume(values, grid)).render(look)
        fortran = np.asfortranarray(values)
        renderer = SliceRenderer(Volume(fortran, grid))
        assert np.array_equal(renderer.render(look), plain)
        fortran[:] = AIR_HU
        renderer.voxels_changed()
        assert renderer.render(look).max() == 0
