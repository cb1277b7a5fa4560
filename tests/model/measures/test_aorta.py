"""Widths of rods that stand for the aorta."""

from __future__ import annotations

import numpy as np
import pytest

from ai.model.measures.aorta import aorta_quantities, aorta_widths_mm
from ai.model.measures.scene import Mask, Scene
from tests.support.known_chest import KnownChest, grid_of, inside, rod

CELLS = grid_of((2.0, 2.0, 2.0))
ARCH_MM = 40.0


def aorta(ascending_mm: float, descending_mm: float, lean: float = 0.0) -> Mask:
    """Return a cane: ascending in front, descending behind, joined by an arch above 40 mm."""
    front = rod(CELLS, (-30.0, -10.0), ascending_mm / 2, (-20.0, ARCH_MM + 20), lean)
    back = rod(CELLS, (40.0, 20.0), descending_mm / 2, (-80.0, ARCH_MM + 20))
    arch = inside(CELLS, ((ARCH_MM, ARCH_MM + 20), (-40.0, 50.0), (-20.0, 30.0)))
    return np.asarray(front | back | arch)


@pytest.mark.parametrize(("front_mm", "back_mm"), [(30.0, 24.0), (38.0, 26.0), (52.0, 30.0)])
def test_both_parts(front_mm: float, back_mm: float) -> None:
    ascending, descending = aorta_widths_mm(aorta(front_mm, back_mm), CELLS.spacing_mm)
    assert ascending == pytest.approx(front_mm, abs=1.0)
    assert descending == pytest.approx(back_mm, abs=1.0)


@pytest.mark.parametrize("lean", [0.3, 0.6])
def test_an_oblique_vessel_is_measured_across_itself(lean: float) -> None:
    ascending, _ = aorta_widths_mm(aorta(40.0, 26.0, lean), CELLS.spacing_mm)
    assert ascending == pytest.approx(40.0, abs=1.0)


def test_the_widest_place_counts_but_not_one_frayed_slice() -> None:
    mask = aorta(32.0, 26.0)
    mask |= rod(CELLS, (40.0, 20.0), 22.0, (-60.0, -30.0))
    assert aorta_widths_mm(mask, CELLS.spacing_mm)[1] == pytest.approx(44.0, abs=1.0)
    frayed = aorta(32.0, 26.0)
    frayed |= rod(CELLS, (40.0, 20.0), 22.0, (-50.0, -48.0))
    assert aorta_widths_mm(frayed, CELLS.spacing_mm)[1] == pytest.approx(26.0, abs=1.0)


def test_the_arch_is_not_measured() -> None:
    arch_only = inside(CELLS, ((0.0, 20.0), (-40.0, 50.0), (-20.0, 20.0)))
    assert aorta_widths_mm(arch_only, CELLS.spacing_mm) == (None, None)


def test_only_the_descending_part_in_the_scan() -> None:
    ascending, descending = aorta_widths_mm(rod(CELLS, (40.0, 20.0), 13.0, (-80.0, 60.0)), CELLS.spacing_mm)
    assert ascending is None
    assert descending == pytest.approx(26.0, abs=1.0)


def test_quantities_say_what_they_are_or_why_not() -> None:
    chest = KnownChest()
    scene = Scene.of(chest.volume, chest.organs, chest.lungs)
    for quantity in aorta_quantities(scene):
        assert quantity.value is None
        assert quantity.caveat == "The model found no aorta in this scan."
    chest.organ("aorta", rod(chest.cells, (40.0, 20.0), 15.0, (-80.0, 60.0)))
    ascending, descending = aorta_quantities(Scene.of(chest.volume, chest.organs, chest.lungs))
    assert ascending.value is None
    assert descending.value == pytest.approx(30.0, abs=2.0)
    assert "4 mm" in descending.caveat
