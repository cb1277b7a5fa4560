"""The organ nearest to a place."""

import numpy as np
import pytest

from ai.geometry import PointMm
from ai.organs import Organs, code_of
from ai.volume import axis_aligned


@pytest.fixture
def organs() -> Organs:
    """Return a heart in the middle slices, a lobe to its patient's right, 4 mm voxels from the origin."""
    codes = np.zeros((5, 10, 10), dtype=np.uint8)
    codes[:, 3:6, 6:9] = code_of("heart")
    codes[:, 3:6, 0:2] = code_of("right_lower")
    return Organs(codes, axis_aligned(codes.shape, (4.0, 4.0, 4.0), PointMm(0, 0, 0)))


def test_a_place_inside_an_organ_is_in_it(organs: Organs) -> None:
    assert organs.at(PointMm(28, 16, 8)) == "heart"


def test_a_place_on_the_surface_is_named_by_the_nearest(organs: Organs) -> None:
    assert organs.at(PointMm(12, 16, 8)) == "right_lower"
    assert organs.at(PointMm(-6, 16, 8)) == "right_lower"


def test_out_of_reach_is_nowhere(organs: Organs) -> None:
    assert organs.at(PointMm(28, 16, 200)) == ""
    assert organs.at(PointMm(28, 36, 8)) == ""
    assert organs.at(PointMm(28, 36, 8), reach_mm=20.0) == "heart"
