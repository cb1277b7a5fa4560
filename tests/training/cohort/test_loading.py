"""What is read ahead comes in the steps' order, the same from any beginning."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ai.training.cohort import Cohort, CohortScan
from ai.training.cohort.index import opened
from ai.training.cohort.loading import patches
from ai.training.cohort.store import put


@pytest.fixture
def cohort(tmp_path: Path) -> Cohort:
    """Return a cohort of two scans whose voxels say where they lie."""
    shape = (20, 40, 50)
    with opened(tmp_path, 2.0) as index:
        for number, key in enumerate(("aa", "bb")):
            hu = (np.arange(np.prod(shape)).reshape(shape) % 997 + 1000 * number).astype(np.int16)
            put(tmp_path, CohortScan(key, key, 0, 2.0, shape), hu, np.zeros(shape, np.uint8), index)
    return Cohort.open(tmp_path)


def test_cubes_depend_on_seed_and_step_alone_and_are_parts_of_scans(cohort: Cohort) -> None:
    keys = ["aa", "bb"]
    first = patches(cohort, keys, 24, 4, seed=3, step=8)
    assert first.shape == (4, 24, 24, 24)
    assert np.array_equal(first, patches(cohort, keys, 24, 4, seed=3, step=8))
    assert not np.array_equal(first, patches(cohort, keys, 24, 4, seed=3, step=9))
    assert (first[:, 20:] == -1024).all()
    windows = np.lib.stride_tricks.sliding_window_view
    wholes = [windows(cohort.read(key), (20, 24, 24))[0] for key in keys]
    for cube in first:
        assert any((whole == cube[:20]).all((2, 3, 4)).any() for whole in wholes)
