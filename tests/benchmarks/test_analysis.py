"""What one analysis costs, how the event loop fares meanwhile, and how soon a wish to stop is answered."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEventLoop, Qt, QTimer
from pytest_benchmark.fixture import BenchmarkFixture
from pytestqt.qtbot import QtBot

from ai.geometry import PointMm
from ai.model import Bundle, ModelError, analyse, load_bundle
from ai.progress import Progress
from ai.scan import read
from ai.volume import Volume, axis_aligned
from tests.benchmarks.figures import Figure, percentiles
from tests.benchmarks.stopwatch import timed
from tests.benchmarks.studies import large_volume
from viewer.work import Job

SLICES = 236
TICK_MS = 5
MOST_SECONDS = 120.0


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    """Return the shipped model."""
    try:
        return load_bundle()
    except ModelError as error:
        pytest.skip(f"no model to measure: {error}")


@pytest.fixture(scope="module")
def volume(shared_or_none: Path | None) -> Volume:
    """Return 236 slices of 512²: the real scan of that size where it lies beside the repository, else a drawn one."""
    if shared_or_none is not None:
        return read(shared_or_none / "scans" / "rider-1129164940-dicom").volume
    return large_volume(SLICES)


def test_analysis_time(
    benchmark: BenchmarkFixture, bundle: Bundle, volume: Volume, tell: Callable[[Figure], None]
) -> None:
    found = timed(benchmark, lambda: analyse(volume, bundle, "cpu"), rounds=2, warm=0)
    size = "×".join(map(str, volume.grid.shape))
    tell(Figure(f"analysis of {size}, two cores", max(found), "s", limit=20.0, note="the slower of 2, first included"))


ASKED_SLICES = 300
PEAK = (
    "import sys, numpy as np; from ai.model import analyse, load_bundle; from ai.volume import Volume, axis_aligned;"
    "from ai.geometry import PointMm; from tests.benchmarks.opening import high_water_mib; h = np.load(sys.argv[1]);"
    "g = axis_aligned(h.shape, tuple(float(v) for v in sys.argv[2:5]), PointMm(0, 0, 0));"
    "analyse(Volume(h, g), load_bundle(), 'cpu'); print(high_water_mib())"
)


def test_300_slices_and_their_peak_memory(
    benchmark: BenchmarkFixture, bundle: Bundle, volume: Volume, tell: Callable[[Figure], None], tmp_path: Path
) -> None:
    """The scan is stretched to 300 slices of 512²; memory is a fresh program's, measured by itself."""
    places = np.linspace(0, volume.grid.shape[0] - 1.001, ASKED_SLICES)
    low = places.astype(int)
    share = (places - low)[:, None, None].astype(np.float32)
    spacing = volume.grid.spacing_mm
    long = tuple(s * (volume.grid.shape[0] / ASKED_SLICES if axis == 0 else 1) for axis, s in enumerate(spacing))
    hu = np.rint(volume.hu[low] * (1 - share) + volume.hu[low + 1] * share).astype(np.int16)
    grid = axis_aligned((hu.shape[0], hu.shape[1], hu.shape[2]), (long[0], long[1], long[2]), PointMm(0, 0, 0))
    stretched = Volume(hu, grid)
    found = timed(benchmark, lambda: analyse(stretched, bundle, "cpu"), rounds=2, warm=0)
    tell(Figure("analysis of 300 × 512²", max(found), "s", limit=20.0, note="the slower of 2"))
    np.save(tmp_path / "hu.npy", hu)
    words = [sys.executable, "-c", PEAK, str(tmp_path / "hu.npy"), *map(str, long)]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    tell(Figure("peak memory of it in a fresh program", float(said) / 1024, "GiB", limit=4.0))


def gaps_ms(until: Callable[[], bool]) -> list[float]:
    """Return the milliseconds between the ticks of a 5 ms timer in this thread's event loop."""
    loop, ticks = QEventLoop(), [time.perf_counter()]
    end = ticks[0] + MOST_SECONDS

    def tick() -> None:
        ticks.append(time.perf_counter())
        if until() or ticks[-1] > end:
            loop.quit()

    timer = QTimer(interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
    timer.timeout.connect(tick)
    timer.start()
    loop.exec()
    timer.stop()
    return [(after - before) * 1000 for before, after in pairwise(ticks)]


def test_event_loop_during_analysis(
    qtbot: QtBot, benchmark: BenchmarkFixture, bundle: Bundle, volume: Volume, tell: Callable[[Figure], None]
) -> None:
    end = time.perf_counter() + 3
    idle = gaps_ms(lambda: time.perf_counter() > end)
    busy: list[float] = []

    def run() -> None:
        job = Job(lambda progress: analyse(volume, bundle, "cpu", progress))
        ended: list[object] = []
        job.succeeded.connect(ended.append)
        job.failed.connect(ended.append)
        job.start()
        busy.extend(gaps_ms(lambda: bool(ended)))
        job.wait()

    timed(benchmark, run, rounds=1, warm=0)
    nearly_all = sorted(busy)[int(0.99 * len(busy))]
    tell(
        Figure(
            "event loop idle, 5 ms timer, p99 gap", sorted(idle)[int(0.99 * len(idle))], "ms", note=percentiles(idle)
        )
    )
    tell(Figure("event loop during analysis, p99 gap", nearly_all, "ms", limit=50.0, note=percentiles(busy)))


def test_cancel_latency(
    qtbot: QtBot, benchmark: BenchmarkFixture, bundle: Bundle, volume: Volume, tell: Callable[[Figure], None]
) -> None:
    latencies: dict[str, float] = {}

    def cancel_at(share: float) -> None:
        told: list[float] = []

        def work(progress: Progress) -> object:
            return analyse(volume, bundle, "cpu", progress)

        job = Job(work)
        job.progressed.connect(lambda fraction, doing: told.append(fraction))
        ended: list[str] = []
        job.cancelled.connect(lambda: ended.append("cancelled"))
        job.succeeded.connect(lambda value: ended.append("succeeded"))
        job.start()
        qtbot.waitUntil(lambda: bool(ended) or (bool(told) and told[-1] >= share), timeout=60_000)
        start = time.perf_counter()
        job.cancel()
        qtbot.waitUntil(lambda: bool(ended) and job.isFinished(), timeout=60_000)
        if ended == ["cancelled"]:
            latencies[f"{told[-1]:.0%}" if told else "0%"] = time.perf_counter() - start
        job.wait()

    def cancel_often() -> None:
        for share in (0.0, 0.3, 0.6, 0.85):
            cancel_at(share)

    timed(benchmark, cancel_often, rounds=1, warm=0)
    assert latencies, "no analysis was long enough to be cancelled"
    note = "asked at " + ", ".join(f"{moment}: {late:.2f}" for moment, late in latencies.items())
    tell(Figure("cancel, until the thread has ended", max(latencies.values()), "s", limit=1.0, note=note))
