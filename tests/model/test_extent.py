"""A share of the lungs, known beforehand."""

from __future__ import annotations

import numpy as np
import pytest

from ai.geometry import PointMm
from ai.model.extent import extent_of, spreads
from ai.organs import LUNGS, Organs, code_of
from ai.vocabulary import abnormality
from ai.volume import VoxelGrid, axis_aligned

FINE = axis_aligned((16, 16, 32), (2.0, 2.0, 2.0), PointMm(0.0, 0.0, 0.0))


def cells() -> VoxelGrid:
    """Return cells of two voxels a side over the same crop."""
    return axis_aligned((8, 8, 16), (4.0, 4.0, 4.0), PointMm(1.0, 1.0, 1.0))


def two_lobes() -> Organs:
    """Return a right upper lobe in the right half, a left lower lobe three times as large beside it, nothing else."""
    codes = np.zeros(FINE.shape, dtype=np.uint8)
    codes[:, :, :8] = code_of("right_upper")
    codes[:, :, 8:] = code_of("left_lower")
    return Organs(codes, FINE)


def test_each_lobe_by_its_own_size_and_both_together() -> None:
    heat = np.zeros(cells().shape, dtype=np.float32)
    heat[:, :, :2] = 0.5
    heat[:4, :, 4:] = 2.0
    extent = dict(extent_of(heat, cells(), two_lobes()))
    assert extent["right_upper"] == pytest.approx(0.5)
    assert extent["left_lower"] == pytest.approx(0.5)
    assert extent[LUNGS] == pytest.approx(0.5)
    assert set(extent) == {LUNGS, "right_upper", "left_lower"}


def test_a_patch_is_not_a_whole_lung() -> None:
    patch, whole = np.zeros(cells().shape, dtype=np.float32), np.ones(cells().shape, dtype=np.float32)
    patch[0, 0, 0] = 9.0
    assert dict(extent_of(patch, cells(), two_lobes()))[LUNGS] < 0.01
    assert dict(extent_of(whole, cells(), two_lobes()))[LUNGS] == 1.0


def test_no_lung_no_extent() -> None:
    nothing = Organs(np.zeros(FINE.shape, dtype=np.uint8), FINE)
    assert extent_of(np.ones(cells().shape, dtype=np.float32), cells(), nothing) == ()


def test_what_spreads_lies_in_the_lungs_and_has_no_instances() -> None:
    assert spreads(abnormality("pneumonia"))
    assert spreads(abnormality("groundglass"))
    assert not spreads(abnormality("nodule"))
    assert not spreads(abnormality("pleural_effusion"))
    assert not spreads(abnormality("cardiomegaly"))
