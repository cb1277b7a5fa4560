"""Hounsfield units to grey, and slabs, at exact values."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from ai.geometry import PointMm
from ai.volume import Volume, axis_aligned
from viewer.mpr.first_look import first_look
from viewer.mpr.look_at import look_at
from viewer.mpr.pane_state import SlabMode
from viewer.mpr.plane import Plane
from viewer.mpr.window import Window
from viewer.rendering import SliceRenderer
from viewer.rendering.layer_cut import projected

EDGE = 24
GRID = axis_aligned((EDGE, EDGE, EDGE), (1.0, 1.0, 1.0), PointMm(0, 0, 0))


def one_to_one(
    values: NDArray[np.int16], window: Window, plane: Plane = Plane.AXIAL, **slab: object
) -> NDArray[np.uint8]:
    """The middle slice with one voxel a pixel, grey values (row, column)."""
    state = replace(first_look(GRID, window), **slab)  # type: ignore[arg-type]
    rgb = SliceRenderer(Volume(values, GRID)).render(look_at(GRID, state, plane, (EDGE, EDGE)))
    assert (rgb[:, :, 0] == rgb[:, :, 1]).all()
    assert (rgb[:, :, 0] == rgb[:, :, 2]).all()
    return rgb[:, :, 0]


@pytest.mark.parametrize(
    ("hu", "grey"),
    [(-2000, 0), (-1350, 0), (-1345, 0), (-1344, 1), (-600, 128), (149, 255), (150, 255), (3000, 255)],
)
def test_the_lung_window_at_exact_values(hu: int, grey: int) -> None:
    values = np.full(GRID.shape, hu, dtype=np.int16)
    assert (one_to_one(values, Window(1500, -600)) == grey).all()


def test_every_pixel_is_its_voxel_when_one_pixel_is_one_voxel() -> None:
    values = np.random.default_rng(0).integers(0, 256, GRID.shape, dtype=np.int16)
    middle = EDGE // 2
    window = Window(256, 128)
    assert np.array_equal(one_to_one(values, window), values[middle])
    assert np.array_equal(one_to_one(values, window, Plane.CORONAL), values[::-1, middle])
    assert np.array_equal(one_to_one(values, window, Plane.SAGITTAL), values[::-1, :, middle])


def test_between_voxels_hu_are_interpolated_before_the_window() -> None:
    values = np.zeros(GRID.shape, dtype=np.int16)
    values[:, :, EDGE // 2 :] = 1000
    state = first_look(GRID, Window(20, 500))
    rgb = SliceRenderer(Volume(values, GRID)).render(look_at(GRID, state, Plane.AXIAL, (EDGE * 11, EDGE * 11)))
    edge = rgb[60, (EDGE // 2 - 1) * 11 + 5 : (EDGE // 2) * 11 + 6, 0]
    assert edge[0] == 0
    assert edge[-1] == 255
    assert np.count_nonzero((edge > 0) & (edge < 255)) <= 1


@pytest.mark.parametrize("plane", list(Plane))
@pytest.mark.parametrize("mode", list(SlabMode))
def test_a_slab_is_numpys_projection(plane: Plane, mode: SlabMode) -> None:
    values = np.random.default_rng(2).integers(0, 256, GRID.shape, dtype=np.int16)
    axis = {Plane.AXIAL: 0, Plane.CORONAL: 1, Plane.SAGITTAL: 2}[plane]
    stack = np.moveaxis(values, axis, 0)[EDGE // 2 - 2 : EDGE // 2 + 3].astype(np.int64)
    expected = {
        SlabMode.MAXIMUM: stack.max(axis=0),
        SlabMode.MINIMUM: stack.min(axis=0),
        SlabMode.MEAN: np.round(stack.mean(axis=0)),
    }[mode]
    drawn = one_to_one(values, Window(256, 128), plane, slab_mm=5.0, slab_mode=mode)
    assert np.array_equal(drawn, expected if plane is Plane.AXIAL else expected[::-1])


def test_a_slab_at_the_end_takes_only_what_was_measured() -> None:
    values = np.full(GRID.shape, 200, dtype=np.int16)
    state = replace(first_look(GRID, Window(256, 128)), slab_mm=9.0, slab_mode=SlabMode.MINIMUM)
    state = state.looking_at(PointMm(12, 12, 0))
    rgb = SliceRenderer(Volume(values, GRID)).render(look_at(GRID, state, Plane.AXIAL, (EDGE, EDGE)))
    assert (rgb == 200).all()


def test_an_oblique_slab_holds_the_brightest_of_its_thickness() -> None:
    turn = np.eye(4)
    turn[1:3, 1:3] = [[0.8, -0.6], [0.6, 0.8]]
    grid = type(GRID)(GRID.shape, turn @ GRID.affine)
    values = np.zeros(grid.shape, dtype=np.int16)
    values[10:14, 10:14, 10:14] = 1000
    state = first_look(grid, Window(256, 128))
    away = state.looking_at(grid.centre.moved(superior=6.0))
    thin = SliceRenderer(Volume(values, grid)).render(look_at(grid, away, Plane.AXIAL, (60, 60)))
    thick = SliceRenderer(Volume(values, grid)).render(
        look_at(grid, replace(away, slab_mm=12.0), Plane.AXIAL, (60, 60))
    )
    assert thin.max() == 0
    assert thick.max() == 255


def test_a_mean_of_extremes_does_not_overflow() -> None:
    stack = np.full((101, 2, 2), 32767, dtype=np.int16)
    assert (projected(stack, 0, SlabMode.MEAN) == 32767).all()
