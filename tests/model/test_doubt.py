"""A chest CT is read, whatever ails the patient; anything else is refused in a sentence."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from ai.anatomy import find_lungs
from ai.findings import Doubt
from ai.model import ModelError
from ai.model.doubt import ScanDoubted, doubts_of_field, doubts_of_likeness, doubts_of_stack, withhold_if_grave
from ai.model.likeness import Likeness, likeness_of
from ai.model.preparation import prepare
from ai.model.stack import Stack, stack_of
from ai.phantom import drawn_case
from ai.volume import Volume
from tests.support.ruined import NO_CHEST, RUINED, blanked, cropped, doubled, shuffled, with_hu
from tests.support.thorax import healthy, volume_of


@cache
def chest(seed: int = 3) -> Volume:
    """Return a drawn scan at 4 mm with ordinary noise."""
    clean = volume_of(healthy(seed))
    return with_hu(clean, clean.hu + np.random.default_rng(seed).normal(0, 12, clean.hu.shape))


def doubts(volume: Volume) -> tuple[Doubt, ...]:
    """Return what ``prepare`` says of a scan, grave or not."""
    try:
        return prepare(volume, 4.0).doubts
    except ScanDoubted as refusal:
        return refusal.doubts


@pytest.mark.parametrize("seed", [3, 4, 5, 6])
def test_a_healthy_chest_is_in_no_doubt(seed: int) -> None:
    assert doubts(chest(seed)) == ()


@pytest.mark.parametrize("finding", ["emphysema", "pleural_effusion", "pneumonia", "consolidation", "pneumothorax"])
def test_a_sick_chest_is_read(finding: str) -> None:
    case = drawn_case(11, healthy(), frozenset({finding}))
    scan = Volume(np.ascontiguousarray(case.hu.numpy()), case.canvas.grid)
    assert not any(doubt.grave for doubt in doubts(scan))


@pytest.mark.parametrize("ruin", RUINED)
def test_a_ruined_scan_is_refused(ruin: str) -> None:
    said = doubts(RUINED[ruin](chest()))
    assert any(doubt.grave for doubt in said)
    assert all(doubt.sentence.endswith(".") for doubt in said)


@pytest.mark.parametrize("thing", NO_CHEST)
def test_what_is_no_chest_is_refused(thing: str) -> None:
    assert any(doubt.grave for doubt in doubts(NO_CHEST[thing]()))


@pytest.mark.parametrize(
    "name",
    [
        "rider-1129164940-dicom", "covid-p001-dicom", "normal001.nii.gz", "c3n-00247.nii.gz",
        "lung-pet-ct-dx-a0001-lung.nii.gz", "cmb-crc-01068.nii.gz", "aorta-cta.nii.gz", "planning-thorax.nii.gz",
    ],
)  # fmt: skip
def test_real_chests_are_read(shared: Any, name: str) -> None:
    assert prepare(real(shared, name), 2.0).doubts == ()


def test_of_a_real_chest_whose_lungs_were_erased_in_places_this_is_told(shared: Any) -> None:
    """In slices 50, 51, 53 … of cap001 one lung or both are -1024 HU throughout."""
    ready = prepare(real(shared, "cap001.nii.gz"), 2.0)
    (doubt,) = ready.doubts
    assert "erased" in doubt.sentence
    assert not doubt.grave
    lung = ready.unpadded[ready.lungs.mask]
    assert (lung <= -1022).mean() < 0.01


def real(shared: Any, name: str) -> Volume:
    """Return one of the real scans; skip where they are not."""
    from ai.scan import read  # noqa: PLC0415

    if not (shared / "scans" / name).exists():
        pytest.skip(f"{name} is not here")
    return read(shared / "scans" / name).volume


def test_the_refusal_says_why_and_what_follows() -> None:
    with pytest.raises(ModelError, match=r"do not fit each other.*Findings are withheld"):
        prepare(shuffled(chest()), 4.0)


def test_a_scan_that_ends_in_the_lungs_is_read_with_a_notice() -> None:
    (doubt,) = doubts(cropped(chest(), ((0.0, 0.62), (0.0, 1.0), (0.0, 1.0))))
    assert not doubt.grave
    assert "upper end" in doubt.sentence


def test_one_airless_lung_is_read_with_a_notice() -> None:
    canvas = healthy()
    filled = np.where((canvas.lung & ~canvas.right).numpy(), 35, chest().hu)
    (doubt,) = doubts(with_hu(chest(), filled))
    assert not doubt.grave
    assert "Only the right lung holds air" in doubt.sentence


def test_what_is_measured_of_a_drawn_chest() -> None:
    canvas = healthy()
    lungs = find_lungs(canvas.hu.numpy(), canvas.grid)
    assert lungs is not None
    found = likeness_of(canvas.hu.numpy(), lungs)
    assert sum(found.lungs_ml) == pytest.approx(lungs.volume_ml, rel=0.02)
    columns = np.flatnonzero(lungs.mask.any(axis=(0, 1)))
    assert found.lung_width_mm == pytest.approx((columns[-1] - columns[0] + 1) * 4.0, abs=4.0)
    assert found.spine > 0.8
    assert found.open_ml == 0.0
    assert found.heart_left_mm > 0


def test_order_copies_and_blanks_are_counted() -> None:
    good = stack_of(chest())
    assert good.out_of_place < 0.02
    assert (good.copies, good.blank) == (0.0, 0.0)
    assert good.jump < 2.0
    assert stack_of(doubled(chest())).copies == pytest.approx(0.5, abs=0.02)
    assert stack_of(blanked(chest())).blank == pytest.approx(1 / 3, abs=0.02)
    assert stack_of(shuffled(chest())).out_of_place > 0.1


GOOD = Likeness(
    lungs_ml=(2500, 2200), lung_width_mm=270, lung_height_mm=260, body_width_mm=340, lung_hu=-820, vessels=0.07,
    darkest_hu=-930, fat=0.38, soft=0.45, bone=0.07, spine=1, even=0.97, cut_above=0, cut_below=0, open_ml=0,
    heart_left_mm=12,
)  # fmt: skip
LIMITS: dict[str, tuple[dict[str, Any], str, bool]] = {
    "scale": ({"darkest_hu": -450}, "Hounsfield", True),
    "no tissue": ({"soft": 0.05}, "fat or soft tissue", True),
    "gas": ({"vessels": 0.001}, "no vessels", True),
    "black": ({"lung_hu": -990}, "no vessels", True),
    "no fat": ({"fat": 0.01, "soft": 0.8}, "almost no fat", True),
    "no bone": ({"bone": 0.001}, "almost no bone", True),
    "no spine": ({"spine": 0.1}, "No spine", True),
    "one side": ({"even": 0.4}, "One side", True),
    "outside": ({"open_ml": 4000}, "Much of the lungs", True),
    "a little outside": ({"open_ml": 300}, "A part of the lungs", False),
    "bases": ({"cut_above": 1.0, "lung_height_mm": 90}, "only 90 mm", True),
    "upper end": ({"cut_above": 0.6}, "upper end", False),
    "lower end": ({"cut_below": 0.6}, "lower end", False),
    "child": ({"body_width_mm": 190, "lung_width_mm": 150, "lung_height_mm": 150}, "child", True),
    "giant": ({"body_width_mm": 900}, "larger than any", True),
    "flat": ({"lung_height_mm": 60}, "between slices", True),
    "tall": ({"lung_height_mm": 650}, "between slices", True),
    "one lung": ({"lungs_ml": (20, 2200)}, "Only the left lung", False),
    "sides": ({"heart_left_mm": -20}, "exchanged", False),
}


def test_a_usual_chest_is_in_no_doubt() -> None:
    assert doubts_of_likeness(GOOD) == ()


@pytest.mark.parametrize("name", LIMITS)
def test_each_limit_has_its_sentence(name: str) -> None:
    change, words, grave = LIMITS[name]
    (doubt,) = doubts_of_likeness(replace(GOOD, **change))
    assert words in doubt.sentence
    assert doubt.grave is grave


@pytest.mark.parametrize(
    ("change", "words", "grave"),
    [
        ({"darkest_hu": 0.0}, "no Hounsfield units", True),
        ({"copies": 0.5}, "50% of the slices are copies", True),
        ({"copies": 0.05}, "5% of the slices are copies", False),
        ({"blank": 0.3}, "30% of the slices between", True),
        ({"out_of_place": 0.2}, "out of order", True),
        ({"jump": 9.0}, "out of order", True),
        ({"jump": 5.0}, "step runs through", False),
        ({"jump": 5.0, "ends": 1.0}, "out of order", True),
    ],
)
def test_each_fault_of_a_stack_has_its_sentence(change: dict[str, float], words: str, grave: bool) -> None:
    good = Stack(out_of_place=0.0, copies=0.0, blank=0.0, jump=1.2, darkest_hu=-1000.0)
    assert doubts_of_stack(good) == ()
    (doubt,) = doubts_of_stack(replace(good, **change))
    assert words in doubt.sentence
    assert doubt.grave is grave


def test_a_field_of_metres_is_refused_before_anything_is_computed() -> None:
    assert doubts_of_field(chest().grid) == ()
    (doubt,) = doubts_of_field(RUINED["pixels in centimetres"](chest()).grid)
    assert doubt.grave


def test_mild_doubts_pass_and_grave_ones_do_not() -> None:
    mild, grave = Doubt("Something."), Doubt("Something else.", True)
    assert withhold_if_grave((mild,)) == (mild,)
    with pytest.raises(ScanDoubted) as refusal:
        withhold_if_grave((mild, grave))
    assert refusal.value.doubts == (grave,)
