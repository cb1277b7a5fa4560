"""Scars, nets, honeycombs and bands: where their truth lies and how dense they are."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch

from ai.phantom.canvas import Canvas
from ai.phantom.drawable import Drawable
from ai.phantom.lesions import bands, fibrosis, honeycombing, interstitial_lookalikes, reticulation, scars
from ai.phantom.lesions.interstitial_extent import Pattern, affected
from ai.phantom.spots import Spots
from tests.support.thorax import healthy

FINDINGS = tuple(thing for module in (bands, fibrosis, honeycombing, reticulation, scars) for thing in module.DRAWABLES)
SEEDS = (1, 2)


@cache
def _drawn(name: str, seed: int) -> Canvas:
    canvas = healthy()
    thing = next(thing for thing in FINDINGS if thing.name == name)
    with torch.no_grad():
        assert thing.draw(canvas, np.random.default_rng(seed))
    return canvas


@pytest.mark.parametrize("thing", FINDINGS, ids=lambda thing: thing.name)
def test_truth_is_a_share_in_the_lung_and_has_an_instance(thing: Drawable) -> None:
    for seed in SEEDS:
        canvas = _drawn(thing.name, seed)
        assert thing.labels[0] in {one.label for one in canvas.instances}
        for share in canvas.truth.values():
            assert 0 <= float(share.min()) <= float(share.max()) <= 1
            assert not bool((share[canvas.depth_mm < -4] > 0.25).any())


@pytest.mark.parametrize("thing", FINDINGS, ids=lambda thing: thing.name)
def test_one_seed_draws_one_picture(thing: Drawable) -> None:
    again = healthy()
    thing.draw(again, np.random.default_rng(1))
    assert torch.equal(again.hu, _drawn(thing.name, 1).hu)


@pytest.mark.parametrize("thing", FINDINGS, ids=lambda thing: thing.name)
def test_a_thorax_without_lungs_stays_as_it_was(thing: Drawable) -> None:
    canvas = healthy()
    canvas.depth_mm = torch.full(canvas.shape, -50.0)
    before = canvas.hu.clone()
    assert not thing.draw(canvas, np.random.default_rng(1))
    assert torch.equal(canvas.hu, before)
    assert not canvas.truth
    assert not canvas.unknown
    assert not canvas.instances


@pytest.mark.parametrize("thing", interstitial_lookalikes.DRAWABLES, ids=lambda thing: thing.name)
def test_a_look_alike_changes_the_picture_and_claims_nothing(thing: Drawable) -> None:
    canvas = healthy()
    before = canvas.hu.clone()
    if thing.draw(canvas, np.random.default_rng(1)):
        assert not torch.equal(canvas.hu, before)
    assert not canvas.truth
    assert not canvas.instances


def test_honeycombing_is_fibrosis_and_reticulation_near_the_pleura() -> None:
    for seed in SEEDS:
        canvas = _drawn("honeycombing", seed)
        comb = canvas.truth["honeycombing"] > 0.6
        assert bool(comb.any())
        assert float(canvas.truth["fibrosis"][comb].median()) > 0.5
        assert float(canvas.depth_mm[comb].median()) < 30


def test_honeycombs_are_air_in_shared_walls_under_the_pleura() -> None:
    depth = torch.arange(48.0).expand(48, 48, 48).clone()
    canvas = Canvas(torch.full((48, 48, 48), -860.0), depth, torch.ones((48, 48, 48), dtype=torch.bool), 1.0)
    spots = Spots.where(canvas, canvas.lung)
    cover = honeycombing.stack_cysts(canvas, spots, torch.ones(len(spots)), np.random.default_rng(4))
    inside = canvas.hu[spots.index][cover > 0.9]
    assert 0.15 < float((inside < -900).float().mean()) < 0.9
    assert float((inside > -400).float().mean()) > 0.08
    assert float(cover[spots.depth_mm > 45].max()) < 0.3


def test_reticulation_raises_density_within_its_extent_only() -> None:
    for seed in SEEDS:
        canvas = _drawn("reticulation", seed)
        change = canvas.hu - healthy().hu
        assert float(change[canvas.truth["reticulation"] > 0.7].mean()) > 15
        drawn = canvas.truth["reticulation"] > 0
        fringe = canvas.unknown["reticulation"]
        assert float(change[~drawn & ~fringe].abs().max()) < 1e-3


def test_apical_caps_are_soft_tissue_at_the_top() -> None:
    for seed in SEEDS:
        canvas = _drawn("apical scars", seed)
        cap = canvas.truth["scarring"] > 0.8
        assert float(canvas.hu[cap].median()) > -150
        levels, capped = torch.nonzero(canvas.lung)[:, 0], torch.nonzero(cap)[:, 0]
        assert int(capped.min()) > float(levels.min() + levels.max()) / 2


def test_a_basal_plate_is_atelectasis_and_lies_low() -> None:
    seen = 0
    for seed in range(6):
        canvas = healthy()
        bands.draw_bands(canvas, np.random.default_rng(seed))
        if "atelectasis" in canvas.truth:
            seen += 1
            plate = canvas.truth["atelectasis"] > 0.5
            assert bool((canvas.truth["bandlike_or_linear"][plate] > 0.5).all())
            rows = torch.nonzero(canvas.lung)[:, 0].float()
            height = (torch.nonzero(plate)[:, 0].float().mean() - rows.min()) / (rows.max() - rows.min())
            assert float(height) < 0.6
    assert seen >= 2


def test_an_extent_takes_about_the_share_asked_for_and_lies_where_its_pattern_says() -> None:
    canvas = healthy()
    found = affected(canvas, Pattern("basal", 12.0, 1.0, 0.5, 0.3), 0.15, np.random.default_rng(8))
    assert found is not None
    spots, extent = found
    lung = Spots.where(canvas, canvas.lung)
    assert 0.05 < float(extent.sum()) / len(lung) < 0.3
    assert float(spots.places[extent > 0.5][:, 0].mean()) < float(lung.places[:, 0].mean())
    assert float(spots.depth_mm[extent > 0.5].mean()) < float(lung.depth_mm.mean())
