"""pytest-benchmark through one typed door."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, cast

from pytest_benchmark.fixture import BenchmarkFixture


def timed(benchmark: BenchmarkFixture, work: Callable[[], object], rounds: int = 5, warm: int = 1) -> list[float]:
    """Run ``work`` ``warm`` times untimed, then ``rounds`` times; return the seconds of each round."""
    fixture = cast("Any", benchmark)
    fixture.pedantic(work, rounds=rounds, warmup_rounds=warm)
    return [float(value) for value in fixture.stats.stats.data]


def seconds(work: Callable[[], object]) -> float:
    """Return how long one call took."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
