"""What the program missed in one scan is found there on a second look; a vessel at the place is not taken for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from ai.change import ChangeKind, LesionChange, Registration
from ai.comparison import compare, second_look
from ai.comparison.same_picture import pictured
from ai.comparison.seen import Seen
from ai.findings import Analysis, Composition, Lesion
from ai.geometry import PointMm
from ai.model.lesions import described
from ai.model.looking import body_at
from ai.volume import Volume
from tests.support.nodule_scans import ball, knows, lung_with, rod, scan_with
from tests.support.synthetic_analysis import sphere_mm3

HERE = PointMm(1.3, -0.7, 2.1)
SOLID_HU, HAZE_HU = 30.0, -560.0
STILL = Registration(np.eye(4), 0.97)


def lesion_of(volume: Volume, diameter_mm: float, place: PointMm = HERE) -> Lesion:
    """The nodule as the analysis of that scan would give it."""
    body = body_at(place, diameter_mm, volume)
    assert body is not None
    return replace(described(knows().findings[0].abnormality, body, volume.grid, "right_upper"), confidence=0.9)


def changes(then: Volume, now: Volume, knew: Analysis, knows_now: Analysis) -> tuple[LesionChange, ...]:
    """What became of the lesions half a year later."""
    prior, current = scan_with(then, date(2024, 1, 1)), scan_with(now, date(2024, 7, 1))
    return compare(prior, knew, current, knows_now, STILL).lesions


def test_a_nodule_missed_in_the_prior_is_found_there_and_said_to_have_grown() -> None:
    then, now = lung_with((ball(HERE, 8), SOLID_HU)), lung_with((ball(HERE, 12), SOLID_HU), seed=5)
    (change,) = changes(then, now, knows(), knows(lesion_of(now, 12)))
    assert change.kind is ChangeKind.GROWN
    assert change.second_look
    assert change.prior is not None and change.prior.second_look
    assert change.current is not None and not change.current.second_look
    assert change.volume_change == pytest.approx((12 / 8) ** 3 - 1, rel=0.12)


def test_a_nodule_missed_in_the_current_scan_is_not_gone() -> None:
    then, now = lung_with((ball(HERE, 9), SOLID_HU)), lung_with((ball(HERE, 9), SOLID_HU), seed=5)
    (change,) = changes(then, now, knows(lesion_of(then, 9)), knows())
    assert change.kind is ChangeKind.STABLE
    assert change.current is not None and change.current.second_look


@pytest.mark.parametrize("vessel_mm", [2.0, 3.0, 4.5])
def test_a_vessel_at_the_place_is_not_taken_for_it(vessel_mm: float) -> None:
    vessel = (rod(HERE, vessel_mm), SOLID_HU)
    then, now = lung_with(vessel), lung_with(vessel, (ball(HERE, 9), SOLID_HU), seed=5)
    (change,) = changes(then, now, knows(), knows(lesion_of(now, 9)))
    assert change.kind is ChangeKind.NEW
    assert not change.second_look
    assert not change.obscured


@pytest.mark.parametrize("dense_then", [True, False])
def test_what_lay_in_something_as_dense_is_new_or_gone_with_a_doubt(dense_then: bool) -> None:
    """A nodule of 9 mm in the one scan, a consolidation of 36 mm around its place in the other."""
    nodule, around = lung_with((ball(HERE, 9), SOLID_HU)), lung_with((ball(HERE, 36), SOLID_HU), seed=5)
    known = knows(lesion_of(nodule, 9))
    if dense_then:
        (change,) = changes(around, nodule, knows(), known)
    else:
        (change,) = changes(nodule, around, known, knows())
    assert change.kind is (ChangeKind.NEW if dense_then else ChangeKind.GONE)
    assert change.obscured


def test_where_the_other_scan_shows_lung_there_is_no_doubt() -> None:
    nodule, empty = lung_with((ball(HERE, 9), SOLID_HU)), lung_with(seed=5)
    (new,) = changes(empty, nodule, knows(), knows(lesion_of(nodule, 9)))
    (gone,) = changes(nodule, empty, knows(lesion_of(nodule, 9)), knows())
    assert (new.kind, new.obscured, gone.kind, gone.obscured) == (ChangeKind.NEW, False, ChangeKind.GONE, False)


@pytest.mark.parametrize(("then_mm", "share"), [(9.0, 0.0), (8.0, (9 / 8) ** 3 - 1)])
def test_a_nodule_that_cannot_be_cut_from_its_vessel_there_is_known_by_its_picture(
    then_mm: float, share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    vessel = (rod(HERE, 3.0), SOLID_HU)
    then, now = (lung_with(vessel, (ball(HERE, mm), SOLID_HU), seed=seed) for mm, seed in ((then_mm, 1), (9.0, 5)))
    lesion = lesion_of(now, 9)
    monkeypatch.setattr(second_look, "body_at", lambda *asked: None)
    (change,) = changes(then, now, knows(), knows(lesion))
    assert change.second_look
    assert change.volume_change == pytest.approx(share, abs=0.12)


@pytest.mark.parametrize("vessel_mm", [2.0, 3.0, 4.5, 6.0])
def test_the_picture_of_a_vessel_is_not_that_of_a_nodule_on_it(vessel_mm: float) -> None:
    vessel = (rod(HERE, vessel_mm), SOLID_HU)
    then, now = lung_with(vessel), lung_with(vessel, (ball(HERE, 9), SOLID_HU), seed=5)
    here, there = (Seen(volume, knows(), None) for volume in (now, then))
    assert pictured(lesion_of(now, 9), here, HERE, there) is None


def test_a_finding_whose_lesion_the_other_scan_shows_on_second_look_is_neither_new_nor_gone() -> None:
    then, now = lung_with((ball(HERE, 9), SOLID_HU)), lung_with((ball(HERE, 9), SOLID_HU), seed=5)
    prior, current = scan_with(then, date(2024, 1, 1)), scan_with(now, date(2024, 7, 1))
    missed_then = compare(prior, knows(), current, knows(lesion_of(now, 9)), STILL)
    missed_now = compare(prior, knows(lesion_of(then, 9)), current, knows(), STILL)
    for found, missed in ((missed_then, "prior"), (missed_now, "current")):
        (change,) = found.findings
        assert change.kind is ChangeKind.STABLE
        other = getattr(change, missed)
        assert other is not None and not other.present


def test_where_nothing_lies_it_is_new_or_gone() -> None:
    empty, full = lung_with(), lung_with((ball(HERE, 9), SOLID_HU), seed=5)
    assert [c.kind for c in changes(empty, full, knows(), knows(lesion_of(full, 9)))] == [ChangeKind.NEW]
    assert [c.kind for c in changes(full, empty, knows(lesion_of(full, 9)), knows())] == [ChangeKind.GONE]


def test_another_lesion_of_that_scan_is_not_taken_twice() -> None:
    beside = PointMm(HERE.left + 13, HERE.posterior, HERE.superior)
    then = lung_with((ball(beside, 9), SOLID_HU))
    now = lung_with((ball(beside, 9), SOLID_HU), (ball(HERE, 9), SOLID_HU), seed=5)
    found = changes(then, now, knows(lesion_of(then, 9, beside)), knows(lesion_of(now, 9), lesion_of(now, 9, beside)))
    assert sorted(change.kind.value for change in found) == ["new", "stable"]


def test_a_pair_is_measured_by_one_rule() -> None:
    """The outlines of detection differ by half; the nodule does not."""
    then, now = lung_with((ball(HERE, 10), SOLID_HU)), lung_with((ball(HERE, 10), SOLID_HU), seed=5)
    poor = replace(lesion_of(then, 10), volume_mm3=330.0)
    (change,) = changes(then, now, knows(poor), knows(lesion_of(now, 10)))
    assert change.kind is ChangeKind.STABLE
    assert change.volume_change == pytest.approx(0.0, abs=0.06)
    assert change.mass_change == pytest.approx(0.0, abs=0.08)
    assert change.prior_mm3 == pytest.approx(sphere_mm3(10), rel=0.1)


@pytest.mark.parametrize(
    ("core_mm", "shell_mm", "kind"),
    [
        (12.0, 0.0, Composition.SOLID),
        (0.0, 14.0, Composition.GROUND_GLASS),
        (6.0, 18.0, Composition.PART_SOLID),
    ],
)
def test_what_a_nodule_is_made_of(core_mm: float, shell_mm: float, kind: Composition) -> None:
    volume = lung_with((ball(HERE, shell_mm), HAZE_HU), (ball(HERE, core_mm), SOLID_HU))
    found = lesion_of(volume, max(core_mm, shell_mm))
    assert found.composition is kind
    assert found.volume_mm3 == pytest.approx(sphere_mm3(max(core_mm, shell_mm)), rel=0.2)
    assert found.solid_mm == pytest.approx(core_mm, abs=1.6)
    assert found.mass_mg == pytest.approx(found.volume_mm3 * (found.mean_hu + 1000) / 1000)


def test_of_a_tiny_nodule_the_composition_is_not_told() -> None:
    volume = lung_with((ball(HERE, 4), SOLID_HU))
    assert lesion_of(volume, 4).composition is None


def test_ground_glass_around_a_large_solid_part_is_part_of_the_lesion() -> None:
    """The solid part's blur leaves nothing of a thin shell that is deep and free: the shell itself tells."""
    volume = lung_with((ball(HERE, 17), HAZE_HU), (ball(HERE, 11), SOLID_HU))
    found = lesion_of(volume, 17)
    assert found.composition is Composition.PART_SOLID
    assert found.volume_mm3 == pytest.approx(sphere_mm3(17), rel=0.15)
    assert found.solid_mm == pytest.approx(11, abs=1.6)


def test_faint_ground_glass_too_small_for_a_middle_is_not_measured_as_tissue() -> None:
    volume = lung_with((ball(HERE, 7), -650.0))
    assert lesion_of(volume, 7).volume_mm3 == pytest.approx(sphere_mm3(7), rel=0.25)
