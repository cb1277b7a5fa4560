"""A known rigid motion is found again, in millimetres."""

from __future__ import annotations

import numpy as np
import pytest

from ai.change import Registration
from ai.comparison import ComparisonError, register_rigid
from ai.geometry import Matrix, PointMm
from ai.progress import Cancelled
from ai.volume import Volume
from tests.support.synthetic_chest import chest, chest_grid, motion

_BONES = np.array([[0, 78, 0], [140, 0, 60], [-140, 0, 60], [0, -85, -40], [0, 78, 120], [0, 78, -120]], dtype=float)


def _error_mm(found: Registration, true_motion: Matrix) -> float:
    """Return the largest error over places of the chest wall, of the prior mapped to current and of the way back."""
    moved = _BONES @ true_motion[:3, :3].T + true_motion[:3, 3]
    there = np.linalg.norm(found.to_current(_BONES) - moved, axis=1)
    back = np.linalg.norm(found.to_prior(moved) - _BONES, axis=1)
    return float(max(there.max(), back.max()))


@pytest.mark.parametrize(
    ("turn_deg", "shift_mm"),
    [((0, 0, 0), (0, 0, 0)), ((3, -4, 6), (25, -40, 70)), ((-9, 5, 11), (-60, 80, -400))],
)
def test_a_rigid_motion_is_found_again(
    turn_deg: tuple[float, float, float], shift_mm: tuple[float, float, float]
) -> None:
    true_motion = motion(turn_deg, shift_mm)
    current = chest(chest_grid(middle=PointMm(*shift_mm), size_mm=(340, 320, 400)), true_motion)
    found = register_rigid(chest(chest_grid()), current)
    assert _error_mm(found, true_motion) < 0.5
    assert found.quality > 0.95
    assert not found.deformable


def test_other_spacing_range_field_of_view_table_and_noise_do_not_matter() -> None:
    true_motion = motion((2, -3, 4), (10, -30, 55))
    prior = chest(chest_grid((5.0, 1.5, 1.5)), table_mm=112, noise_hu=25)
    shown = chest_grid((2.0, 2.4, 2.4), PointMm(40, -30, 105), (190, 300, 290))
    found = register_rigid(prior, chest(shown, true_motion, table_mm=130, noise_hu=40))
    assert _error_mm(found, true_motion) < 1.5


def test_axes_that_run_the_other_way_do_not_matter() -> None:
    true_motion = motion((0, 2, -5), (12, 6, -8))
    upright = chest(chest_grid(), true_motion)
    grid = upright.grid.crop((0, 0, 0), upright.grid.shape)
    affine = grid.affine.copy()
    affine[:3, 3] += affine[:3, 0] * (grid.shape[0] - 1)
    affine[:3, 0] *= -1
    flipped = Volume(np.ascontiguousarray(upright.hu[::-1]), type(grid)(grid.shape, affine))
    assert _error_mm(register_rigid(chest(chest_grid()), flipped), true_motion) < 0.5


def test_the_same_answer_comes_twice() -> None:
    current = chest(chest_grid(), motion((3, 0, 5), (12, 8, 20)))
    first, second = (register_rigid(chest(chest_grid()), current) for _ in range(2))
    assert np.array_equal(first.prior_to_current, second.prior_to_current)


def test_the_two_ends_of_a_chest_are_refused() -> None:
    low = chest(chest_grid(middle=PointMm(0, 0, -110), size_mm=(80, 280, 400)))
    high = chest(chest_grid(middle=PointMm(0, 0, 100), size_mm=(80, 280, 400)))
    with pytest.raises(ComparisonError, match="no common part of the body"):
        register_rigid(low, high)


def test_a_scan_without_a_patient_is_refused() -> None:
    empty = chest(chest_grid(middle=PointMm(0, 0, 900)))
    with pytest.raises(ComparisonError, match="The prior scan shows no patient"):
        register_rigid(empty, chest(chest_grid()))
    with pytest.raises(ComparisonError, match="The current scan shows no patient"):
        register_rigid(chest(chest_grid()), empty)


class _StopsAt:
    """Cancels at the n-th report."""

    def __init__(self, number: int) -> None:
        self.left = number

    def report(self, fraction: float, doing: str) -> None:
        """Count down, then raise."""
        assert 0 <= fraction <= 1
        self.left -= 1
        if self.left < 0:
            raise Cancelled


def test_it_can_be_stopped_between_iterations() -> None:
    prior, current = chest(chest_grid()), chest(chest_grid(), motion((3, 0, 5), (12, 8, 20)))
    for number in (0, 3, 12, 20):
        progress = _StopsAt(number)
        with pytest.raises(Cancelled):
            register_rigid(prior, current, progress)
        assert progress.left == -1
