"""Lungs, lobes and fluid of known change, in breaths of known depth."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from ai.change import Registration
from ai.comparison import compare
from ai.comparison.diffuse import diffuse_change
from ai.diffuse import DiffuseChange, QuantityChange
from ai.findings import Analysis, Finding, Heatmap
from ai.model.measures import quantities_of
from ai.series import Scan
from ai.volume import Volume
from tests.support.breathing_chest import (
    LOBE_ML,
    LOBES,
    BreathingChest,
    analysed,
    breath_between,
    fissures_at,
    heat_in,
)
from tests.support.known_chest import Box, KnownChest, grid_of, inside
from tests.support.synthetic_analysis import scan

SHALLOW = 128 / 140
"""Height of the lungs as a share of the full breath's; their edges lie where the model's cells have theirs."""
ALL_ML = sum(LOBE_ML.values())
STILL = Registration(np.eye(4), 0.95, lambda points: points, lambda points: points)


def compared(
    then: BreathingChest, now: BreathingChest, before: tuple[Finding, ...] = (), after: tuple[Finding, ...] = ()
) -> DiffuseChange:
    prior, current = then.drawn(), now.drawn()
    return diffuse_change(
        (scan(prior.volume), analysed(prior, *before)),
        (scan(current.volume, uid="1.2.4"), analysed(current, *after)),
        breath_between(then, now),
    )


def measure(found: DiffuseChange, name: str) -> QuantityChange:
    return next(one for one in found.quantities if one.name == name)


def changes_of_lobes(one: QuantityChange) -> dict[str, float | None]:
    return {part.organ: one.part_change(part) for part in one.parts}


def test_a_shallower_breath_alone_changes_no_corrected_density() -> None:
    """Lungs pressed to 91 % of their height are 14 HU denser and weigh the same."""
    found = compared(BreathingChest(SHALLOW, noise_hu=20), BreathingChest(noise_hu=20))
    density, mass = measure(found, "lung_density"), measure(found, "lung_mass")
    assert found.breath is not None
    assert found.breath.change == pytest.approx(1 / SHALLOW - 1, abs=0.02)
    assert density.then is not None and density.now is not None
    assert density.now - density.then.measured == pytest.approx(150 - 150 / SHALLOW, abs=0.5)
    assert density.change == pytest.approx(0, abs=2.0)
    assert mass.change == pytest.approx(0, abs=0.01 * ALL_ML * 0.15)
    assert measure(found, "perc_15").change == pytest.approx(0, abs=4.0)
    assert "densities of then are also told" in found.notices[0].text.lower()


def test_what_became_heavier_is_told_lobe_by_lobe_whatever_the_breath() -> None:
    then = BreathingChest(SHALLOW, noise_hu=15)
    now = BreathingChest(hu={"right_lower": -800.0}, noise_hu=15)
    density = measure(compared(then, now), "lung_density")
    told = changes_of_lobes(density)  # a lobe's border is known to half a cell: 2 of 70 mm
    assert told["right_lower"] == pytest.approx(50, abs=6.0)
    for lobe in ("right_upper", "left_upper", "left_lower"):
        assert told[lobe] == pytest.approx(0, abs=6.0)
    assert density.change == pytest.approx(50 * LOBE_ML["right_lower"] / ALL_ML, abs=1.5)


def test_emphysema_hidden_by_a_shallow_breath_is_the_same_emphysema() -> None:
    """A tenth of the lung at −953 HU is −948.6 HU in 91 % of the breath: nothing lies below −950 there."""
    sick = dict.fromkeys(LOBES, (0.1, -953.0))
    index = measure(compared(BreathingChest(SHALLOW, emphysema=sick), BreathingChest(emphysema=sick)), "laa_950")
    assert index.then is not None
    assert index.then.measured == pytest.approx(0.0, abs=0.01)
    assert index.then.in_this_breath == pytest.approx(10.0, abs=0.3)
    assert index.now == pytest.approx(10.0, abs=0.1)
    assert index.change == pytest.approx(0, abs=0.3)


def test_emphysema_that_grew_is_told_in_its_lobe() -> None:
    then = BreathingChest(SHALLOW, emphysema={"left_upper": (0.05, -965.0)})
    now = BreathingChest(emphysema={"left_upper": (0.2, -965.0)})
    told = changes_of_lobes(measure(compared(then, now), "laa_950"))
    assert told["left_upper"] == pytest.approx(15, abs=0.5)
    assert told["right_lower"] == pytest.approx(0, abs=0.1)


def test_breaths_too_different_are_said_and_not_corrected() -> None:
    found = compared(BreathingChest(0.8), BreathingChest())
    density = measure(found, "lung_density")
    assert found.notices[0].grave
    assert "25% more" in found.notices[0].text
    assert "cannot be compared" in found.notices[0].text
    assert density.change is None
    assert density.then is not None and density.then.in_this_breath is None
    assert measure(found, "lung_mass").change == pytest.approx(0, abs=3.0)


def test_a_lobe_is_the_same_piece_of_lung_though_the_prior_was_cut_elsewhere() -> None:
    """The model put the prior's fissures 24 mm too high; the lower lobe of now did not swallow any of the upper one."""
    then, now = BreathingChest(SHALLOW), BreathingChest(hu={"right_lower": -780.0, "left_lower": -780.0})
    prior, current = then.drawn(), now.drawn()
    crooked = replace(analysed(prior), organs=fissures_at(prior, 31.0))
    found = diffuse_change(
        (scan(prior.volume), crooked), (scan(current.volume), analysed(current)), breath_between(then, now)
    )
    volumes = {part.organ: part.then.measured for part in measure(found, "lung_volume").parts}
    assert volumes == {lobe: pytest.approx(SHALLOW * ml, rel=0.04) for lobe, ml in LOBE_ML.items()}
    told = changes_of_lobes(measure(found, "lung_density"))
    assert told["right_upper"] == pytest.approx(0, abs=5.0)
    assert told["right_lower"] == pytest.approx(70, abs=5.0)


def test_only_lung_that_both_scans_show_is_measured() -> None:
    whole = BreathingChest().drawn()
    grid = whole.grid.crop((0, 0, 0), (40, *whole.grid.shape[1:]))
    upper = Volume(np.ascontiguousarray(whole.volume.hu[:40]), grid)
    found = diffuse_change((scan(upper), analysed(whole)), (scan(whole.volume), analysed(whole)), STILL)
    volume = measure(found, "lung_volume")
    low = grid.points_mm(np.array([[-0.5, 0, 0], [39.5, 0, 0]]))[:, 2]
    covered_mm = min(70.0, low.max()) - max(-70.0, low.min())
    assert volume.now == pytest.approx(ALL_ML * covered_mm / 140, rel=0.03)
    assert volume.change == pytest.approx(0, abs=0.03 * ALL_ML)


def test_heat_and_extent_of_a_spreading_abnormality() -> None:
    """Ground glass in a quarter of one lobe, in half of it now, and in all of another one."""
    then, now = BreathingChest(SHALLOW), BreathingChest()
    quarter = box_of(then.lobes["right_lower"], 0.25)
    half, whole = box_of(now.lobes["right_lower"], 0.5), now.lobes["left_upper"]
    cells = grid_of((4.0,) * 3)
    before, after = heat_in({quarter: 4.0}, cells), heat_in({half: 6.0, whole: 3.0}, cells)
    found = compared(then, now, (before,), (after,))
    told = {change.region: change for change in found.regions}
    lower, upper = told["right_lower"], told["left_upper"]
    assert [lower.share_then, lower.share_now] == pytest.approx([0.25, 0.5], abs=0.04)
    assert [lower.heat_then, lower.heat_now] == pytest.approx([4.0, 6.0], abs=0.3)
    assert lower.ml_then == pytest.approx(0.25 * SHALLOW * LOBE_ML["right_lower"], rel=0.15)
    assert lower.ml_now == pytest.approx(0.5 * LOBE_ML["right_lower"], rel=0.08)
    assert [upper.share_then, upper.share_now] == pytest.approx([0.0, 1.0], abs=0.01)
    assert told["lungs"].share_change == pytest.approx((0.25 + 1.0) / 4, abs=0.04)
    assert told["lungs"].heat_change == pytest.approx(5.0, abs=0.4)
    assert "right_mid" not in told
    assert found.of_lungs() == (told["lungs"],)
    assert len(found.of_lobes(lower.abnormality)) == 4


def test_heat_that_does_not_add_up_is_no_number() -> None:
    chest = BreathingChest()
    ranked = heat_in({chest.lobes["left_lower"]: 5.0}, grid_of((4.0,) * 3))
    ranked = replace(ranked, heatmap=Heatmap(ranked.heatmap.values, ranked.heatmap.grid, -3.0, additive=False))
    (whole, *_) = compared(chest, chest, (ranked,), (ranked,)).regions
    assert whole.heat_change is None
    assert whole.share_change == 0


def test_what_is_present_in_neither_scan_is_not_told() -> None:
    chest = BreathingChest()
    faint = heat_in({chest.lobes["left_lower"]: 1.0}, grid_of((4.0,) * 3))
    assert not faint.present
    assert compared(chest, chest, (faint,), (faint,)).regions == ()


def test_an_effusion_larger_by_known_millilitres() -> None:
    small, large = (with_fluid(height) for height in (-50.0, -30.0))
    found = diffuse_change((scan(small[0].volume), small[1]), (scan(large[0].volume), large[1]), STILL)
    fluid = measure(found, "effusion_volume")
    assert fluid.change == pytest.approx(20 * 40 * 80 / 1000, rel=0.15)
    sides = changes_of_lobes(fluid)
    assert sides["right_lung"] == pytest.approx(fluid.change)
    assert sides["left_lung"] == 0


def test_an_effusion_that_was_not_there_has_no_volume_of_then() -> None:
    dry = KnownChest((2.5, 1.5, 1.5))
    wet = with_fluid(-30.0)
    none = Analysis((), wet[1].card, "cpu", 1.0, quantities=quantities_of(dry.volume, None, dry.lungs))
    found = diffuse_change((scan(dry.volume), none), (scan(wet[0].volume), wet[1]), STILL)
    fluid = measure(found, "effusion_volume")
    assert fluid.then is None and fluid.now is not None and fluid.change is None
    assert fluid.caveat == "Then: The model sees no pleural effusion."


def without_lobes(chest: KnownChest) -> Analysis:
    return replace(analysed(chest, quantities=quantities_of(chest.volume, None, chest.lungs)), organs=None)


def test_without_lobes_the_lungs_are_compared_as_a_whole() -> None:
    """Lungs are found by density then; their breath is taken out all the same."""
    shallow, deep = BreathingChest(SHALLOW), BreathingChest()
    then, now = in_air(shallow.drawn()), in_air(deep.drawn())
    found = diffuse_change(
        (scan(then.volume), without_lobes(then)), (scan(now.volume), without_lobes(now)), breath_between(shallow, deep)
    )
    density = measure(found, "lung_density")
    assert density.then is not None and density.now is not None
    assert density.then.measured > density.now + 10
    assert density.change == pytest.approx(0, abs=3.0)
    assert density.parts == ()
    assert any("drew no lobes" in notice.text for notice in found.notices)


def test_without_lungs_the_measures_stand_side_by_side_uncorrected() -> None:
    chests = [BreathingChest(breath).drawn() for breath in (SHALLOW, 1.0)]
    known = [without_lobes(chest) for chest in chests]
    solid = Volume(np.full(chests[0].grid.shape, 30, np.int16), chests[0].grid)
    found = diffuse_change((scan(solid), known[0]), (scan(chests[1].volume), known[1]), STILL)
    density = measure(found, "lung_density")
    assert density.then is not None
    assert density.change is None
    assert found.breath is None
    assert any("No lungs were found" in notice.text for notice in found.notices)


def test_kernels_thickness_and_contrast_are_said() -> None:
    chest = BreathingChest().drawn()
    smooth, sharp = (with_series(scan(chest.volume), kernel, mm) for kernel, mm in (("B30f", 5.0), ("B70f", 1.0)))
    found = diffuse_change((smooth, analysed(chest)), (sharp, analysed(chest)), STILL)
    texts = [notice.text for notice in found.notices]
    assert any("B30f then, B70f now" in text and "LAA-950" in text for text in texts)
    assert any("5 mm thick then and 1 mm now" in text for text in texts)
    same = diffuse_change((smooth, analysed(chest)), (smooth, analysed(chest)), STILL)
    assert not any("kernel" in notice.text or "thick" in notice.text for notice in same.notices)


def test_a_rigid_registration_is_said() -> None:
    chest = BreathingChest().drawn()
    rigid = Registration(np.eye(4), 0.95)
    found = diffuse_change((scan(chest.volume), analysed(chest)), (scan(chest.volume), analysed(chest)), rigid)
    assert any("without following the breath" in notice.text for notice in found.notices)


def test_a_comparison_holds_the_diffuse_change() -> None:
    chest = BreathingChest().drawn()
    seen = scan(chest.volume, date(2024, 1, 1))
    comparison = compare(seen, analysed(chest), seen, analysed(chest), STILL)
    assert comparison.diffuse is not None
    assert measure(comparison.diffuse, "lung_volume").change == pytest.approx(0)


def box_of(box: Box, share: float) -> Box:
    """Return the front part of a box."""
    back = box[1]
    return box[0], (back[0], back[0] + share * (back[1] - back[0])), box[2]


def with_fluid(top_mm: float) -> tuple[KnownChest, Analysis]:
    """Return a chest with a pool of 40 × 80 mm up to a height, and its analysis without lobes."""
    pool: Box = ((-70, top_mm), (20, 60), (-130, -50))
    chest = KnownChest((2.5, 1.5, 1.5))
    chest.hu[chest.hu == 30] = 52
    chest.hu[inside(chest.grid, pool)] = 10
    chest.sides[inside(chest.cells, pool)] = 0
    chest.hu += np.random.default_rng(3).normal(0, 12, chest.hu.shape)
    seed = inside(chest.cells, ((-66, top_mm - 4), (28, 52), (-120, -60)))
    heat = Heatmap(seed.astype(np.float32), chest.cells, -3.0)
    quantities = quantities_of(chest.volume, None, chest.lungs, heat)
    return chest, replace(analysed(chest, quantities=quantities), organs=None)


def in_air(chest: KnownChest) -> KnownChest:
    """Leave air around the body, as a scan has it."""
    body = inside(chest.grid, ((-90, 90), (-80, 80), (-142, 142)))
    chest.hu[~body] = -1000
    return chest


def with_series(seen: Scan, kernel: str, thickness_mm: float) -> Scan:
    return replace(seen, series=replace(seen.series, kernel=kernel, thickness_mm=thickness_mm))
