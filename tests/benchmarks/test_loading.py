"""A whole series from disk to Hounsfield units, beside SimpleITK's reader, and what memory that takes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import SimpleITK
from pytest_benchmark.fixture import BenchmarkFixture

from ai.scan import begin, find_series, read
from tests.benchmarks.figures import Figure
from tests.benchmarks.stopwatch import seconds, timed
from tests.benchmarks.studies import COLUMNS, ROWS, SLICES

ROOT = Path(__file__).resolve().parents[2]
VOXEL_MIB = SLICES * ROWS * COLUMNS * 2 / 2**20
QUARTER = 0.25

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


def with_simpleitk(folder: Path) -> SimpleITK.Image:
    """Read the series as SimpleITK's own examples do."""
    reader = SimpleITK.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
    return reader.Execute()


def test_whole_series(benchmark: BenchmarkFixture, current_folder: Path, tell: Callable[[Figure], None]) -> None:
    theirs = median(seconds(lambda: with_simpleitk(current_folder)) for _ in range(3))
    ours = median(timed(benchmark, lambda: read(current_folder)))
    same = SimpleITK.GetArrayFromImage(with_simpleitk(current_folder))
    assert np.array_equal(read(current_folder).volume.hu, same)
    peer = ("SimpleITK", theirs)
    tell(Figure("load 400 × 512², whole series", ours, "s", limit=QUARTER * theirs, peer=peer, note="medians of 5, 3"))


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
    tell(Figure("peak memory of loading, whole process", found["after"], "MiB", limit=1.5 * VOXEL_MIB + 300, note=note))
