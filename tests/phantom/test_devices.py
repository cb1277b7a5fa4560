"""Devices follow the anatomy, their truth is where they were drawn, and what only resembles them leaves none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from ai.phantom.canvas import Canvas
from ai.phantom.drawable import Drawable
from ai.phantom.landmarks import Landmarks
from ai.phantom.lesions.devices import DRAWABLES
from tests.support.thorax import healthy

LEARNED = [thing for thing in DRAWABLES if thing.labels]
RESEMBLING = [thing for thing in DRAWABLES if not thing.labels]
BY_NAME = {thing.name: thing for thing in DRAWABLES}
NEEDS_NOTHING = {"chest_tube", "breast_implants", "ecg_leads", "clothes", "line_on_chest"}


def drawn(thing: Drawable, seed: int) -> tuple[Canvas, bool]:
    """Draw one thing into the small thorax."""
    canvas = healthy()
    with torch.no_grad():
        return canvas, thing.draw(canvas, np.random.default_rng(seed))


def name_of(thing: Drawable) -> str:
    """Name a test by what it draws."""
    return thing.name


@pytest.mark.parametrize("thing", LEARNED, ids=name_of)
def test_a_device_is_drawn_and_marked_where_it_lies(thing: Drawable) -> None:
    before = healthy()
    for seed in range(3):
        canvas, done = drawn(thing, seed)
        assert done
        assert set(canvas.truth) == set(thing.labels)
        truth = canvas.truth[thing.labels[0]]
        assert 0.5 < float(truth.max()) <= 1.0
        changed = (canvas.hu - before.hu).abs() > 20
        assert float((changed & (truth > 0.5)).sum()) > 0.5 * float((truth > 0.5).sum())
        (instance,) = canvas.instances
        assert instance.label == thing.labels[0]
        assert instance.volume_mm3 > 0


@pytest.mark.parametrize("thing", RESEMBLING, ids=name_of)
def test_what_resembles_a_device_is_drawn_without_truth(thing: Drawable) -> None:
    before, done_once = healthy(), False
    for seed in range(4):
        canvas, done = drawn(thing, seed)
        assert canvas.truth == {}
        assert canvas.instances == []
        assert torch.equal(canvas.hu, before.hu) != done
        done_once |= done
    assert done_once


@pytest.mark.parametrize("thing", [t for t in DRAWABLES if t.name not in NEEDS_NOTHING], ids=name_of)
def test_without_landmarks_nothing_is_drawn(thing: Drawable) -> None:
    canvas, before = healthy(), healthy()
    canvas.landmarks = Landmarks()
    assert not thing.draw(canvas, np.random.default_rng(1))
    assert torch.equal(canvas.hu, before.hu)
    assert canvas.truth == {}


@pytest.mark.parametrize("thing", LEARNED, ids=name_of)
def test_the_same_seed_draws_the_same_device(thing: Drawable) -> None:
    (one, _), (two, _) = drawn(thing, 7), drawn(thing, 7)
    assert torch.equal(one.hu, two.hu)
    assert one.instances == two.instances


def test_a_pacing_lead_reaches_from_the_vena_cava_into_the_heart() -> None:
    canvas, _ = drawn(BY_NAME["pacemaker"], 1)
    marks = canvas.landmarks
    assert marks.heart is not None
    assert marks.vena_cava is not None
    places = torch.nonzero(canvas.truth["pacemaker_or_defib"] > 0.5).numpy() * canvas.spacing_mm
    for target, reach in ((marks.heart.middle, max(marks.heart.half_mm)), (marks.vena_cava.at(0.5)[0], 14.0)):
        assert np.linalg.norm(places - np.array(target), axis=1).min() < reach


def test_a_tracheal_tube_ends_above_the_carina() -> None:
    for seed in range(5):
        canvas, _ = drawn(BY_NAME["tracheal_tube"], seed)
        places = torch.nonzero(canvas.truth["tracheal_tube"] > 0.5).numpy() * canvas.spacing_mm
        carina = canvas.landmarks.airways[0].course.points[-1]
        assert places[:, 0].min() > carina[0] - 6


def test_a_chest_tube_passes_from_outside_the_lungs_to_under_the_pleura_of_one_side() -> None:
    canvas, _ = drawn(BY_NAME["chest_tube"], 2)
    tube = canvas.truth["chest_tube"] > 0.5
    assert bool((tube & (canvas.depth_mm > 0)).any())
    assert bool((tube & (canvas.depth_mm < -10)).any())
    sides = canvas.right[tube]
    assert bool(sides.all()) or not bool(sides.any())


def test_sternal_wires_lie_along_the_sternum() -> None:
    canvas, _ = drawn(BY_NAME["sternotomy"], 4)
    sternum = canvas.landmarks.sternum
    assert sternum is not None
    places = torch.nonzero(canvas.truth["sternotomy"] > 0.5).numpy() * canvas.spacing_mm
    course = np.array([sternum.at(float(share))[0] for share in np.linspace(0, 1, 40)])
    apart = np.linalg.norm(places[:, None] - course[None], axis=2).min(1)
    assert apart.max() < 24
    assert np.ptp(places[:, 0]) > 0.4 * sternum.length_mm


def test_metal_is_denser_than_bone_and_plastic_is_not() -> None:
    canvas, _ = drawn(BY_NAME["pacemaker"], 2)
    assert float(canvas.hu.max()) > 2500
    tube, _ = drawn(BY_NAME["chest_tube"], 3)
    assert float(tube.hu.max()) < 2500


def test_a_gastric_tube_follows_the_oesophagus() -> None:
    before = healthy()
    canvas, _ = drawn(BY_NAME["gastric_tube"], 3)
    changed = torch.nonzero((canvas.hu - before.hu).abs() > 100).numpy() * canvas.spacing_mm
    course = canvas.landmarks.oesophagus
    assert course is not None
    high = changed[changed[:, 0] > course.points[-1][0] + 20]
    middle = np.array([course.at(float(share))[0] for share in np.linspace(0, 1, 60)])
    assert np.linalg.norm(high[:, None] - middle[None], axis=2).min(1).max() < 16


def test_a_lone_lead_needs_no_vein_under_the_clavicle() -> None:
    canvas = healthy()
    canvas.landmarks = replace(canvas.landmarks, subclavian_left=None, subclavian_right=None)
    assert BY_NAME["pacemaker"].draw(canvas, np.random.default_rng(1))
