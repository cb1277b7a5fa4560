"""Any chest CT becomes a canvas: same place, same density, the lung's depth where the lung is."""

from __future__ import annotations

import numpy as np
import pytest

from ai.geometry import PointMm
from ai.phantom import PhantomError, background, drawn_case
from ai.phantom.canvas import Canvas
from tests.support.thorax import healthy, overlap, turned, volume_of, water_box


@pytest.fixture(scope="module")
def canvas() -> Canvas:
    """Return a canvas of the drawn thorax as if it were a real scan."""
    return background(volume_of(healthy()), 4.0, 20.0)


def test_density_and_lungs_lie_where_they_lay(canvas: Canvas) -> None:
    drawn = healthy()
    start = [round(v) for v in drawn.grid.index(canvas.origin).array()]
    block = tuple(slice(a, a + n) for a, n in zip(start, canvas.shape, strict=True))
    assert np.abs(canvas.hu.numpy() - drawn.hu.numpy()[block].round().clip(-1024, 3071)).max() < 1e-3
    assert overlap(canvas.lung.numpy(), drawn.lung.numpy()[block]) > 0.95
    in_lung = canvas.lung.numpy() & drawn.lung.numpy()[block]
    assert (canvas.right.numpy() == drawn.right.numpy()[block])[in_lung].mean() > 0.99


def test_depth_is_the_distance_to_the_lungs_surface(canvas: Canvas) -> None:
    depth = canvas.depth_mm.numpy()
    lung = canvas.lung.numpy()
    inner = lung[1:-1, 1:-1, 1:-1]
    beside = ~(lung[2:, 1:-1, 1:-1] & lung[:-2, 1:-1, 1:-1] & lung[1:-1, 2:, 1:-1] & lung[1:-1, :-2, 1:-1])
    assert np.allclose(depth[1:-1, 1:-1, 1:-1][inner & beside], 2.0)
    steps = np.abs(np.diff(depth, axis=0))
    assert steps.max() <= 4.0 + 1e-3


@pytest.mark.parametrize(
    ("order", "flips"),
    [((0, 1, 2), (True, False, True)), ((2, 0, 1), (False, True, False)), ((1, 2, 0), (True, True, True))],
)
def test_any_orientation(canvas: Canvas, order: tuple[int, int, int], flips: tuple[bool, bool, bool]) -> None:
    again = background(turned(volume_of(healthy()), order, flips), 4.0, 20.0)
    assert again.grid == canvas.grid
    assert np.array_equal(again.hu.numpy(), canvas.hu.numpy())
    assert np.array_equal(again.right.numpy(), canvas.right.numpy())


def test_a_lesion_lies_at_its_place_in_the_patient(canvas: Canvas) -> None:
    case = drawn_case(4, canvas, frozenset({"mass"}))
    (instance, *_) = case.canvas.instances
    up, back, left = instance.centre
    place = canvas.origin.moved(left, back, up)
    voxel = case.canvas.grid.nearest(place)
    assert voxel is not None
    assert float(case.canvas.truth["mass"][voxel]) > 0.5
    assert isinstance(place, PointMm)


def test_no_lungs_is_told() -> None:
    with pytest.raises(PhantomError, match="No pair of lungs"):
        background(water_box(), 4.0)
