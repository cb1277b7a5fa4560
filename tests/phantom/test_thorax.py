"""The healthy thorax: lungs where the lung finder finds them, five lobes, vessels and airways that hang together."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from ai.anatomy import find_lungs
from ai.organs import LOBES, code_of
from ai.phantom.body import Body
from ai.phantom.canvas import Canvas
from ai.phantom.scanner import Protocol, scanned
from ai.phantom.thorax import build_thorax

_SPACING_MM = 2.5
_SEEDS = range(10)


@cache
def thorax(seed: int) -> tuple[Body, Canvas]:
    rng = np.random.default_rng(seed)
    body = Body.drawn(rng)
    return body, build_thorax(body, rng, _SPACING_MM)


def lobes_of(canvas: Canvas) -> NDArray[np.bool_]:
    assert canvas.organs is not None
    codes = canvas.organs.numpy()
    return np.asarray((codes > 0) & (codes <= len(LOBES)))


@pytest.mark.parametrize("seed", _SEEDS)
def test_both_lungs_are_found_as_the_lobes_say(seed: int) -> None:
    _, canvas = thorax(seed)
    hu = scanned(canvas.hu, _SPACING_MM, Protocol(1.2, 2.5, 12.0, 1.2), np.random.default_rng(seed))
    lungs = find_lungs(hu.numpy().astype(np.float32), canvas.grid)
    assert lungs is not None
    right = canvas.right.numpy()
    for side, half in ((1, right), (2, ~right)):
        found, truth = lungs.sides == side, lobes_of(canvas) & half
        assert 2 * (found & truth).sum() / (found.sum() + truth.sum()) >= 0.97


@pytest.mark.parametrize("seed", _SEEDS)
def test_every_lobe_has_its_ordinary_share(seed: int) -> None:
    _, canvas = thorax(seed)
    assert canvas.organs is not None
    volumes = {lobe: int((canvas.organs == code_of(lobe)).sum()) for lobe in LOBES}
    total = sum(volumes.values())
    assert 1.5e6 < total * _SPACING_MM**3 < 8.5e6
    for lobe, (least, most) in zip(
        LOBES, ((0.14, 0.34), (0.03, 0.17), (0.13, 0.36), (0.16, 0.36), (0.11, 0.34)), strict=True
    ):
        assert least < volumes[lobe] / total < most, lobe


@pytest.mark.parametrize("seed", _SEEDS)
def test_variation_is_not_disease(seed: int) -> None:
    _, canvas = thorax(seed)
    marks = canvas.landmarks
    assert canvas.organs is not None
    heart = (canvas.organs == code_of("heart")).any(0).any(0).sum() * _SPACING_MM
    chest = np.flatnonzero(lobes_of(canvas).any(axis=(0, 1)))
    assert heart / ((chest[-1] - chest[0] + 1) * _SPACING_MM) < 0.5
    assert marks.aorta is not None
    assert marks.pulmonary_trunk is not None
    assert 2 * max(marks.aorta.radii_mm) < 38
    assert 2 * max(marks.pulmonary_trunk.radii_mm) < 29
    assert not canvas.truth
    assert not canvas.instances


def test_everything_is_known_of_it_and_lies_inside() -> None:
    _, canvas = thorax(0)
    marks = canvas.landmarks
    for name, value in vars(marks).items():
        assert value, name
    assert set(marks.coronaries) == {"left_anterior_descending", "circumflex", "right"}
    assert len(marks.ribs) == 24
    size = np.array(canvas.shape) * _SPACING_MM
    for place in marks.nodes.values():
        assert (np.array(place) > 0).all()
        assert (np.array(place) < size).all()


def test_each_airway_begins_on_its_parent_and_is_narrower() -> None:
    _, canvas = thorax(1)
    airways = canvas.landmarks.airways
    assert airways[0].parent == -1
    assert max(a.generation for a in airways) >= 6
    assert {a.lobe for a in airways} == {"", *LOBES}
    for number, airway in enumerate(airways[1:], 1):
        assert airway.parent < number
        parent = airways[airway.parent]
        places = np.array(parent.course.points)
        assert np.linalg.norm(places - airway.course.points[0], axis=1).min() < 1.0
        assert airway.generation == parent.generation + 1
        assert airway.course.radii_mm[-1] <= parent.course.radii_mm[-1] * 1.01
        assert 0.2 < airway.wall_mm < 2.0


def test_airways_hold_air_and_vessels_blood() -> None:
    body, canvas = thorax(1)
    hu = canvas.hu.numpy()

    def at(place: tuple[float, float, float]) -> float:
        s, r, c = np.clip(np.round(np.array(place) / _SPACING_MM).astype(int), 0, np.array(canvas.shape) - 1)
        return float(hu[s, r, c])

    trachea = canvas.landmarks.airways[0].course
    assert at(trachea.at(0.7)[0]) < -900
    assert canvas.landmarks.aorta is not None
    assert at(canvas.landmarks.aorta.at(0.7)[0]) == pytest.approx(body.contrast.left, abs=12)
    thick = [c for c in canvas.landmarks.arteries if c.radii_mm[0] > 2.5]
    assert thick
    assert np.median([at(c.points[1]) for c in thick]) > -300


def test_arteries_run_beside_airways_and_reach_the_pleura() -> None:
    body, canvas = thorax(1)
    shell = (canvas.depth_mm > 5) & (canvas.depth_mm < 9)
    bright = canvas.hu[shell] > body.lung_hu + 150
    assert 0.01 < float(bright.float().mean()) < 0.2
    airways = [a for a in canvas.landmarks.airways if a.generation == 5]
    middles = np.array([a.course.at(0.5)[0] for a in airways])
    walks = [np.array(q.at(float(t))[0]) for q in canvas.landmarks.arteries for t in np.linspace(0, 1, 12)]
    nearest = [np.linalg.norm(np.array(walks) - m, axis=1).min() for m in middles]
    assert np.median(nearest) < 7


def test_courses_are_continuous() -> None:
    _, canvas = thorax(2)
    marks = canvas.landmarks
    for course in (marks.aorta, marks.vena_cava, marks.oesophagus, marks.spine, marks.sternum, *marks.ribs):
        assert course is not None
        assert all(np.linalg.norm(np.subtract(a, b)) < 60 for a, b in pairwise(course.points))


def test_the_same_seed_builds_the_same_thorax() -> None:
    rng = np.random.default_rng(2)
    again = build_thorax(Body.drawn(rng), rng, _SPACING_MM)
    _, first = thorax(2)
    assert np.array_equal(first.hu.numpy(), again.hu.numpy())
    assert first.landmarks == again.landmarks
