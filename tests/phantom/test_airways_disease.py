"""Widened, thickened and plugged airways: lumen, wall and truth in a lung."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ai.phantom.airway_brush import draw_airways
from ai.phantom.canvas import Canvas
from ai.phantom.drawable import Drawable
from ai.phantom.lesions import airway_lookalikes, bronchial_walls, bronchiectasis, tree_in_bud
from ai.phantom.lesions.airway_territory import place_at_depth
from ai.phantom.sprouting import ends_in_territory, grown
from ai.phantom.territories import lungs
from ai.phantom.tubes import Tube, near_tubes
from tests.support.thorax import healthy

FINDINGS = tuple(thing for module in (bronchial_walls, bronchiectasis, tree_in_bud) for thing in module.DRAWABLES)


def _lung_block(spacing_mm: float = 1.0, count: int = 48) -> Canvas:
    """Return a cube of lung without anything in it."""
    shape = (count,) * 3
    return Canvas(torch.full(shape, -860.0), torch.full(shape, 30.0), torch.ones(shape, dtype=torch.bool), spacing_mm)


def _straight(radius_mm: float) -> Tube:
    return Tube(np.array([[4.0, 24.0, 24.0], [44.0, 24.0, 24.0]]), np.array([radius_mm, radius_mm]))


def test_a_tube_has_its_distance_in_millimetres() -> None:
    spots, distance = near_tubes(_lung_block(), [_straight(4.0)], 3.0)
    middle = (spots.index[0] == 24) & (spots.index[1] == 24)
    at = dict(zip(spots.index[2][middle].tolist(), distance[middle].tolist(), strict=True))
    assert at[26] == pytest.approx(-2.0, abs=0.1)
    assert at[30] == pytest.approx(2.0, abs=0.1)
    assert float(distance.max()) < 3.0


def test_an_airway_is_air_in_a_wall() -> None:
    canvas = _lung_block()
    spots, share = draw_airways(canvas, [_straight(4.0)], wall_mm=2.0)
    assert float(canvas.hu[24, 24, 24]) < -930
    assert float(canvas.hu[24, 24, 29]) > -250
    assert float(canvas.hu[24, 24, 36]) == -860.0
    drawn_mm3 = float(share.sum())
    assert drawn_mm3 == pytest.approx(np.pi * 36 * 40 + 4 / 3 * np.pi * 216, rel=0.12)
    assert len(spots) == len(share)


def test_a_wall_thinner_than_a_voxel_is_fainter() -> None:
    peaks = []
    for wall in (0.5, 2.0):
        canvas = _lung_block()
        draw_airways(canvas, [_straight(4.0)], wall_mm=wall)
        peaks.append(float(canvas.hu.max()))
    assert peaks[0] < peaks[1] - 150


def test_a_grown_tree_reaches_every_end_from_its_root() -> None:
    rng = np.random.default_rng(2)
    ends = rng.uniform(10, 80, (9, 3))
    tubes = grown((0.0, 0.0, 0.0), ends, 1.0, rng)
    tips = np.array([tube.points[-1] for tube in tubes])
    assert all(np.linalg.norm(tips - end, axis=1).min() < 1e-6 for end in ends)
    starts = np.array([tube.points[0] for tube in tubes])
    nodes = np.vstack([tips, np.zeros((1, 3))])
    assert all(np.linalg.norm(nodes - start, axis=1).min() < 1e-6 for start in starts)
    assert max(float(tube.radii_mm.max()) for tube in tubes) <= 1.5


def test_ends_lie_in_the_lung_asked_for_at_the_depth_asked_for() -> None:
    canvas = healthy()
    left = lungs(canvas)[1]
    centre = place_at_depth(canvas, left, (8.0, 30.0), np.random.default_rng(1), lower=True)
    assert centre is not None
    assert centre[0] < left.low[0] + left.size[0] / 2 + canvas.spacing_mm
    ends = ends_in_territory(canvas, left, centre, 40.0, 6, np.random.default_rng(1), (5.0, 20.0))
    assert len(ends)
    for s, r, c in (ends / canvas.spacing_mm).round().astype(int):
        assert 5.0 < float(canvas.depth_mm[s, r, c]) < 20.0
        assert not bool(canvas.right[s, r, c])


@pytest.mark.parametrize("thing", FINDINGS, ids=lambda thing: thing.name)
def test_truth_lies_in_the_lung_and_every_finding_has_an_instance(thing: Drawable) -> None:
    for seed in (1, 2):
        canvas = healthy()
        assert thing.draw(canvas, np.random.default_rng(seed))
        assert thing.labels[0] in {one.label for one in canvas.instances}
        assert set(canvas.truth) <= set(thing.labels)
        for share in canvas.truth.values():
            assert 0 <= float(share.min()) <= float(share.max()) <= 1
            assert not bool((share[canvas.depth_mm < -3] > 0.25).any())
        again = healthy()
        thing.draw(again, np.random.default_rng(seed))
        assert torch.equal(again.hu, canvas.hu)


@pytest.mark.parametrize("thing", FINDINGS, ids=lambda thing: thing.name)
def test_a_thorax_without_lungs_stays_as_it_was(thing: Drawable) -> None:
    canvas = healthy()
    canvas.depth_mm = torch.full(canvas.shape, -50.0)
    before = canvas.hu.clone()
    assert not thing.draw(canvas, np.random.default_rng(1))
    assert torch.equal(canvas.hu, before)
    assert not canvas.truth
    assert not canvas.instances


@pytest.mark.parametrize("thing", airway_lookalikes.DRAWABLES, ids=lambda thing: thing.name)
def test_a_look_alike_changes_the_picture_and_claims_nothing(thing: Drawable) -> None:
    canvas = healthy()
    before = canvas.hu.clone()
    assert thing.draw(canvas, np.random.default_rng(1))
    assert not torch.equal(canvas.hu, before)
    assert not canvas.truth
    assert not canvas.instances
