"""A registration moves places of the prior into the current scan, and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from ai.change import ChangeKind, Registration
from ai.geometry import Matrix, PointMm


def rigid(degrees_about_superior: float, shift_mm: tuple[float, float, float]) -> Matrix:
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_euler("z", degrees_about_superior, degrees=True).as_matrix()
    matrix[:3, 3] = shift_mm
    return matrix


def test_a_shift_moves_the_prior_onto_the_current_scan() -> None:
    registration = Registration(rigid(0, (5, -3, 12)), quality=0.9)
    assert registration.point_in_current(PointMm(1, 1, 1)) == PointMm(6, -2, 13)
    assert registration.point_in_prior(PointMm(6, -2, 13)) == PointMm(1, 1, 1)


def test_a_quarter_turn_about_the_long_axis_takes_left_to_posterior() -> None:
    registration = Registration(rigid(90, (0, 0, 0)), quality=0.9)
    assert registration.point_in_current(PointMm(10, 0, 3)).array() == pytest.approx([0, 10, 3])


@given(st.floats(-180, 180), st.tuples(*[st.floats(-300, 300)] * 3))
def test_there_and_back(degrees: float, shift: tuple[float, float, float]) -> None:
    registration = Registration(rigid(degrees, shift), quality=1.0)
    points = np.array([[0.0, 0, 0], [120, -40, 900], [-80, 7, -20]])
    assert registration.to_prior(registration.to_current(points)) == pytest.approx(points, abs=1e-6)


def test_a_deformable_map_is_used_where_there_is_one() -> None:
    registration = Registration(
        rigid(0, (0, 0, 0)),
        quality=1.0,
        warp_to_current=lambda points: points + 2,
        warp_to_prior=lambda points: points - 2,
    )
    assert registration.deformable
    assert registration.point_in_current(PointMm(0, 0, 0)) == PointMm(2, 2, 2)
    assert registration.point_in_prior(PointMm(2, 2, 2)) == PointMm(0, 0, 0)
    assert not Registration(rigid(0, (0, 0, 0)), quality=1.0).deformable


def test_kinds_are_written_as_the_reports_write_them() -> None:
    assert [str(kind) for kind in ChangeKind] == ["new", "grown", "stable", "shrunk", "gone", "merged", "split"]
