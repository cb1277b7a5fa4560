"""How long a training step waits for its voxels: cubes from a store of 1.5 mm, read ahead by one thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from pytest_benchmark.fixture import BenchmarkFixture
from scipy import ndimage

from ai.training.ahead import Ahead
from ai.training.cohort import Cohort, CohortScan
from ai.training.cohort.index import opened
from ai.training.cohort.loading import patches
from ai.training.cohort.store import put
from ai.training.learning import Learner, Recipe
from ai.training.truth import save_case
from tests.benchmarks.figures import Figure
from tests.benchmarks.stopwatch import timed
from tests.support.drawn_cases import cube_case

SHAPE = (197, 158, 197)
"""Of a real scan at 1.5 mm, cut to the lungs."""
SIDE, CUBES, STEPS = 80, 2, 8


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    """Return four scans as noisy as real ones: they compress no better."""
    folder = tmp_path_factory.mktemp("cohort")
    with opened(folder, 1.5) as index:
        for number in range(4):
            rng = np.random.default_rng(number)
            smooth = ndimage.zoom(rng.normal(0, 400, (8, 8, 8)), [n / 8 for n in SHAPE], order=1)
            hu = (smooth - 400 + rng.normal(0, 25, smooth.shape)).clip(-1024, 3071).astype(np.int16)
            put(folder, CohortScan(f"{number:02}", "p", 0, 1.5, hu.shape), hu, np.zeros(hu.shape, np.uint8), index)
    return Cohort.open(folder)


def test_a_store_is_small(cohort: Cohort, tell: Callable[[Figure], None], benchmark: BenchmarkFixture) -> None:
    sizes = [path.stat().st_size / 1e6 for path in cohort.folder.rglob("*.h5")]
    found = timed(benchmark, lambda: cohort.read("00"), rounds=5, warm=1)
    tell(Figure("a noisy scan in a store of 1.5 mm", max(sizes), "MB", 15.0))
    tell(Figure("reading it whole", float(np.median(found)) * 1000, "ms"))


def test_loading_is_a_small_part_of_a_step(
    cohort: Cohort, tmp_path: Path, tell: Callable[[Figure], None], benchmark: BenchmarkFixture
) -> None:
    save_case(cube_case(size=96), tmp_path / "train-procedural-0.safetensors")
    learner = Learner(Recipe(steps=STEPS, batches=((CUBES, SIDE),)), tmp_path, tmp_path / "run", "cpu")
    learner.sampler.refresh()
    keys = [scan.key for scan in cohort.scans]
    alone = timed(benchmark, lambda: patches(cohort, keys, SIDE, CUBES, 1, 0), rounds=8, warm=1)
    waited, stepped = [], []
    with Ahead(lambda step: patches(cohort, keys, SIDE, CUBES, 1, step)) as items:
        items.take()
        for _ in range(STEPS):
            began = time.perf_counter()
            cubes = torch.from_numpy(items.take())
            ready = time.perf_counter()
            learner._one_step(learner._batch(learner.step))
            stepped.append(time.perf_counter() - ready)
            waited.append(ready - began)
            assert cubes.shape == (CUBES, SIDE, SIDE, SIDE)
    seconds = float(np.median(alone))
    tell(Figure(f"cubes of {SIDE} from a store of 1.5 mm, one thread", CUBES / seconds, "1/s"))
    tell(Figure(f"a training step of {CUBES} cubes of {SIDE}", float(np.median(stepped)), "s"))
    share = 100 * sum(waited) / (sum(waited) + sum(stepped))
    tell(Figure("share of a step that waits for its voxels, read ahead", share, "%", 10.0))
    part = 100 * seconds / (seconds + float(np.median(stepped)))
    tell(Figure("the same, not read ahead", part, "%"))
