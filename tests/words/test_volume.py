"""A volume looks at its voxels and does not let go of their place."""

from __future__ import annotations

import numpy as np
import pytest

from ai.geometry import Index, PointMm
from ai.volume import AIR_HU, GridError, Volume, axis_aligned

GRID = axis_aligned((4, 5, 6), (2.0, 1.0, 0.5), PointMm(0, 0, 0))


def test_hu_at_a_place_in_the_patient() -> None:
    hu = np.full(GRID.shape, AIR_HU, np.int16)
    hu[3, 2, 1] = 70
    volume = Volume(hu, GRID)
    assert volume.hu_at(PointMm(left=0.5, posterior=2.0, superior=6.0)) == 70
    assert volume.hu_at(PointMm(left=0.5, posterior=2.0, superior=4.0)) == AIR_HU
    assert volume.hu_at(PointMm(left=0.5, posterior=2.0, superior=7.1)) is None


def test_voxels_that_arrive_later_are_seen_without_a_copy() -> None:
    filling = np.full(GRID.shape, AIR_HU, np.int16)
    volume = Volume(filling, GRID)
    filling[1] = 40
    assert volume.hu_at(GRID.point(Index(1, 0, 0))) == 40
    assert np.shares_memory(volume.hu, filling)


def test_the_view_cannot_be_written_though_the_loader_still_can() -> None:
    filling = np.zeros(GRID.shape, np.int16)
    volume = Volume(filling, GRID)
    with pytest.raises(ValueError, match="read-only"):
        volume.hu[0, 0, 0] = 1
    filling[0, 0, 0] = 1
    assert volume.hu[0, 0, 0] == 1


@pytest.mark.parametrize("hu", [np.zeros((4, 5, 6), np.float32), np.zeros((4, 5, 7), np.int16)])
def test_voxels_that_do_not_fit_are_refused_with_both_sizes(
    hu: np.ndarray[tuple[int, ...], np.dtype[np.int16]],
) -> None:
    with pytest.raises(GridError, match=r"does not fit a grid of \(4, 5, 6\) int16"):
        Volume(hu, GRID)
