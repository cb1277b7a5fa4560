"""Each abnormality, drawn alone: its truth is its own, lies in the lung and is as dense as the textbooks say."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch
from torch import Tensor

from ai.phantom import FINDINGS
from ai.phantom.canvas import Canvas
from ai.phantom.lesions.consolidation import draw_consolidation
from ai.phantom.lesions.focal import Density, FocalLesion, Margin, draw_focal
from ai.phantom.lesions.groundglass import draw_groundglass
from tests.support.synthetic_analysis import sphere_mm3
from tests.support.thorax import healthy

BESIDE = {"consolidation": {"groundglass"}, "pleural_effusion": {"atelectasis"}}
"""What an abnormality brings with it: a ground-glass fringe, collapsed lung before the fluid."""
SEEDS = range(4)


@cache
def _drawn(name: str, seed: int) -> Canvas:
    canvas = healthy()
    with torch.no_grad():
        FINDINGS[name][0](canvas, np.random.default_rng(seed))
    return canvas


def canvases(name: str) -> list[Canvas]:
    """Return some canvases on which the abnormality was really drawn."""
    found = [canvas for seed in SEEDS if name in (canvas := _drawn(name, seed)).truth]
    assert len(found) >= 2
    return found


def hu_inside(canvas: Canvas, name: str, least: float = 0.9) -> Tensor:
    """Return the Hounsfield units where the truth is nearly whole."""
    return canvas.hu[canvas.truth[name] > least]


@pytest.mark.parametrize("name", FINDINGS)
def test_only_its_own_truth_is_marked(name: str) -> None:
    for canvas in canvases(name):
        assert set(canvas.truth) - {name} <= BESIDE.get(name, set())
        assert {instance.label for instance in canvas.instances} == {name}
        share = canvas.truth[name]
        assert float(share.min()) >= 0
        assert 0.3 < float(share.max()) <= 1


@pytest.mark.parametrize("name", FINDINGS)
def test_its_truth_lies_in_the_lung(name: str) -> None:
    for canvas in canvases(name):
        outside = -canvas.depth_mm[canvas.truth[name] > 0.25]
        assert float(outside.max()) <= 3.0


@pytest.mark.parametrize("name", FINDINGS)
def test_nothing_far_from_its_truth_is_changed(name: str) -> None:
    before = healthy().hu
    for canvas in canvases(name):
        outside_lung = canvas.depth_mm < -6
        assert float((canvas.hu - before)[outside_lung].abs().max()) < 5


def test_fluid_is_water_and_lies_at_the_back() -> None:
    for canvas in canvases("pleural_effusion"):
        inside = hu_inside(canvas, "pleural_effusion", 0.98)
        assert -5 < float(inside.median()) < 35
        rows = torch.nonzero(canvas.truth["pleural_effusion"] > 0.5)[:, 1].float()
        lung_rows = torch.nonzero(canvas.lung)[:, 1].float()
        assert float(rows.mean()) > float(lung_rows.mean())


def test_consolidation_is_soft_tissue() -> None:
    medians = [float(hu_inside(c, "consolidation", 0.98).median()) for c in canvases("consolidation")]
    assert all(-150 < median < 80 for median in medians)


def test_mass_is_soft_tissue() -> None:
    for canvas in canvases("mass"):
        assert 0 < float(hu_inside(canvas, "mass", 0.99).median()) < 75
        assert all(instance.diameter_mm > 30 for instance in canvas.instances)


def test_emphysema_is_blacker_than_lung() -> None:
    before = healthy().hu
    for canvas in canvases("emphysema"):
        marked = canvas.truth["emphysema"] > 0.9
        aerated = marked & (before < -700)
        assert float((canvas.hu - before)[aerated].mean()) < -20
        assert float(canvas.hu[aerated].min()) == pytest.approx(-985, abs=25)
        assert bool((canvas.hu <= before + 1)[before > -985].all())


def test_nodules_are_nodules() -> None:
    for canvas in canvases("nodule"):
        assert all(4.5 < instance.diameter_mm <= 30 for instance in canvas.instances)


@pytest.mark.parametrize("seed", SEEDS)
def test_ground_glass_is_added_so_vessels_stay_visible(seed: int) -> None:
    before = healthy().hu
    canvas = _drawn("groundglass", seed)
    hazy = canvas.truth["groundglass"] > 0.9
    added = (canvas.hu - before)[hazy & (before < -700)]
    assert 80 < float(added.mean()) < 500
    assert float(canvas.hu[hazy & (before < -700)].mean()) < -300
    vessel = before > -250
    assert torch.equal(canvas.hu[vessel], before[vessel])
    # Where vessels run through the haze they are still the denser.
    if bool((hazy & vessel).any()):
        assert float(canvas.hu[hazy & vessel].mean()) > float(canvas.hu[hazy & (before < -700)].mean()) + 100


def test_consolidation_hides_vessels_where_ground_glass_does_not() -> None:
    def kept(canvas: Canvas, name: str) -> float:
        inside = (canvas.truth[name] > 0.95) & (canvas.depth_mm > 3)
        return float(np.corrcoef(canvas.hu[inside].numpy(), healthy().hu[inside].numpy())[0, 1])

    haze, filled = healthy(), healthy()
    draw_groundglass(haze, np.random.default_rng(1))
    draw_consolidation(filled, np.random.default_rng(1))
    assert kept(haze, "groundglass") > 0.7
    assert kept(filled, "consolidation") < 0.4


def test_under_a_fringe_ground_glass_is_undecided() -> None:
    hidden = [
        (c.truth["consolidation"] > 0.9) & c.unknown["groundglass"] for c in canvases("consolidation") if c.unknown
    ]
    assert hidden
    assert all(bool(both.any()) for both in hidden)


DENSITIES = {
    Density.SOLID: (-60, 75),
    Density.GROUND_GLASS: (-800, -400),
    Density.PART_SOLID: (-750, -100),
    Density.CALCIFIED: (190, 1000),
}


def deep_place(canvas: Canvas) -> tuple[float, float, float]:
    """Return the deepest place of the lungs in the canvas's frame."""
    flat = int(canvas.depth_mm.argmax())
    s, r, c = np.unravel_index(flat, canvas.shape)
    return float(s) * canvas.spacing_mm, float(r) * canvas.spacing_mm, float(c) * canvas.spacing_mm


@pytest.mark.parametrize("density", Density)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_nodule_is_as_dense_as_its_kind(density: Density, seed: int) -> None:
    canvas = healthy()
    draw_focal(canvas, FocalLesion(deep_place(canvas), 26.0, density, Margin.ROUND, seed))
    before = healthy().hu
    inside = (canvas.truth["nodule"] > 0.9) & (before < -700)
    low, high = DENSITIES[density]
    assert low < float(canvas.hu[inside].mean()) < high


@pytest.mark.parametrize("margin", Margin)
def test_a_nodule_has_its_size_and_place(margin: Margin) -> None:
    canvas = healthy()
    centre = deep_place(canvas)
    instance = draw_focal(canvas, FocalLesion(centre, 24.0, Density.SOLID, margin, 5))
    # The nominal diameter is before ripple and stretch, which may add a fifth of it; the volume is what was drawn.
    assert 0.4 < instance.volume_mm3 / sphere_mm3(24.0) < 1.9
    assert instance.volume_mm3 == pytest.approx(float(canvas.truth["nodule"].sum()) * 64, rel=1e-4)
    share = canvas.truth["nodule"]
    drawn = torch.nonzero(share > 0.5).float().mean(0) * canvas.spacing_mm
    assert float(torch.dist(drawn, torch.tensor(centre))) < 6


def test_a_nodule_grows_in_its_own_shape() -> None:
    """The seed decides the shape, so a larger one holds the smaller."""
    small, large = healthy(), healthy()
    place = deep_place(small)
    draw_focal(small, FocalLesion(place, 16.0, Density.SOLID, Margin.ROUND, 5))
    draw_focal(large, FocalLesion(place, 26.0, Density.SOLID, Margin.ROUND, 5))
    assert bool((large.truth["nodule"] > 0.4)[small.truth["nodule"] > 0.6].all())


def test_above_30_mm_it_is_a_mass() -> None:
    canvas = healthy()
    place = deep_place(canvas)
    for diameter_mm, label in ((30.0, "nodule"), (31.0, "mass")):
        assert FocalLesion(place, diameter_mm, Density.SOLID, Margin.ROUND, 1).label == label
