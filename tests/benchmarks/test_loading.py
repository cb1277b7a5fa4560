"""A whole series from disk to Hounsfield units, beside other readers, and what memory that takes."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import pytest
from pydicom import dcmread
from pytest_benchmark.fixture import BenchmarkFixture

from ai.scan import begin, find_series, read
from ai.series import Scan
from tests.benchmarks.figures import Figure
from tests.benchmarks.reading_peers import PEERS, installed_peers
from tests.benchmarks.stopwatch import seconds, timed
from tests.benchmarks.studies import COLUMNS, ROWS, SLICES

ROOT = Path(__file__).resolve().parents[2]
VOXEL_MIB = SLICES * ROWS * COLUMNS * 2 / 2**20
QUARTER = 0.25
FILES_A_SECOND = 2000
FIRST_SLICE_S = 0.1

PEAK = """
import json, sys
from pathlib import Path
from ai.scan import read

def high_water_mib():
    # Not ru_maxrss: Linux keeps the parent's in it across fork and exec.
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024

before = high_water_mib()
scan = read(Path(sys.argv[1]))
print(json.dumps({"before": before, "after": high_water_mib(), "voxels": scan.volume.hu.nbytes / 2**20}))
"""


@pytest.mark.parametrize("peer", PEERS)
def test_whole_series_beside_peers(
    benchmark: BenchmarkFixture, current_folder: Path, tell: Callable[[Figure], None], peer: str
) -> None:
    """Taken in turns, so that both feel the same neighbours on the machine."""
    theirs_of = installed_peers().get(peer)
    if theirs_of is None:
        pytest.skip(f"{peer} is not installed (it comes with the extra “bench”)")
    theirs_of(current_folder)
    timed(benchmark, lambda: read(current_folder), rounds=1)
    turns = [(seconds(lambda: read(current_folder)), seconds(lambda: theirs_of(current_folder))) for _ in range(5)]
    ours, theirs = (median(times) for times in zip(*turns, strict=True))
    asked = QUARTER * theirs if peer == "SimpleITK" else theirs
    note = "medians of 5"
    tell(Figure("load 400 × 512², whole series", ours, "s", limit=asked, peer=(peer, theirs), note=note))


def test_the_volume_is_that_of_peers(benchmark: BenchmarkFixture, current_folder: Path) -> None:
    ours: list[Scan] = []
    timed(benchmark, lambda: ours.append(read(current_folder)), rounds=1, warm=0)
    for name, theirs_of in installed_peers().items():
        if name != "dcm2niix":  # compared voxel by voxel in tests/scan/test_peers.py
            assert np.array_equal(ours[0].volume.hu, theirs_of(current_folder)), name


def test_headers_a_second(benchmark: BenchmarkFixture, current_folder: Path, tell: Callable[[Figure], None]) -> None:
    """One core, warm cache: the search runs in one thread."""
    paths = sorted(current_folder.iterdir())
    theirs = median(seconds(lambda: [dcmread(p, stop_before_pixels=True) for p in paths]) for _ in range(3))
    ours = median(timed(benchmark, lambda: find_series(current_folder)))
    found, known = (1e6 * took / len(paths) for took in (ours, theirs))
    note = f"{1e6 / found:.0f} files a second"
    tell(Figure("index a header", found, "µs", limit=1e6 / FILES_A_SECOND, peer=("pydicom", known), note=note))


def test_first_slice_read(benchmark: BenchmarkFixture, current_folder: Path, tell: Callable[[Figure], None]) -> None:
    class Enough(Exception):
        """The first slice has arrived."""

    def first() -> None:
        def stop(index: int) -> None:
            raise Enough

        try:
            begin(find_series(current_folder)[0]).load(look_first=lambda: SLICES // 2, arrived=stop)
        except Enough:
            return

    tell(Figure("first slice read, headers of 400 files included", median(timed(benchmark, first)), "s"))


def test_first_slice_after_its_headers(
    benchmark: BenchmarkFixture, current_folder: Path, tell: Callable[[Figure], None]
) -> None:
    (series,) = find_series(current_folder)
    took: list[float] = []

    def first() -> None:
        arrived: list[float] = []
        began = time.perf_counter()
        begin(series).load(arrived=lambda slot: arrived.append(time.perf_counter()))
        took.append(arrived[0] - began)

    timed(benchmark, first)
    tell(Figure("first slice after its headers are known", median(took), "s", limit=FIRST_SLICE_S))


def test_peak_memory_of_loading(
    benchmark: BenchmarkFixture, current_folder: Path, tell: Callable[[Figure], None]
) -> None:
    found: dict[str, float] = {}

    def peak() -> None:
        command = [sys.executable, "-c", PEAK, str(current_folder)]
        found.update(json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout))

    timed(benchmark, peak, rounds=1, warm=0)
    assert found["voxels"] == VOXEL_MIB
    note = f"{found['before']:.0f} MiB before, voxels {VOXEL_MIB:.0f} MiB"
    tell(
        Figure("peak memory of loading, whole process", found["after"], "MiB", limit=1.15 * VOXEL_MIB + 200, note=note)
    )
