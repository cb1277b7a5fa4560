"""Airspace disease, collapse, oedema, septa, emphysema: dense or black as in patients, and in their place."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch

from ai.phantom.canvas import Canvas
from ai.phantom.drawable import Drawable
from ai.phantom.lesions import (
    atelectasis,
    consolidation,
    edema,
    emphysema,
    groundglass,
    lookalikes,
    pneumonia,
    septa,
)
from ai.phantom.lesions.airspace import Patch, blob
from ai.phantom.lesions.consolidation import filled
from ai.phantom.territories import lungs
from tests.support.thorax import healthy

FINDINGS = tuple(
    thing
    for module in (atelectasis, consolidation, edema, emphysema, groundglass, pneumonia, septa)
    for thing in module.DRAWABLES
)
NAMES = {thing.name: thing for thing in (*FINDINGS, *lookalikes.DRAWABLES)}


@cache
def drawn(name: str, seed: int = 1) -> Canvas:
    """Return a thorax with one thing drawn; not to be changed."""
    canvas = healthy()
    with torch.no_grad():
        assert NAMES[name].draw(canvas, np.random.default_rng(seed))
    return canvas


@pytest.mark.parametrize("thing", FINDINGS, ids=lambda thing: thing.name)
def test_a_finding_has_truth_and_an_instance_of_what_it_is_named_for(thing: Drawable) -> None:
    canvas = drawn(thing.name)
    for label in thing.labels:
        share = canvas.truth[label]
        assert 0.25 < float(share.max()) <= 1
        assert float(share.min()) >= 0
        own = [one for one in canvas.instances if one.label == label]
        assert own
        # What is told as drawn is what the truth holds, but for faint fringes and for what overlaps.
        told = sum(one.volume_mm3 for one in own)
        assert float(share.sum()) * canvas.spacing_mm**3 < 1.15 * told + 300
    assert not torch.equal(canvas.hu, healthy().hu)


@pytest.mark.parametrize("thing", FINDINGS, ids=lambda thing: thing.name)
def test_its_truth_lies_in_the_lung(thing: Drawable) -> None:
    canvas = drawn(thing.name)
    for share in canvas.truth.values():
        assert float((-canvas.depth_mm * (share > 0.5)).max()) <= 4.0


@pytest.mark.parametrize("thing", [*FINDINGS, *lookalikes.DRAWABLES], ids=lambda thing: thing.name)
def test_the_same_seed_draws_the_same(thing: Drawable) -> None:
    one, two = healthy(), healthy()
    with torch.no_grad():
        assert thing.draw(one, np.random.default_rng(5)) == thing.draw(two, np.random.default_rng(5))
    assert torch.equal(one.hu, two.hu)
    assert one.instances == two.instances


@pytest.mark.parametrize("thing", lookalikes.DRAWABLES, ids=lambda thing: thing.name)
def test_a_look_alike_is_nobodys_truth(thing: Drawable) -> None:
    canvas = healthy()
    with torch.no_grad():
        done = thing.draw(canvas, np.random.default_rng(2))
    assert canvas.truth == {}
    assert canvas.instances == []
    assert torch.equal(canvas.hu, healthy().hu) != done


@pytest.mark.parametrize("thing", [*FINDINGS, *lookalikes.DRAWABLES], ids=lambda thing: thing.name)
def test_without_lungs_nothing_is_drawn(thing: Drawable) -> None:
    canvas = healthy()
    canvas.depth_mm = torch.full(canvas.shape, -9.0)
    before = canvas.copy()
    with torch.no_grad():
        done = thing.draw(canvas, np.random.default_rng(2))
    if thing.name != "beam_hardening":  # it needs a vein, not a lung
        assert not done
        assert torch.equal(canvas.hu, before.hu)
    assert canvas.truth == {}
    assert canvas.instances == []


@pytest.mark.parametrize("name", ["groundglass_foci", "groundglass_diffuse", "groundglass_mosaic"])
def test_ground_glass_is_added_so_vessels_stay(name: str) -> None:
    before, canvas = healthy().hu, drawn(name)
    hazy = canvas.truth["groundglass"] > 0.85
    lung = hazy & (before < -750) & (before > -950)
    assert 50 < float((canvas.hu - before)[lung].mean()) < 460
    assert float(canvas.hu[lung].mean()) < -350
    vessel = canvas.lung & (before > -200)
    assert torch.equal(canvas.hu[vessel], before[vessel])


@pytest.mark.parametrize("name", ["consolidation_patches", "pneumonia_lobar", "pneumonia_whole_lung"])
def test_consolidation_is_soft_tissue_with_its_volume_kept(name: str) -> None:
    canvas = drawn(name)
    inside = canvas.truth["consolidation"] > 0.9
    assert -30 < float(canvas.hu[inside].median()) < 130
    assert torch.equal(canvas.depth_mm, healthy().depth_mm)


def test_a_whole_lung_and_a_patch_are_far_apart() -> None:
    whole, patch = drawn("pneumonia_whole_lung").truth["pneumonia"], drawn("pneumonia_patch").truth["pneumonia"]
    assert float(whole.sum()) > 8 * float(patch.sum())


def test_collapse_takes_volume_consolidation_does_not() -> None:
    for seed in (2, 4, 6, 7):
        before, canvas = healthy(), drawn("lobar_collapse", seed)
        share = canvas.truth["atelectasis"]
        right = float((share * canvas.right).sum()) > float((share * ~canvas.right).sum())

        def lung_of(one: Canvas, right: bool = right) -> int:
            return int((one.lung & (one.right == right)).sum())

        assert lung_of(canvas) < 0.98 * lung_of(before)
        assert 20 < float(canvas.hu[share > 0.95].median()) < 140


def test_the_mediastinum_follows_a_collapsed_lung() -> None:
    canvas = drawn("whole_lung_collapse")
    share = canvas.truth["atelectasis"]
    right = float((share * canvas.right).sum()) > float((share * ~canvas.right).sum())
    sign = -1.0 if right else 1.0

    def inner_edge(one: Canvas) -> float:
        side = next(lung for lung in lungs(one) if lung.right != right)
        return (side.low if right else side.high)[2]

    assert sign * (inner_edge(canvas) - inner_edge(healthy())) >= 0
    assert int(canvas.lung.sum()) < int(healthy().lung.sum())


def test_behind_a_tumour_both_are_told_apart() -> None:
    canvas = drawn("obstructed_lobe", 2)
    mass, airless = canvas.truth["mass"], canvas.truth["atelectasis"]
    assert float(mass.sum()) > 0
    assert float(airless.sum()) > 0
    assert not bool(((mass > 0.9) & (airless > 0.3)).any())


def test_emphysema_is_black_and_graded_by_what_is_below_950() -> None:
    for name in ("emphysema_centrilobular", "emphysema_panlobular", "bullae"):
        before, canvas = healthy().hu, drawn(name)
        marked = (canvas.truth["emphysema"] > 0.9) & (before < -800)
        assert float((canvas.hu - before)[marked].mean()) < -5
        assert float(canvas.hu[marked].min()) < -935


def test_oedema_is_on_both_sides() -> None:
    canvas = drawn("oedema_alveolar")
    share = canvas.truth["pulmonary_edema"]
    assert float((share * canvas.right).sum()) > 0
    assert float((share * ~canvas.right).sum()) > 0


def test_what_fills_the_air_hides_what_needs_air() -> None:
    canvas = healthy()
    with torch.no_grad():
        emphysema.draw_panlobular(canvas, np.random.default_rng(1))
        before = canvas.truth["emphysema"].clone()
        pneumonia.draw_whole_lung(canvas, np.random.default_rng(1))
    filled = canvas.truth["consolidation"] > 0.9
    assert float(canvas.truth["emphysema"][filled].max()) < 0.12
    assert float(before[filled].mean()) > float(canvas.truth["emphysema"][filled].mean())


@pytest.mark.parametrize("airways", [0.0, 1.0])
def test_a_sharp_solid_patch_without_airways_may_be_a_mass(airways: float) -> None:
    canvas = healthy()
    lung = lungs(canvas)[0]
    with torch.no_grad():
        block, distance = blob(canvas, lung.hilum, 25.0, np.random.default_rng(3))
        filled(canvas, lung, Patch(block, (distance < 0).float()), np.random.default_rng(3), airways=airways)
    assert ("mass" in canvas.unknown) == (airways == 0.0)
