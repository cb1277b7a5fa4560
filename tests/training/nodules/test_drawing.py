"""Cubes lie around what the first network marks: nodules are nodules, the undecided is left out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from ai.model.close_look import cubes_around
from ai.phantom.canvas import Canvas, Instance, Vector
from ai.training.nodules import drawing
from ai.training.nodules.drawing import Drawing, cubes_of, draw_cubes, orders
from ai.training.nodules.lessons import KEPT, SPARE, Cubes
from ai.volume import Volume
from tests.support.bright_network import bright_bundle
from tests.support.thorax import healthy, volume_of


def beads(canvas: Canvas) -> tuple[Vector, Vector]:
    """Return two places deep in the lungs, one in each."""
    places = []
    for side in (canvas.right, ~canvas.right):
        s, r, c = np.unravel_index(int((canvas.depth_mm * side).argmax()), canvas.shape)
        places.append((float(s) * canvas.spacing_mm, float(r) * canvas.spacing_mm, float(c) * canvas.spacing_mm))
    return places[0], places[1]


def with_two_beads() -> tuple[Canvas, Volume, Vector, Vector]:
    """Return a thorax with two balls brighter than bone; the first is a nodule, the second is none."""
    canvas = healthy()
    nodule, other = beads(canvas)
    for centre in (nodule, other):
        region = canvas.region(centre, 14.0)
        canvas.hu[region.block] = torch.where(region.radius <= 12.0, 1500.0, canvas.hu[region.block])
    region = canvas.region(nodule, 14.0)
    canvas.mark("nodule", (region.radius <= 12.0).float(), region.block)
    canvas.instances.append(Instance("nodule", nodule, 24.0, 7000.0, "nodule"))
    return canvas, volume_of(canvas), nodule, other


def drawn(canvas: Canvas, volume: Volume) -> Cubes:
    """Return the cubes."""
    return cubes_of(volume, canvas, bright_bundle(), np.random.default_rng(1))


def test_marks_on_a_nodule_are_present_others_are_not() -> None:
    canvas, volume, _, other = with_two_beads()
    cubes = drawn(canvas, volume)
    assert int(cubes.present.sum()) >= 2  # the mark, and its own middle
    assert cubes.found[cubes.present == 1].tolist().count(0) == 1
    assert set(cubes.diameters_mm[cubes.present == 1].tolist()) == {24.0}
    strongest = cubes.hu[int(torch.where(cubes.present == 0, cubes.places, -99.0).argmax())]
    middle = slice(KEPT // 2 - 2, KEPT // 2 + 2)
    assert float(strongest[middle, middle, middle].float().mean()) > 1000
    origin = canvas.origin
    place = origin.moved(other[2], other[1], other[0])
    around = cubes_around(volume, place.array()[None], KEPT - 2 * SPARE)
    assert float(around.max()) == pytest.approx(1500, abs=1)


def test_what_is_undecided_is_left_out() -> None:
    canvas, volume, _, other = with_two_beads()
    region = canvas.region(other, 14.0)
    canvas.mark_unknown("nodule", region.radius <= 12.0, region.block)
    before, after = drawn(*with_two_beads()[:2]), drawn(canvas, volume)
    assert after.places[after.present == 0].max() < before.places[before.present == 0].max()
    assert torch.equal(after.places[after.present == 1], before.places[before.present == 1])


def test_orders_take_turns_between_bodies_and_real_anatomies_and_splits_share_no_seed() -> None:
    wanted = list(orders("train", 16, ["a", "b"]))
    assert [order.anatomy for order in wanted] == [""] * 4 + ["a"] * 4 + [""] * 4 + ["b"] * 4
    assert len({order.body for order in wanted}) == 4
    others = {order.seed for order in orders("calibrate", 1000, [])}
    assert not others & {order.seed for order in orders("train", 100_000, [])}


def test_what_is_there_is_not_drawn_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    canvas, volume, *_ = with_two_beads()
    hu = torch.from_numpy(volume.hu.copy())
    monkeypatch.setattr(drawing, "_case", lambda order, anatomy: (hu, canvas))
    monkeypatch.setattr(drawing, "_bundle", lambda folder: bright_bundle())
    wish = Drawing(None, None, tmp_path)
    first = draw_cubes(wish, "train", 2)
    assert [path.name for path in first] == ["train-3000000.safetensors", "train-3000001.safetensors"]
    times = [path.stat().st_mtime_ns for path in first]
    assert draw_cubes(wish, "train", 3)[:2] == first
    assert [path.stat().st_mtime_ns for path in first] == times
