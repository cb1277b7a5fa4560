"""Our registration beside SimpleITK's, elastix's and convexAdam's, on the same pairs in one run.

Seconds are processor seconds of all threads together: on a machine that others use too they are what can be compared. A
peer takes minutes; INTERVAL_REGISTRATION_PEERS names those wanted, by commas; empty for ours alone.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from ai.change import Registration
from ai.comparison import register
from tests.benchmarks.figures import Figure
from tests.benchmarks.registration_pairs import KnownPair, SecondVisit, real, synthetic, two_kernels
from tests.benchmarks.registration_peers import PEERS, FoundField
from tests.benchmarks.stopwatch import timed

MEDIAN_MM, P95_MM, STILL_MM = 1.5, 4.0, 0.5
NEEDED = ("skimage", "itk", "convexAdam")
MISSING = [name for name in NEEDED if find_spec(name) is None]
WANTED = os.environ.get("INTERVAL_REGISTRATION_PEERS", ",".join(PEERS)).split(",")
BREATHS = {
    "normal001.nii.gz": SecondVisit(20.0),
    "c3n-00247.nii.gz": SecondVisit(40.0, seed=3),
    "cap001.nii.gz": SecondVisit(35.0, seed=1),
    "rider-1129164940-dicom": SecondVisit(25.0, seed=2),
}

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"{', '.join(MISSING)} of the extra `bench` not installed")


@dataclass(frozen=True)
class Outcome:
    """What one method reached on one pair."""

    errors_mm: tuple[float, ...]
    folds: float
    seconds: float

    @property
    def note(self) -> str:
        """All of it but the median."""
        middle, most = np.percentile(self.errors_mm, (50, 95))
        return f"median {middle:.2f} p95 {most:.2f} max {max(self.errors_mm):.2f} mm, folds {self.folds:.3%}"


@pytest.mark.parametrize("file", list(BREATHS))
def test_a_known_breath(benchmark: BenchmarkFixture, shared: Path, file: str, tell: Callable[[Figure], None]) -> None:
    pair = real(shared, file, BREATHS[file])()
    ours = _compared(benchmark, pair, tell, MEDIAN_MM)
    assert np.median(ours.errors_mm) <= MEDIAN_MM
    assert np.percentile(ours.errors_mm, 95) <= P95_MM
    assert ours.folds == 0


def test_a_synthetic_follow_up(benchmark: BenchmarkFixture, tell: Callable[[Figure], None]) -> None:
    ours = _compared(benchmark, synthetic(41), tell, MEDIAN_MM)
    assert np.median(ours.errors_mm) <= MEDIAN_MM
    assert np.percentile(ours.errors_mm, 95) <= P95_MM


def test_two_kernels(benchmark: BenchmarkFixture, shared: Path, tell: Callable[[Figure], None]) -> None:
    ours = _compared(benchmark, two_kernels(shared), tell, STILL_MM)
    assert np.percentile(ours.errors_mm, 95) <= STILL_MM


def _compared(benchmark: BenchmarkFixture, pair: KnownPair, tell: Callable[[Figure], None], limit_mm: float) -> Outcome:
    found: list[Outcome] = []
    timed(benchmark, lambda: found.append(_outcome(pair, register)), rounds=1, warm=0)
    _tell(tell, pair, "ours", found[0], limit_mm)
    for name, peer in PEERS.items():
        if name in WANTED:
            _tell(tell, pair, name, _apart(pair, peer), None)
    return found[0]


def _apart(pair: KnownPair, peer: Callable[..., FoundField]) -> Outcome:
    """Ask a peer in a process of its own: elastix's libraries and SimpleITK's do not bear each other for long."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(_outcome, pair, peer).result()


def _outcome(pair: KnownPair, method: Callable[..., Registration | FoundField]) -> Outcome:
    began = time.process_time()
    found = method(pair.prior, pair.current)
    seconds = time.process_time() - began
    there = found.to_prior(pair.forks_current_mm)
    errors = np.linalg.norm(there - pair.forks_prior_mm, axis=1)
    return Outcome(tuple(float(error) for error in errors), found.folds, seconds)


def _tell(tell: Callable[[Figure], None], pair: KnownPair, who: str, got: Outcome, limit: float | None) -> None:
    middle = float(np.median(got.errors_mm))
    note = f"{got.note}, {got.seconds:.1f} processor s (n={len(got.errors_mm)}, moved ≤ {pair.moved_mm:.0f} mm)"
    tell(Figure(f"{pair.name}: {who}", middle, "mm", limit=limit, note=note))
