"""Volumes, emphysema and mass of lungs whose every voxel is known."""

from __future__ import annotations

import numpy as np
import pytest

from ai.findings import Quantity
from ai.model.measures.lung_density import lung_quantities
from ai.model.measures.scene import Scene
from tests.support.known_chest import LEFT_LUNG, LEFT_ML, RIGHT_LUNG, RIGHT_ML, KnownChest, inside
from tests.support.thorax import turned


def measured(chest: KnownChest, with_organs: bool = False) -> dict[str, Quantity]:
    organs = chest.organs if with_organs else None
    return {q.name: q for q in lung_quantities(Scene.of(chest.volume, organs, chest.lungs))}


def sown(chest: KnownChest, where: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], share: float, hu: float) -> None:
    """Give exactly this share of the voxels another density."""
    spots = np.flatnonzero(where)
    chosen = np.random.default_rng(0).permutation(spots)[: round(share * spots.size)]
    chest.hu.ravel()[chosen] = hu


def test_emphysema_is_the_share_of_voxels_at_or_below_950() -> None:
    """Gevenois 1996: relative area of lung below −950 HU."""
    chest = KnownChest()
    sown(chest, inside(chest.grid, RIGHT_LUNG), 0.20, -980)
    sown(chest, inside(chest.grid, LEFT_LUNG), 0.04, -950)
    index = measured(chest)["laa_950"]
    assert index.value == pytest.approx(12.0, abs=1e-3)
    assert dict(index.per_organ) == {
        "right_lung": pytest.approx(20.0, abs=1e-3),
        "left_lung": pytest.approx(4.0, abs=1e-3),
    }
    assert index.shown(12.04) == "12.0 %"
    assert "kernel" in index.caveat
    assert "2.5 mm" in index.caveat


def test_949_is_no_emphysema() -> None:
    chest = KnownChest()
    sown(chest, inside(chest.grid, RIGHT_LUNG), 0.5, -949)
    assert measured(chest)["laa_950"].value == 0.0


def test_volume_mean_and_mass_of_a_known_lung() -> None:
    """A litre at −850 HU weighs 150 g: density is 1 + HU/1000 g/ml."""
    found = measured(KnownChest())
    assert found["lung_volume"].value == pytest.approx(RIGHT_ML + LEFT_ML)
    assert dict(found["lung_volume"].per_organ)["left_lung"] == pytest.approx(LEFT_ML)
    assert found["lung_density"].value == pytest.approx(-850)
    assert found["lung_mass"].value == pytest.approx((RIGHT_ML + LEFT_ML) * 0.15)


def test_the_15th_percentile() -> None:
    """Of densities spread evenly over −1000…−901 HU, 15 % lie at or below −986."""
    chest = KnownChest()
    for lung in (RIGHT_LUNG, LEFT_LUNG):
        where = np.flatnonzero(inside(chest.grid, lung))
        chest.hu.ravel()[where] = -1000 + np.arange(where.size) % 100
    assert measured(chest)["perc_15"].value == -986


def test_lobes_are_measured_with_what_fills_them() -> None:
    chest = KnownChest()
    lower = inside(chest.cells, ((-70, -2), (-60, 60), (-130, -50)))
    chest.organ("right_lower", lower)
    chest.sides[lower] = 0  # consolidated: no lung that holds air
    chest.hu[inside(chest.grid, ((-70, -2), (-60, 60), (-130, -50)))] = 40
    found = measured(chest, with_organs=True)
    lobe_ml = np.count_nonzero(lower) * 0.064
    assert dict(found["lung_volume"].per_organ)["right_lower"] == pytest.approx(lobe_ml, rel=0.03)
    assert found["lung_volume"].value == pytest.approx(RIGHT_ML + LEFT_ML - lobe_ml, rel=0.03)
    assert dict(found["lung_density"].per_organ)["right_lower"] == pytest.approx(40, abs=30)
    assert "right_upper" not in dict(found["lung_volume"].per_organ)


@pytest.mark.parametrize(("order", "flips"), [((2, 0, 1), (False, True, False)), ((0, 1, 2), (True, True, True))])
def test_the_same_however_it_is_stored(order: tuple[int, int, int], flips: tuple[bool, bool, bool]) -> None:
    chest = KnownChest()
    sown(chest, inside(chest.grid, RIGHT_LUNG), 0.2, -980)
    there = lung_quantities(Scene.of(turned(chest.volume, order, flips), None, chest.lungs))
    assert [(q.name, q.value) for q in there] == [(q.name, q.value) for q in measured(chest).values()]


def test_lungs_that_reach_the_end_of_the_scan_are_told() -> None:
    chest = KnownChest()
    assert "end of the scan" not in measured(chest)["lung_volume"].caveat
    chest.sides[0] = chest.sides[20]
    assert "end of the scan" in measured(chest)["lung_volume"].caveat


def test_without_lungs_there_is_no_value_and_a_reason() -> None:
    chest = KnownChest()
    chest.sides[:] = 0
    for quantity in measured(chest).values():
        assert quantity.value is None
        assert quantity.caveat
