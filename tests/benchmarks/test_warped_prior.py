"""The prior warped onto a current scan of 300 × 512² through a deformable map: until a layer is seen, and all of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from ai.change import Registration
from ai.comparison import warped_prior
from ai.progress import QUIET
from ai.volume import Volume
from tests.benchmarks.bench_window import breathing
from tests.benchmarks.figures import Figure, p95, percentiles
from tests.benchmarks.stopwatch import timed
from tests.benchmarks.studies import large_grid, large_volume

SLICES, LAYERS = 300, 20


Pair = tuple[Volume, Volume, Registration]


@pytest.fixture(scope="module")
def pair() -> Pair:
    """Return two scans, and a breath of up to 12 mm between them."""
    prior = large_volume(SLICES)
    current = Volume(prior.hu, large_grid(SLICES, superior_mm=4.0))
    return prior, current, breathing(prior, current, Registration(np.eye(4), 1.0), QUIET)


def test_until_it_can_be_looked_at(benchmark: BenchmarkFixture, pair: Pair, tell: Callable[[Figure], None]) -> None:
    prior, current, found = pair
    rounds = timed(benchmark, lambda: warped_prior(prior, current.grid, found), rounds=3, warm=0)
    tell(Figure("warped prior 300 × 512², until it can be looked at", max(rounds), "s", limit=1.0))


@pytest.mark.parametrize("axis", range(3), ids=["axial", "coronal", "sagittal"])
def test_a_layer_not_seen_before(
    benchmark: BenchmarkFixture, pair: Pair, tell: Callable[[Figure], None], axis: int
) -> None:
    prior, current, found = pair
    warped = warped_prior(prior, current.grid, found)
    numbers = iter(range(current.grid.shape[axis] // 3, current.grid.shape[axis]))
    rounds = timed(benchmark, lambda: warped.layers(axis, number := next(numbers), number + 1), rounds=LAYERS)
    milliseconds = [1000 * seconds for seconds in rounds]
    what = f"a layer of it, {('axial', 'coronal', 'sagittal')[axis]}, p95"
    tell(Figure(what, p95(milliseconds), "ms", note=percentiles(milliseconds)))


def test_all_of_it(benchmark: BenchmarkFixture, pair: Pair, tell: Callable[[Figure], None]) -> None:
    """As only an oblique scan needs it."""
    prior, current, found = pair
    warped = warped_prior(prior, current.grid, found)
    (seconds,) = timed(benchmark, warped.whole, rounds=1, warm=0)
    tell(Figure("all of it", seconds, "s"))
