"""A case is decided by its seed, shows what was asked for, and leaves the anatomy it was drawn into alone."""

from __future__ import annotations

import pytest
import torch

from ai.phantom import CATALOGUE, Case, drawn_case
from ai.phantom.canvas import Canvas, Instance, Vector
from ai.phantom.case import drawn_patient, plan_of
from ai.phantom.conspicuity import forget_hidden
from ai.phantom.lesions.focal import cover
from tests.support.thorax import healthy

LEARNED = ("nodule", "groundglass", "emphysema", "pleural_effusion", "cardiomegaly", "tracheal_tube")


def case(seed: int, findings: frozenset[str] | None = None) -> Case:
    """Draw into the small thorax."""
    return drawn_case(seed, healthy(), findings)


@pytest.mark.parametrize("seed", [0, 5])
def test_the_same_seed_draws_the_same_case(seed: int) -> None:
    one, two = case(seed), case(seed)
    assert torch.equal(one.hu, two.hu)
    assert one.drawn == two.drawn
    assert one.canvas.instances == two.canvas.instances
    for layers in ("truth", "unknown"):
        mine, other = getattr(one.canvas, layers), getattr(two.canvas, layers)
        assert set(mine) == set(other)
        assert all(torch.equal(mine[name], other[name]) for name in mine)


def test_another_seed_draws_another_case() -> None:
    assert not torch.equal(case(0).hu, case(1).hu)


def test_the_whole_patient_comes_from_the_seed_or_from_the_bodys() -> None:
    one, two, other = (drawn_case(seed, None, frozenset(), 5.0) for seed in (9, 9, 10))
    assert torch.equal(one.hu, two.hu)
    assert one.canvas.origin == two.canvas.origin
    assert one.canvas.shape != other.canvas.shape or not torch.equal(one.hu, other.hu)
    borrowed = drawn_case(10, None, frozenset(), 5.0, body=9)
    assert borrowed.canvas.origin == one.canvas.origin
    assert borrowed.canvas.landmarks.aorta == one.canvas.landmarks.aorta


def test_the_anatomy_is_not_changed() -> None:
    anatomy, untouched = healthy(), healthy()
    anatomy.mark_unknown("nodule", torch.zeros(anatomy.shape, dtype=torch.bool))
    drawn_case(3, anatomy, frozenset(LEARNED))
    assert torch.equal(anatomy.hu, untouched.hu)
    assert torch.equal(anatomy.depth_mm, untouched.depth_mm)
    assert torch.equal(anatomy.right, untouched.right)
    assert anatomy.organs is not None
    assert untouched.organs is not None
    assert torch.equal(anatomy.organs, untouched.organs)
    assert anatomy.landmarks == untouched.landmarks
    assert anatomy.truth == {}
    assert anatomy.instances == []
    assert not bool(anatomy.unknown["nodule"].any())


@pytest.mark.parametrize("name", LEARNED)
def test_what_is_asked_for_is_drawn(name: str) -> None:
    drawn = case(1, frozenset({name}))
    assert float(drawn.canvas.truth[name].max()) > 0.3
    assert name in {instance.label for instance in drawn.canvas.instances}


def test_no_findings_no_truth_but_what_resembles() -> None:
    for seed in range(6):
        clear = case(seed, frozenset())
        assert clear.canvas.instances == []
        assert clear.canvas.truth == {}
        assert {thing.labels for thing in CATALOGUE if thing.name in clear.drawn} <= {()}


def test_leaving_one_thing_out_changes_no_other() -> None:
    seed = next(
        s for s in range(50) if {"fibrosis", "pacemaker"} <= plan_of(s) or {"nodules", "catheter"} <= plan_of(s)
    )
    plan = plan_of(seed)
    first = next(name for name in ("fibrosis", "nodules") if name in plan)
    _, all_of_it = drawn_patient(seed, healthy(), plan)
    called: list[str] = []
    drawn_patient(seed, healthy(), plan - {first}, lambda canvas, thing: called.append(thing.name))
    assert called == [thing.name for thing in CATALOGUE if thing.name in plan - {first}]
    assert first in all_of_it
    numbers = {thing.name: thing.chance(seed).random() for thing in CATALOGUE}
    assert len(set(numbers.values())) == len(CATALOGUE)


def test_the_scan_is_ct_like() -> None:
    hu = case(2).hu
    assert hu.dtype == torch.int16
    assert int(hu.min()) >= -1024
    assert int(hu.max()) <= 3071
    assert float((hu < -900).float().mean()) > 0.05


def test_what_later_drawing_hides_is_no_instance_any_more() -> None:
    canvas = healthy().copy()
    seen, hidden = (60.0, 80.0, 60.0), (60.0, 80.0, 120.0)
    canvas.hu[:] = -850.0
    for centre in (seen, hidden):
        _put_ball(canvas, centre, 40.0)
    over = canvas.region(hidden, 12.0)
    cover(canvas, torch.full_like(over.radius, 0.9), over.block)
    forget_hidden(canvas)
    assert [one.centre for one in canvas.instances] == [seen]


@pytest.mark.parametrize(
    ("around_hu", "ball_hu", "calcium_hu", "is_seen"),
    [
        (-850.0, 40.0, None, True),
        (-850.0, -600.0, None, True),
        (30.0, 40.0, None, False),
        (30.0, 40.0, 600.0, True),
        (-560.0, -600.0, None, False),
    ],
    ids=["in lung", "ground glass", "in collapse", "in collapse with calcium", "haze in haze"],
)
def test_a_nodule_that_nobody_can_see_is_neither_there_nor_absent(
    around_hu: float, ball_hu: float, calcium_hu: float | None, is_seen: bool
) -> None:
    canvas, centre = healthy().copy(), (60.0, 80.0, 60.0)
    canvas.hu[:] = around_hu
    _put_ball(canvas, centre, ball_hu)
    if calcium_hu is not None:
        middle = canvas.region(centre, 4.0)
        canvas.hu[middle.block] += (middle.radius <= 3.0) * (calcium_hu - ball_hu)
    forget_hidden(canvas)
    assert bool(canvas.instances) == is_seen
    assert bool((canvas.truth["nodule"] > 0).any()) == is_seen
    assert ("nodule" in canvas.unknown) != is_seen


def test_a_nodule_at_the_pleura_is_seen_by_its_lung_side() -> None:
    canvas, centre = healthy().copy(), (60.0, 80.0, 60.0)
    canvas.hu[:] = -850.0
    canvas.hu[:, :, : round(60.0 / canvas.spacing_mm)] = 40.0
    _put_ball(canvas, centre, 40.0)
    forget_hidden(canvas)
    assert canvas.instances


def _put_ball(canvas: Canvas, centre: Vector, hu: float) -> None:
    """A ball of 10 mm with its truth."""
    region = canvas.region(centre, 8.0)
    inside = region.radius <= 5.0
    canvas.hu[region.block] += inside * (hu - canvas.hu[region.block])
    canvas.mark("nodule", inside.float(), region.block)
    canvas.instances.append(Instance("nodule", centre, 10.0, float(inside.sum()) * canvas.spacing_mm**3, "nodule"))
