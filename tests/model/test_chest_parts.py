"""Parts of the chest by the lungs alone: lobes fill the lungs, sides and heights are the patient's."""

from __future__ import annotations

import numpy as np
import pytest

from ai.model.chest_parts import PARTS, RIM_MM, Shares, parts_of, shares_of_sides

SHAPE = (20, 20, 30)
CELL_MM = 6.0
RIGHT, LEFT = (slice(2, 18), slice(3, 17), slice(3, 12)), (slice(2, 18), slice(3, 17), slice(18, 27))


def lungs(*sides: int) -> Shares:
    """Return the shares of two blocks of lung, or of one."""
    found = np.zeros((2, *SHAPE), dtype=np.float32)
    for side in sides:
        found[side][(RIGHT, LEFT)[side]] = 1
    return found


def parts(*sides: int) -> dict[str, Shares]:
    """Return the parts of a patient who fills the crop, by name."""
    return dict(zip(PARTS, parts_of(lungs(*sides), np.ones(SHAPE, dtype=bool), CELL_MM), strict=True))


def middle_of(shares: Shares) -> tuple[float, ...]:
    """Return the mean index along each axis."""
    return tuple(float((np.indices(SHAPE)[axis] * shares).sum() / shares.sum()) for axis in range(3))


def test_lobes_fill_the_lungs_and_nothing_is_of_two() -> None:
    found = parts(0, 1)
    lobes = sum(found[name] for name in PARTS[:5])
    in_lungs = found["lungs_rim"] + found["lungs_core"]
    np.testing.assert_array_equal(lobes, in_lungs)
    assert in_lungs.sum() == lungs(0, 1).sum()
    np.testing.assert_allclose(in_lungs + sum(found[name] for name in PARTS[8:]), found["chest"])


@pytest.mark.parametrize("cell_mm", [4.0, 6.0])
def test_the_rim_is_as_thick_whatever_the_cells(cell_mm: float) -> None:
    found = dict(zip(PARTS, parts_of(lungs(0, 1), np.ones(SHAPE, dtype=bool), cell_mm), strict=True))
    rim = int(RIM_MM // cell_mm)
    inner = lungs(0, 1).sum(0)[RIGHT][rim:-rim, rim:-rim, rim:-rim]
    assert found["lungs_core"][RIGHT].sum() == inner.size
    assert found["lungs_rim"][RIGHT].sum() == np.prod(found["lungs_rim"][RIGHT].shape) - inner.size


def test_upper_lies_above_and_before_lower_and_the_middle_lobe_in_front() -> None:
    found = parts(0, 1)
    upper, mid, lower = (middle_of(found[f"right_{name}"]) for name in ("upper", "mid", "lower"))
    assert upper[0] > mid[0]
    assert upper[0] > lower[0]
    assert lower[1] > mid[1]
    assert middle_of(found["left_upper"])[0] > middle_of(found["left_lower"])[0]


def test_sides_and_heights_are_the_patients() -> None:
    found = parts(0, 1)
    for name, shares in found.items():
        column = middle_of(shares)[2]
        assert ("right" not in name or column < 15) and ("left" not in name or column > 14)
    heights = [middle_of(found[f"middle_{name}front"])[0] for name in ("top_", "", "base_")]
    assert heights == sorted(heights, reverse=True)
    assert middle_of(found["middle_front"])[1] < middle_of(found["middle_back"])[1]


def test_with_one_lung_or_none_the_other_parts_are_empty_and_nothing_fails() -> None:
    alone = parts(0)
    assert alone["right_lower"].any() and not alone["left_lower"].any()
    none = parts()
    assert not none["lungs_rim"].any() and not none["lungs_core"].any()
    assert none["chest"].all()


def test_what_is_no_patient_is_in_no_part() -> None:
    patient = np.ones(SHAPE, dtype=bool)
    patient[:, 10:] = False
    found = parts_of(lungs(0, 1), patient, CELL_MM)
    assert found.any()
    assert not found[:, :, 10:].any()


def test_a_cell_at_the_edge_is_in_part_lung() -> None:
    sides = np.zeros((4, 4, 5), dtype=np.uint8)
    sides[:, :, 1:4] = 2
    assert shares_of_sides(sides, 2)[1, 0, 0] == pytest.approx([0.5, 1.0, 0.0])
    assert not shares_of_sides(sides, 2)[0].any()
