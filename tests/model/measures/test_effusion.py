"""Volume of fluid that was poured in by the millilitre."""

from __future__ import annotations

import numpy as np
import pytest

from ai.findings import Heatmap, Quantity
from ai.model.measures import quantities_of
from ai.model.measures.effusion import effusion_quantity
from ai.model.measures.scene import Mask, Scene
from tests.support.known_chest import Box, KnownChest, inside

POOL: Box = ((-70, -10), (20, 60), (-130, -50))
POOL_ML = 60 * 40 * 80 / 1000


def poured(hu: float, noise_hu: float = 12.0) -> KnownChest:
    """Return a chest with fluid behind and below in the right half of what was lung; muscle and fat around."""
    chest = KnownChest((2.5, 1.5, 1.5))
    chest.hu[chest.hu == 30] = 52
    chest.hu[inside(chest.grid, ((-90, 90), (-100, 100), (-150, -142)))] = -100
    chest.hu[inside(chest.grid, POOL)] = hu
    chest.sides[inside(chest.cells, POOL)] = 0
    chest.hu += np.random.default_rng(3).normal(0, noise_hu, chest.hu.shape)
    return chest


def seed(chest: KnownChest, box: Box = ((-60, -20), (28, 52), (-120, -60))) -> Mask:
    return inside(chest.cells, box)


def measured(chest: KnownChest, where: Mask | None) -> Quantity:
    return effusion_quantity(Scene.of(chest.volume, None, chest.lungs), where, chest.cells)


@pytest.mark.parametrize("hu", [2.0, 12.0, 24.0])
def test_the_volume_poured_in(hu: float) -> None:
    chest = poured(hu)
    found = measured(chest, seed(chest))
    assert found.value == pytest.approx(POOL_ML, rel=0.08)
    assert dict(found.per_organ)["right_lung"] == pytest.approx(found.value)
    assert dict(found.per_organ)["left_lung"] == 0.0


def test_a_small_seed_finds_what_lies_within_its_reach_only() -> None:
    chest = poured(10.0)
    found = measured(chest, seed(chest, ((-44, -36), (36, 44), (-94, -86))))
    assert found.value is not None
    assert 0.05 * POOL_ML < found.value < 0.2 * POOL_ML


def test_blood_is_not_counted_as_fluid() -> None:
    chest = poured(62.0)
    found = measured(chest, seed(chest))
    assert found.value is None
    assert "denser" in found.caveat


def test_an_effusion_that_is_half_blood_says_that_there_is_more() -> None:
    mixed = poured(10.0, noise_hu=8.0)
    mixed.hu[inside(mixed.grid, ((-70, -34), (20, 60), (-130, -50)))] += 52
    found = measured(mixed, seed(mixed))
    assert found.value is not None
    assert found.value < 0.6 * POOL_ML
    assert found.caveat.startswith("Much of what the model sees is denser than fluid")
    plain = poured(10.0)
    assert "there is more" not in measured(plain, seed(plain)).caveat


def test_without_an_effusion_there_is_none() -> None:
    chest = KnownChest()
    found = measured(chest, None)
    assert found.value is None
    assert found.caveat == "The model sees no pleural effusion."


def test_all_quantities_come_in_one_order_whatever_is_known() -> None:
    chest = poured(10.0)
    heat = Heatmap(seed(chest).astype(np.float32), chest.cells, -3.0)
    full = quantities_of(chest.volume, chest.organs, chest.lungs, heat)
    bare = quantities_of(chest.volume, None, chest.lungs)
    assert [q.name for q in full] == [q.name for q in bare]
    assert len({q.name for q in full}) == len(full)
    assert full[-1].value == pytest.approx(POOL_ML, rel=0.08)
    assert all(q.source for q in full)
    assert all(q.value is not None or q.caveat for q in bare)
