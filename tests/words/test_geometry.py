"""Places: three named numbers each, in their own frame."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai.geometry import Index, PointMm

millimetres = st.floats(-2000, 2000)
points = st.builds(PointMm, millimetres, millimetres, millimetres)


def test_an_index_is_in_numpy_order() -> None:
    assert Index(slice=1, row=2, column=3).array().tolist() == [1, 2, 3]


def test_a_point_is_in_dicom_order() -> None:
    assert PointMm(left=1, posterior=2, superior=3).array().tolist() == [1, 2, 3]


def test_moving_names_its_directions() -> None:
    moved = PointMm(10, 20, 30).moved(posterior=5, superior=-1)
    assert moved == PointMm(10, 25, 29)


def test_distance_of_a_known_triangle() -> None:
    assert PointMm(0, 0, 0).distance_mm(PointMm(2, 3, 6)) == 7


@given(points, points)
def test_distance_is_the_same_both_ways(one: PointMm, other: PointMm) -> None:
    assert one.distance_mm(other) == other.distance_mm(one)


@given(points)
def test_a_point_survives_its_array(point: PointMm) -> None:
    assert PointMm.of(point.array()) == point


def test_a_point_of_an_array_holds_plain_floats() -> None:
    point = PointMm.of(np.array([1, 2, 3], dtype=np.float64))
    assert type(point.left) is float
    assert math.isfinite(point.left)


def test_places_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        PointMm(0, 0, 0).left = 1.0  # type: ignore[misc]


def test_an_array_needs_three_numbers() -> None:
    with pytest.raises(ValueError, match="unpack"):
        PointMm.of(np.zeros(4))
