"""Findings of pleura, heart, great vessels and chest wall: truth in mm and HU, sides, landmarks, and look-alikes."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

import numpy as np
import pytest
import torch

from ai.organs import code_of
from ai.phantom.canvas import Canvas
from ai.phantom.drawable import Drawable
from ai.phantom.landmarks import Landmarks
from ai.phantom.lesions import (
    aortic_wall,
    cardiomegaly,
    coronaries,
    effusion,
    fracture,
    hernia,
    pericardium,
    pleura,
    pneumothorax,
    wide_vessels,
)
from ai.phantom.lesions.cardiomegaly import chest_width_mm, heart_width_mm
from ai.phantom.lesions.wide_vessels import limits_mm
from tests.support.thorax import healthy

_MODULES = (
    effusion, pleura, pneumothorax, pericardium, cardiomegaly, coronaries, aortic_wall, wide_vessels, hernia, fracture,
)  # fmt: skip
ALL = list(chain.from_iterable(module.DRAWABLES for module in _MODULES))
BY_NAME = {thing.name: thing for thing in ALL}
LEARNED = [thing for thing in ALL if thing.labels]
RESEMBLING = [thing for thing in ALL if not thing.labels]
ON_THE_LUNG = {
    "pleural effusion", "loculated pleural effusion", "pleural thickening", "pleural plaques", "pneumothorax",
    "rib fractures", "extrapleural fat", "big bulla", "fold over the lung", "fluid in a fissure",
}  # fmt: skip
"""What needs no landmark."""


def drawn(name: str, seed: int, canvas: Canvas | None = None) -> tuple[Canvas, bool]:
    """Draw one thing into the small thorax."""
    canvas = healthy() if canvas is None else canvas
    with torch.no_grad():
        return canvas, BY_NAME[name].draw(canvas, np.random.default_rng(seed))


def name_of(thing: Drawable) -> str:
    """Name a test by what it draws."""
    return thing.name


@pytest.mark.parametrize("thing", LEARNED, ids=name_of)
def test_a_finding_is_drawn_and_marked_where_it_lies(thing: Drawable) -> None:
    before = healthy()
    for seed in (1, 2):
        canvas, done = drawn(thing.name, seed)
        assert done
        assert set(canvas.truth) <= set(thing.labels)
        truth = canvas.truth[thing.labels[0]]
        assert 0.25 < float(truth.max()) <= 1.0
        changed = (canvas.hu - before.hu).abs() > 5
        assert bool((changed & (truth > 0.25)).any())
        assert {one.label for one in canvas.instances} <= set(canvas.truth)
        assert all(one.volume_mm3 > 0 and one.words for one in canvas.instances)
        assert bool(torch.isfinite(canvas.hu).all())


@pytest.mark.parametrize("thing", RESEMBLING, ids=name_of)
def test_what_resembles_a_finding_leaves_no_truth(thing: Drawable) -> None:
    before, done_once = healthy(), False
    for seed in range(3):
        canvas, done = drawn(thing.name, seed)
        assert canvas.truth == {}
        assert canvas.instances == []
        assert torch.equal(canvas.hu, before.hu) != done
        done_once |= done
    assert done_once


@pytest.mark.parametrize("thing", [t for t in ALL if t.name not in ON_THE_LUNG], ids=name_of)
def test_without_landmarks_nothing_is_drawn(thing: Drawable) -> None:
    canvas = healthy()
    canvas.landmarks, canvas.organs = Landmarks(), None
    before = canvas.copy()
    _, done = drawn(thing.name, 1, canvas)
    assert not done
    assert torch.equal(canvas.hu, before.hu)
    assert (canvas.truth, canvas.unknown, canvas.instances) == ({}, {}, [])


@pytest.mark.parametrize("name", ["pleural effusion", "pneumothorax", "aortic aneurysm", "hiatal hernia"])
def test_one_seed_is_one_picture(name: str) -> None:
    first, second, other = drawn(name, 7)[0], drawn(name, 7)[0], drawn(name, 8)[0]
    assert torch.equal(first.hu, second.hu)
    assert not torch.equal(first.hu, other.hu)


def test_fluid_lies_behind_and_below_and_is_as_dense_as_fluid() -> None:
    lung = torch.nonzero(healthy().depth_mm > 0).float().mean(0)
    for seed in (1, 2, 5):
        canvas, _ = drawn("pleural effusion", seed)
        share = canvas.truth["pleural_effusion"]
        middle = torch.nonzero(share > 0.5).float().mean(0)
        assert middle[1] > lung[1]
        assert middle[0] < lung[0] + 5
        assert -10 < float(canvas.hu[share > 0.9].median()) < 75
        organs = canvas.organs
        assert organs is not None
        assert not bool(((organs > 0) & (organs <= 5) & (share > 0.6)).any())


def test_air_lies_in_front_of_the_lung_that_shrinks() -> None:
    before = healthy()
    lung = torch.nonzero(before.depth_mm > 0).float().mean(0)
    for seed in range(4):
        canvas, _ = drawn("pneumothorax", seed)
        share = canvas.truth["pneumothorax"]
        assert float(canvas.hu[share > 0.9 * float(share.max())].median()) < -900
        assert int((canvas.depth_mm > 0).sum()) < int((before.depth_mm > 0).sum())
        if float(share.sum()) * canvas.spacing_mm**3 > 2e5:
            assert torch.nonzero(share > 0.5).float().mean(0)[1] < lung[1]


def test_an_enlarged_heart_is_more_than_half_as_wide_as_the_chest() -> None:
    before = healthy()
    canvas, _ = drawn("cardiomegaly", 2)
    assert heart_width_mm(before) / chest_width_mm(before) < 0.5
    assert 0.5 < heart_width_mm(canvas) / chest_width_mm(canvas) < 0.75
    assert canvas.organs is not None
    heart = canvas.organs == code_of("heart")
    share = canvas.truth["cardiomegaly"]
    assert float(share[heart].mean()) > 0.8
    old, new = before.landmarks.heart, canvas.landmarks.heart
    assert old is not None and new is not None
    assert np.prod(new.half_mm) > 1.1 * np.prod(old.half_mm)


def test_a_normal_heart_stays_below_half_of_the_chest() -> None:
    for seed in range(3):
        canvas, _ = drawn("large normal heart", seed)
        assert heart_width_mm(canvas) / chest_width_mm(canvas) < 0.51


def test_fluid_surrounds_the_heart_within_the_pericardium() -> None:
    canvas, _ = drawn("pericardial effusion", 3)
    share = canvas.truth["pericardial_effusion"]
    before = healthy().organs
    assert before is not None and canvas.organs is not None
    assert float(share[before == code_of("heart")].mean()) < 0.2
    assert float((canvas.organs[share > 0.6] == code_of("heart")).float().mean()) > 0.9
    assert -15 < float(canvas.hu[share > 0.9].median()) < 65


def test_an_aneurysm_is_as_wide_as_it_says_and_the_landmarks_know() -> None:
    for seed in range(3):
        canvas, _ = drawn("aortic aneurysm", seed)
        (one,) = [i for i in canvas.instances if i.label == "aneurysm"]
        aorta = canvas.landmarks.aorta
        assert aorta is not None
        assert one.diameter_mm > 40
        assert 2 * max(aorta.radii_mm) == pytest.approx(one.diameter_mm, rel=0.08)
        assert torch.equal(canvas.truth["aneurysm"], canvas.truth["dilation_or_ectasia"])


def test_between_dilated_and_aneurysm_no_one_says_which() -> None:
    assert limits_mm(0.1) == (40.0, 45.0)
    assert limits_mm(0.8) == (35.0, 40.0)
    canvas, _ = drawn("ectatic aorta", 1)
    assert "aneurysm" not in canvas.truth
    assert bool(canvas.unknown["aneurysm"][canvas.truth["dilation_or_ectasia"] > 0.5].all())


def test_calcium_is_dense_and_on_its_vessel() -> None:
    canvas, _ = drawn("coronary calcium", 4)
    before = healthy()
    added = (canvas.hu - before.hu)[canvas.truth["coronary_artery_disease"] > 0.5]
    assert float(added.max()) > 60
    places = torch.nonzero(canvas.truth["coronary_artery_disease"] > 0.3).numpy() * canvas.spacing_mm
    line = np.array([p for c in canvas.landmarks.coronaries.values() for p in c.points])
    far = np.linalg.norm(places[:, None] - line[None], axis=2).min(1)
    assert far.max() < 12
    assert torch.equal(canvas.truth["calcification"], canvas.truth["coronary_artery_disease"])


def test_a_hernia_lies_between_heart_and_spine_above_the_hiatus() -> None:
    canvas, _ = drawn("hiatal hernia", 2)
    (one,) = canvas.instances
    marks = canvas.landmarks
    assert marks.oesophagus is not None and marks.spine is not None
    assert one.centre[0] > marks.oesophagus.points[-1][0] - 15
    assert one.centre[1] < marks.spine.at(0.7)[0][1]


def test_rib_fractures_need_no_landmarks_of_ribs() -> None:
    canvas = healthy()
    canvas.landmarks = replace(canvas.landmarks, ribs=())
    found = [drawn("rib fractures", seed, canvas.copy())[1] for seed in range(4)]
    assert any(found)
