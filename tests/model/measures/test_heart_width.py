"""Cardiothoracic ratio of a heart and a thorax of known width."""

from __future__ import annotations

import numpy as np
import pytest

from ai.findings import Quantity
from ai.model.measures.heart_width import cardiothoracic_ratio
from ai.model.measures.scene import Scene
from tests.support.known_chest import KnownChest, axes_mm


def with_heart(half_mm: float, up_mm: float = -20.0) -> KnownChest:
    """Return a chest, 260 mm wide inside, whose heart is widest at ``up_mm``."""
    chest = KnownChest()
    up, back, left = axes_mm(chest.cells)
    where = ((up - up_mm) / 45) ** 2 + ((back + 10) / 40) ** 2 + ((left - 6) / half_mm) ** 2 <= 1
    chest.organ("heart", where)
    return chest


def ratio_of(chest: KnownChest) -> Quantity:
    return cardiothoracic_ratio(Scene.of(chest.volume, chest.organs, chest.lungs))


@pytest.mark.parametrize("width_mm", [104.0, 130.0, 156.0])
def test_widest_heart_by_widest_thorax(width_mm: float) -> None:
    """Gollub 2012: greatest transverse heart over greatest transverse inner thorax, each where it is greatest."""
    found = ratio_of(with_heart(width_mm / 2))
    assert found.value == pytest.approx(width_mm / 260, abs=8 / 260)
    assert "thorax 260 mm" in found.caveat


def test_a_stray_cell_does_not_widen_the_heart() -> None:
    clean, stray = with_heart(60), with_heart(60)
    stray.codes[3, 3, 3] = 6
    assert ratio_of(stray).value == ratio_of(clean).value


def test_a_narrower_slice_of_lung_does_not_count() -> None:
    chest = with_heart(60)
    before = ratio_of(chest).value
    chest.sides[:20, :, :10] = 0
    assert ratio_of(chest).value == before


def test_a_heart_cut_by_the_end_of_the_scan_is_refused() -> None:
    found = ratio_of(with_heart(60, up_mm=-110))
    assert found.value is None
    assert "ends in the heart" in found.caveat


def test_one_lung_is_no_thorax() -> None:
    chest = with_heart(60)
    chest.sides[chest.sides == 2] = 0
    assert "Only one lung" in ratio_of(chest).caveat


def test_without_a_heart_there_is_a_reason() -> None:
    chest = KnownChest()
    for organs in (None, chest.organs):
        found = cardiothoracic_ratio(Scene.of(chest.volume, organs, chest.lungs))
        assert found.value is None
        assert "no heart" in found.caveat
    assert np.count_nonzero(chest.codes) == 0
