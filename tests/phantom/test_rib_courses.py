"""Ribs are found as bone around the lungs, each from the spine to the front; vessels full of contrast are none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ai.phantom.canvas import Canvas
from ai.phantom.landmarks import Course
from ai.phantom.rib_courses import rib_courses
from tests.support.thorax import healthy


@pytest.fixture(scope="module")
def canvas() -> Canvas:
    """Return a drawn thorax."""
    return healthy()


@pytest.fixture(scope="module")
def found(canvas: Canvas) -> tuple[Course, ...]:
    """Return the ribs found in it."""
    return rib_courses(canvas, replace(canvas.landmarks, ribs=()))


def test_ribs_lie_on_the_drawn_ribs(canvas: Canvas, found: tuple[Course, ...]) -> None:
    drawn = np.concatenate([np.array([rib.at(s)[0] for s in np.linspace(0, 1, 80)]) for rib in canvas.landmarks.ribs])
    places = np.concatenate([np.array(course.points) for course in found])
    off = np.linalg.norm(places[:, None] - drawn[None], axis=-1).min(1)
    assert len(found) >= 10
    assert np.median(off) < 6
    assert np.quantile(off, 0.9) < 16


def test_they_run_from_the_spine_to_the_front_on_both_sides(canvas: Canvas, found: tuple[Course, ...]) -> None:
    assert canvas.landmarks.spine is not None
    middle = canvas.landmarks.spine.at(0.5)[0][2]
    sides = [course.points[len(course.points) // 2][2] > middle for course in found]
    assert 3 <= sum(sides) <= len(sides) - 3
    long = [course for course in found if course.length_mm > 120]
    assert long
    assert all(course.points[0][1] > course.points[-1][1] for course in long)


def test_without_a_spine_nothing_is_said(canvas: Canvas) -> None:
    assert rib_courses(canvas, replace(canvas.landmarks, spine=None)) == ()


def test_a_vein_full_of_contrast_is_no_rib(canvas: Canvas, found: tuple[Course, ...]) -> None:
    assert canvas.landmarks.spine is not None
    (up, back, left), _ = canvas.landmarks.spine.at(0.5)
    bright = canvas.copy()
    region = bright.region((up, back - 60, left), 30)
    bright.hu[region.block] = 400.0
    more = rib_courses(bright, replace(bright.landmarks, ribs=()))
    assert {course.points for course in more} == {course.points for course in found}
