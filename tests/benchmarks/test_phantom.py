"""What one synthetic case costs: 192³ voxels of 1.5 mm, and one training case."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import torch
from pytest_benchmark.fixture import BenchmarkFixture

from ai.phantom import drawn_case
from ai.phantom.canvas import Canvas
from ai.phantom.case import thorax_of
from tests.benchmarks.figures import Figure, percentiles
from tests.benchmarks.stopwatch import timed

ASKED = 192**3
SEEDS = range(6)


def test_case_of_192_cubed(benchmark: BenchmarkFixture, tell: Callable[[Figure], None]) -> None:
    """The field of view follows from the body; the time is told for as many voxels as are asked for."""
    torch.set_num_threads(2)
    drawn_case(99, spacing_mm=3.0)
    took = []

    def draw() -> None:
        for seed in SEEDS:
            thorax_of.cache_clear()
            seconds, voxels = _timed_case(seed)
            took.append(seconds * ASKED / voxels)

    timed(benchmark, draw, rounds=1, warm=0)
    tell(Figure("synthetic case of 192³ voxels of 1.5 mm", float(np.median(took)), "s", 5.0, note=percentiles(took)))


def _timed_case(seed: int) -> tuple[float, int]:
    began = time.perf_counter()
    case = drawn_case(seed, spacing_mm=1.5)
    return time.perf_counter() - began, case.hu.numel()


def test_training_case(benchmark: BenchmarkFixture, tell: Callable[[Figure], None]) -> None:
    """Another illness of the same body, 2 mm."""
    body: Canvas = thorax_of(3)
    drawn_case(3)
    seeds = iter(range(1000))
    found = timed(benchmark, lambda: drawn_case(next(seeds), body), rounds=6, warm=1)
    told = percentiles([s * 1000 for s in found])
    tell(Figure("another illness in the same body at 2 mm", float(np.median(found)), "s", note=told))
