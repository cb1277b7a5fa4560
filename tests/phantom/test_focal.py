"""Nodules, masses, cavities, cysts and nodes: sizes, densities and truth agree with what was drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from ai.phantom.canvas import Canvas, Vector
from ai.phantom.drawable import Drawable
from ai.phantom.lesions import (
    cavities,
    cysts,
    granulomas,
    lymphadenopathy,
    masses,
    nodule_lookalikes,
    nodules,
)
from ai.phantom.lesions.calcium import Calcium
from ai.phantom.lesions.focal import Density, FocalLesion, Margin, draw_focal
from ai.phantom.lesions.hollow import Cavity
from tests.support.synthetic_analysis import sphere_mm3
from tests.support.thorax import healthy

MODULES = (cavities, cysts, granulomas, lymphadenopathy, masses, nodule_lookalikes, nodules)
EVERYTHING = [thing for module in MODULES for thing in module.DRAWABLES]
FINDINGS = [thing for thing in EVERYTHING if thing.labels]
LOOKALIKES = [thing for thing in EVERYTHING if not thing.labels]
DENSITIES = {
    Density.SOLID: (-60, 75),
    Density.GROUND_GLASS: (-800, -400),
    Density.PART_SOLID: (-750, -100),
    Density.CALCIFIED: (190, 1000),
}


def lung_block(spacing_mm: float = 2.0) -> Canvas:
    """Return a cube of 64 mm of lung without vessels, far from its surface."""
    shape = (round(64 / spacing_mm),) * 3
    return Canvas(torch.full(shape, -860.0), torch.full(shape, 40.0), torch.ones(shape, dtype=torch.bool), spacing_mm)


def middle(canvas: Canvas, off_mm: float = 0.0) -> Vector:
    """Return the middle of a canvas, moved a little off the voxels' grid."""
    a, b, c = (n * canvas.spacing_mm / 2 + off_mm for n in canvas.shape)
    return a, b, c


def drawn(thing: Drawable, seed: int = 1) -> Canvas | None:
    """Return a coarse thorax with one thing drawn; None where it could not be."""
    canvas = healthy()
    with torch.no_grad():
        return canvas if thing.draw(canvas, thing.chance(seed)) else None


@pytest.mark.parametrize("margin", Margin)
@pytest.mark.parametrize("diameter_mm", [3.0, 5.0, 9.0, 20.0, 30.0])
def test_a_nodule_has_the_volume_of_its_diameter(margin: Margin, diameter_mm: float) -> None:
    canvas = lung_block()
    lesion = FocalLesion(middle(canvas, 0.7), diameter_mm, Density.SOLID, margin, 5)
    instance = draw_focal(canvas, lesion)
    assert instance.volume_mm3 == pytest.approx(sphere_mm3(diameter_mm), rel=0.12)
    assert instance.volume_mm3 == pytest.approx(float(canvas.truth["nodule"].sum()) * 8, rel=1e-4)
    assert instance.diameter_mm == pytest.approx(diameter_mm, rel=0.07)


@pytest.mark.parametrize("off_mm", [0.0, 1.0])
def test_a_small_solid_nodule_holds_its_mass_wherever_it_lies_between_voxels(off_mm: float) -> None:
    canvas = lung_block()
    before = canvas.hu.clone()
    draw_focal(canvas, FocalLesion(middle(canvas, off_mm), 4.0, Density.SOLID, Margin.ROUND, 3))
    added = float((canvas.hu - before).sum()) * 8
    assert added / sphere_mm3(4.0) == pytest.approx(880, rel=0.15)


@pytest.mark.parametrize("density", Density)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_nodule_is_as_dense_as_its_kind(density: Density, seed: int) -> None:
    canvas = lung_block()
    draw_focal(canvas, FocalLesion(middle(canvas), 26.0, density, Margin.ROUND, seed))
    low, high = DENSITIES[density]
    assert low < float(canvas.hu[canvas.truth["nodule"] > 0.9].mean()) < high


def test_a_halo_is_haze_outside_the_body_and_told_as_ground_glass() -> None:
    canvas, bare = lung_block(), lung_block()
    lesion = FocalLesion(middle(canvas), 32.0, Density.SOLID, Margin.ROUND, 6)
    draw_focal(bare, lesion)
    draw_focal(canvas, replace(lesion, halo_mm=8.0))
    haze = (canvas.hu - bare.hu) > 60
    assert int(haze.sum()) * 8 > sphere_mm3(36.0) - sphere_mm3(32.0)
    assert not bool(haze[canvas.truth["mass"] > 0.9].any())
    assert float(canvas.hu[haze].quantile(0.95)) < -400
    told = canvas.truth["groundglass"] > 0.35
    assert not bool(told[canvas.truth["mass"] > 0.9].any())
    assert float(haze[told].float().mean()) > 0.9
    assert torch.equal(canvas.truth["mass"], bare.truth["mass"])


def test_an_airy_mass_holds_air_within_its_outline() -> None:
    canvas, bare = lung_block(), lung_block()
    lesion = FocalLesion(middle(canvas), 40.0, Density.SOLID, Margin.IRREGULAR, 8)
    draw_focal(bare, lesion)
    draw_focal(canvas, replace(lesion, airy=0.8))
    assert torch.equal(canvas.truth["mass"], bare.truth["mass"])
    inside = canvas.truth["mass"] > 0.9
    assert 0.05 < float((canvas.hu[inside] < -300).float().mean()) < 0.6
    assert float((bare.hu[inside] < -300).float().mean()) < 0.01
    assert float(canvas.hu[inside].quantile(0.9)) > 0


def test_some_masses_have_a_halo_and_some_hold_air() -> None:
    canvas = lung_block()
    made = [masses.mass_at(canvas, middle(canvas), 40.0, np.random.default_rng(seed)) for seed in range(60)]
    assert 10 < sum(mass.halo_mm > 0 for mass in made) < 40
    assert 8 < sum(mass.airy > 0 for mass in made) < 35


def test_an_irregular_mass_has_far_more_surface_than_a_round_one_of_its_volume() -> None:
    surfaces = {}
    for margin in (Margin.ROUND, Margin.IRREGULAR):
        canvas = lung_block()
        draw_focal(canvas, FocalLesion(middle(canvas), 32.0, Density.SOLID, margin, 7))
        inside = canvas.truth["mass"] > 0.5
        surfaces[margin] = sum(int((inside ^ inside.roll(1, axis)).sum()) for axis in range(3))
    assert surfaces[Margin.IRREGULAR] > 1.2 * surfaces[Margin.ROUND]


def test_a_nodule_grows_in_its_own_shape() -> None:
    small, large = lung_block(), lung_block()
    draw_focal(small, FocalLesion(middle(small), 16.0, Density.SOLID, Margin.LOBULATED, 5))
    draw_focal(large, FocalLesion(middle(large), 26.0, Density.SOLID, Margin.LOBULATED, 5))
    assert bool((large.truth["nodule"] > 0.4)[small.truth["nodule"] > 0.6].all())


def test_ground_glass_leaves_vessels_visible() -> None:
    canvas = lung_block()
    canvas.hu[:, 15:17, 15:17] = 40.0
    draw_focal(canvas, FocalLesion(middle(canvas), 24.0, Density.GROUND_GLASS, Margin.ROUND, 4))
    assert float(canvas.hu[12:20, 15:17, 15:17].mean()) == pytest.approx(40, abs=1)


def test_a_large_calcified_nodule_has_all_its_names() -> None:
    canvas = lung_block()
    lesion = FocalLesion(middle(canvas), 14.0, Density.CALCIFIED, Margin.ROUND, 4, calcium=Calcium.CENTRAL)
    draw_focal(canvas, lesion)
    assert set(canvas.truth) == {"nodule", "nodulegr1cm", "granuloma", "calcification"}
    assert {one.label for one in canvas.instances} == {"nodule", "granuloma"}
    assert float(canvas.truth["calcification"].sum()) < 0.5 * float(canvas.truth["granuloma"].sum())
    assert float(canvas.hu[canvas.truth["calcification"] > 0.9].min()) > 150


def test_the_cavitys_fluid_lies_at_the_back_and_its_air_in_front() -> None:
    canvas = lung_block()
    hole = Cavity(wall_mm=4.0, ragged=0.0, fluid=0.5)
    draw_focal(canvas, FocalLesion(middle(canvas), 40.0, Density.SOLID, Margin.ROUND, 4, cavity=hole))
    s, r, c = (n // 2 for n in canvas.shape)
    step = round(8 / canvas.spacing_mm)
    assert float(canvas.hu[s, r - step, c]) == pytest.approx(-990, abs=15)
    assert 0 < float(canvas.hu[s, r + step, c]) < 40
    assert float(canvas.truth["cavitation"][s, r, c]) == pytest.approx(1.0)
    assert {one.label for one in canvas.instances} == {"mass", "cavitation"}


def test_what_is_covered_is_no_longer_true() -> None:
    canvas = lung_block()
    canvas.mark("emphysema", torch.ones(canvas.shape))
    draw_focal(canvas, FocalLesion(middle(canvas), 20.0, Density.SOLID, Margin.ROUND, 4))
    both = canvas.truth["emphysema"] + canvas.truth["nodule"]
    assert float((both - 1).abs().max()) < 1e-4


def test_growth_pushes_vessels_aside() -> None:
    canvas = lung_block(1.0)
    canvas.hu[:, 22:24, 36:38] = 40.0  # beside the middle, within the nodule's radius
    calm = canvas.copy()
    lesion = FocalLesion(middle(canvas), 24.0, Density.SOLID, Margin.ROUND, 4)
    draw_focal(calm, lesion)
    draw_focal(canvas, FocalLesion(lesion.centre, 24.0, Density.SOLID, Margin.ROUND, 4, pushes=0.8))
    around = canvas.truth["nodule"] < 0.05
    level = canvas.shape[0] // 2
    outside = (canvas.hu[level] > -400)[around[level]].sum() - (calm.hu[level] > -400)[around[level]].sum()
    assert int(outside) > 0


@pytest.mark.parametrize("thing", FINDINGS, ids=lambda thing: thing.name)
def test_a_finding_has_truth_and_instances_where_it_was_drawn(thing: Drawable) -> None:
    before = healthy()
    canvas = drawn(thing) or drawn(thing, 2)
    assert canvas is not None
    assert set(canvas.truth) <= set(thing.labels)
    assert canvas.instances
    assert {one.label for one in canvas.instances} <= set(thing.labels)
    for label, share in canvas.truth.items():
        assert float(share.min()) >= 0
        assert 0.05 < float(share.max()) <= 1.0001, label
    assert not torch.equal(canvas.hu, before.hu)
    for one in canvas.instances:
        assert one.volume_mm3 > 0
        assert one.words


@pytest.mark.parametrize("thing", LOOKALIKES, ids=lambda thing: thing.name)
def test_a_lookalike_leaves_no_truth(thing: Drawable) -> None:
    canvas = drawn(thing)
    if canvas is None:
        pytest.skip("there is no room for it in this thorax")
    assert not canvas.truth
    assert not canvas.instances
    assert not set(canvas.unknown) & {"nodule", "mass"}
    assert not torch.equal(canvas.hu, healthy().hu)


@pytest.mark.parametrize("thing", EVERYTHING, ids=lambda thing: thing.name)
def test_without_lungs_nothing_is_drawn(thing: Drawable) -> None:
    shape = (20, 20, 20)
    canvas = Canvas(torch.full(shape, 40.0), torch.full(shape, -20.0), torch.ones(shape, dtype=torch.bool), 4.0)
    assert thing.draw(canvas, np.random.default_rng(1)) is False
    assert bool((canvas.hu == 40.0).all())
    assert not canvas.truth
    assert not canvas.unknown
    assert not canvas.instances


@pytest.mark.parametrize("thing", FINDINGS[::4], ids=lambda thing: thing.name)
def test_the_same_seed_draws_the_same(thing: Drawable) -> None:
    one, other = drawn(thing, 2), drawn(thing, 2)
    assert one is not None
    assert other is not None
    assert torch.equal(one.hu, other.hu)
    assert one.instances == other.instances


def test_a_tumour_and_the_collapse_behind_it_share_no_voxel() -> None:
    thing = next(t for t in masses.DRAWABLES if t.name == "central mass with collapse")
    canvas = drawn(thing) or drawn(thing, 2)
    assert canvas is not None
    both = canvas.truth["mass"] + canvas.truth["atelectasis"]
    assert float(both.max()) <= 1.01
