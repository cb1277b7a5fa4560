"""What is read ahead comes in the steps' order, the same from any beginning."""

from __future__ import annotations

import threading
import time
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from ai.training.cohort import Cohort, CohortScan
from ai.training.cohort.index import opened
from ai.training.cohort.loading import Ahead, patches
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


def test_steps_come_in_their_order_whichever_thread_is_faster() -> None:
    def slow_if_even(step: int) -> int:
        time.sleep(0.02 if step % 2 == 0 else 0.0)
        return step

    with Ahead(slow_if_even, first=5, threads=4) as items:
        assert list(islice(items, 9)) == list(range(5, 14))


def test_the_next_steps_are_made_before_they_are_asked_for() -> None:
    third = threading.Event()

    def make(step: int) -> int:
        if step == 2:
            third.set()
        return step

    with Ahead(make, ahead=2) as items:
        assert items.take() == 0
        assert third.wait(10)


def test_what_goes_wrong_is_raised_at_its_step() -> None:
    def make(step: int) -> int:
        if step == 1:
            raise ValueError("step 1")
        return step

    with Ahead(make) as items:
        assert items.take() == 0
        with pytest.raises(ValueError, match="step 1"):
            items.take()


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
