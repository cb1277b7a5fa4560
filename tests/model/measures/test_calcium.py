"""Calcium scores of spots whose area and density are known, and the scans that allow none."""

from __future__ import annotations

import numpy as np
import pytest

from ai.findings import Quantity
from ai.model.measures.blood import blood_of, blood_quantity
from ai.model.measures.calcium import agatston, calcium_quantities, slabs, weight
from ai.model.measures.scene import Scene
from tests.support.known_chest import Box, KnownChest, axes_mm, inside, rod


@pytest.mark.parametrize(
    ("peak_hu", "factor"), [(129, 0), (130, 1), (199, 1), (200, 2), (299, 2), (300, 3), (399, 3), (400, 4), (1200, 4)]
)
def test_weights(peak_hu: float, factor: int) -> None:
    """Agatston 1990: 1 for 130–199, 2 for 200–299, 3 for 300–399, 4 for 400 HU and more."""
    assert weight(peak_hu) == factor


def test_a_worked_example() -> None:
    """Two slices of 3 mm: 10 mm² peaking at 250 HU (× 2) and 6 mm² at 450 HU (× 4) make 20 + 24 = 44."""
    hu = np.full((2, 30, 30), 40.0)
    hu[0, 5:7, 5:10] = 150
    hu[0, 5, 5] = 250
    hu[1, 12:14, 20:23] = 450
    assert agatston(hu, np.ones(hu.shape, dtype=bool), 1.0, 3.0) == pytest.approx(44.0)


def test_spots_under_a_square_millimetre_do_not_count() -> None:
    hu = np.full((1, 20, 20), 40.0)
    hu[0, 4, 4:7] = 300
    everywhere = np.ones(hu.shape, dtype=bool)
    assert agatston(hu, everywhere, 0.3, 3.0) == 0.0
    assert agatston(hu, everywhere, 0.34, 3.0) == pytest.approx(3 * 0.34 * 3)


def test_slices_of_another_distance_are_scaled_to_three_millimetres() -> None:
    hu = np.full((1, 20, 20), 40.0)
    hu[0, 4:6, 4:9] = 250
    assert agatston(hu, np.ones(hu.shape, dtype=bool), 1.0, 5.0) == pytest.approx(20 * 5 / 3)


def test_bone_beside_the_region_does_not_count() -> None:
    hu = np.full((1, 60, 60), 40.0)
    hu[0, :, 30:45] = 700
    inside_it = np.zeros(hu.shape, dtype=bool)
    inside_it[0, :, :32] = True
    assert agatston(hu, inside_it, 1.0, 3.0) == 0.0


def test_slabs_average_by_the_length_they_cover() -> None:
    planes = np.arange(10, dtype=np.int16)[:, None, None] * np.ones((1, 2, 2), np.int16)
    thick = slabs(planes, 1.25, 3.0)
    assert thick.shape == (4, 2, 2)
    assert thick[0, 0, 0] == pytest.approx((0 * 1.25 + 1 * 1.25 + 2 * 0.5) / 3)
    assert thick[1, 0, 0] == pytest.approx((2 * 0.75 + 3 * 1.25 + 4 * 1.0) / 3)
    assert slabs(planes, 1.0, 3.0)[:, 0, 0].tolist() == pytest.approx([1.0, 4.0, 7.0])


HEART: Box = ((-60, 20), (-50, 20), (-48, 48))
PLAQUE: Box = ((-30, -18), (-30, -28), (10, 15))
"""12 mm high, 2 × 5 mm wide: 10 mm² in four slices of 3 mm."""


def chest_with(
    hu: float, spacing_mm: tuple[float, float, float] = (3.0, 1.0, 1.0), blood_hu: float = 40.0, noise_hu: float = 0.0
) -> KnownChest:
    """Return a chest with heart, aorta and one plaque."""
    chest = KnownChest(spacing_mm)
    chest.organ("heart", inside(chest.cells, HEART))
    chest.organ("aorta", rod(chest.cells, (44.0, 20.0), 14.0, (-80.0, 60.0)))
    chest.hu[inside(chest.grid, HEART) | rod(chest.grid, (44.0, 20.0), 13.0, (-90.0, 70.0))] = blood_hu
    chest.hu[inside(chest.grid, PLAQUE)] = hu
    chest.hu += np.random.default_rng(2).normal(0, noise_hu, chest.hu.shape) if noise_hu else 0.0
    return chest


def both(chest: KnownChest) -> tuple[Quantity, Quantity]:
    scene = Scene.of(chest.volume, chest.organs, chest.lungs)
    return calcium_quantities(scene, blood_of(scene))


@pytest.mark.parametrize("slice_mm", [1.0, 1.5, 3.0])
def test_a_plaque_scores_the_same_in_slices_of_any_thinness(slice_mm: float) -> None:
    """10 mm² × 2 (250 HU) in four slices of 3 mm: 80."""
    coronary, aortic = both(chest_with(250, (slice_mm, 1.0, 1.0)))
    assert coronary.value == pytest.approx(80.0)
    assert aortic.value == 0.0
    assert "ECG" in coronary.caveat


def test_a_scan_without_calcium_scores_nothing_even_with_ordinary_noise() -> None:
    assert both(chest_with(40, noise_hu=18))[0].value == 0.0


def test_calcium_of_the_aorta_is_measured_as_a_volume() -> None:
    chest = chest_with(40)
    chest.hu[inside(chest.grid, ((-30, 0), (32, 34), (18, 22)))] = 500
    coronary, aortic = both(chest)
    assert aortic.value == pytest.approx(30 * 2 * 4 / 1000)
    assert coronary.value == 0.0


def test_contrast_is_noticed_and_no_score_given() -> None:
    chest = chest_with(600, blood_hu=280)
    blood = blood_quantity(blood_of(Scene.of(chest.volume, chest.organs, chest.lungs)))
    assert blood.value == pytest.approx(280)
    assert "contrast was given" in blood.caveat
    for quantity in both(chest):
        assert quantity.value is None
        assert "Contrast was given (blood 280 HU)" in quantity.caveat


def test_noise_that_reaches_calcium_is_no_score() -> None:
    for quantity in both(chest_with(250, noise_hu=60)):
        assert quantity.value is None
        assert "too noisy" in quantity.caveat


def test_metal_in_the_heart_is_no_score() -> None:
    coronary, aortic = both(chest_with(2800))
    assert coronary.value is None
    assert "metal" in coronary.caveat
    assert aortic.value == 0.0


def test_blood_is_measured_inside_the_wall_and_its_noise_told() -> None:
    chest = chest_with(40, noise_hu=20)
    chest.hu[inside(chest.grid, ((-30, 0), (32, 34), (18, 22)))] = 900
    blood = blood_of(Scene.of(chest.volume, chest.organs, chest.lungs))
    assert blood is not None
    assert blood.mean_hu == pytest.approx(40, abs=0.5)
    assert blood.noise_hu == pytest.approx(20, abs=0.6)
    assert not blood.enhanced


def test_without_organs_there_is_a_reason() -> None:
    chest = KnownChest()
    scene = Scene.of(chest.volume, None, chest.lungs)
    assert blood_of(scene) is None
    assert blood_quantity(None).value is None
    for quantity in calcium_quantities(scene, None):
        assert quantity.value is None
        assert "no heart and aorta" in quantity.caveat


def test_the_axes_of_the_phantom_are_the_patients() -> None:
    up, back, left = axes_mm(KnownChest().grid)
    assert (up.ravel()[0], back.ravel()[0], left.ravel()[0]) == (-88.75, -99.5, -149.5)
