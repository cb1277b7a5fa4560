"""The real window: opening, scrolling each plane, toggling heat; napari on the same volume and screen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from pytestqt.qtbot import QtBot

from tests.benchmarks.bench_window import SIDE_PX, BenchWindow
from tests.benchmarks.figures import Figure, p95, percentiles
from tests.benchmarks.stopwatch import timed
from tests.benchmarks.studies import COLUMNS, HEAT_COARSER, ROWS, SLICES, large_heatmap, large_volume
from viewer.mpr.plane import Plane
from viewer.state.role import Role

ROOT = Path(__file__).resolve().parents[2]
VOXEL_MIB = SLICES * ROWS * COLUMNS * 2 / 2**20
STEPS = 60
SIX_PANES_WIDE, SIX_PANES_HIGH = 2500, 1600
"""Pixels of a window whose smallest panes are 500²."""
PEER_STEPS = 20
NapariMs = dict[bool, dict[str, list[float]]]

pytestmark = pytest.mark.journey


@pytest.fixture
def one(qapp: object, current_folder: Path) -> Iterator[BenchWindow]:
    """A window with one scan and its heat."""
    bench = BenchWindow()
    bench.open(current_folder)
    yield bench
    bench.close()


@pytest.fixture
def two(qapp: object, current_folder: Path, prior_folder: Path) -> Iterator[BenchWindow]:
    """A window with prior and current, linked."""
    bench = BenchWindow()
    bench.open(current_folder, prior_folder)
    yield bench
    bench.close()


@pytest.fixture(scope="module")
def napari_ms(peers: Path | None, tmp_path_factory: pytest.TempPathFactory) -> NapariMs:
    """Return napari's milliseconds per step by (with heat, plane); empty where napari is not installed."""
    if peers is None:
        return {}
    folder = tmp_path_factory.mktemp("napari")
    volume = large_volume()
    np.save(folder / "volume.npy", volume.hu)
    np.save(folder / "heat.npy", large_heatmap(volume.grid).values)
    script = Path(__file__).with_name("napari_peer.py")
    found: NapariMs = {}
    for heat in (False, True):
        second = str(folder / "heat.npy") if heat else "-"
        command = [str(peers), str(script), str(folder / "volume.npy"), second]
        command += [str(HEAT_COARSER), str(SIDE_PX), str(PEER_STEPS)]
        environment = {**os.environ, "QT_API": "pyside6"}
        told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
        answer = json.loads(told.splitlines()[-1])
        assert answer["size_px"] == [SIDE_PX, SIDE_PX]
        found[heat] = answer["ms"]
    return found


def test_opening(benchmark: BenchmarkFixture, current_folder: Path, tell: Callable[[Figure], None]) -> None:
    runs: list[dict[str, float]] = []

    def opened() -> None:
        command = [sys.executable, "-m", "tests.benchmarks.opening", str(current_folder)]
        told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        runs.append(json.loads(told.splitlines()[-1]))

    timed(benchmark, opened, rounds=3, warm=0)
    firsts = [run["first_s"] for run in runs]
    tell(Figure("first slice on screen, fresh program", max(firsts), "s", limit=0.5, note="the slowest of 3"))
    tell(Figure("whole series in the window", median(run["whole_s"] for run in runs), "s"))
    peak, bare = max(run["peak_mib"] for run in runs), max(run["bare_mib"] for run in runs)
    note = f"{bare:.0f} MiB before opening, voxels {VOXEL_MIB:.0f} MiB, without the model"
    tell(Figure("peak memory of the program", peak, "MiB", limit=1.5 * VOXEL_MIB + 300, note=note))


@pytest.mark.parametrize("heat", [False, True], ids=["plain", "heat"])
@pytest.mark.parametrize("plane", list(Plane), ids=lambda plane: str(plane.title))
def test_scrolling_one_plane(
    qtbot: QtBot,
    benchmark: BenchmarkFixture,
    one: BenchWindow,
    napari_ms: NapariMs,
    plane: Plane,
    heat: bool,
    tell: Callable[[Figure], None],
) -> None:
    one.alone(plane)
    one.overlay(heat)
    canvas = one.canvas(plane)
    assert canvas.size_px == (SIDE_PX, SIDE_PX)
    found: list[float] = []
    timed(benchmark, lambda: found.extend(one.scroll_ms([canvas], STEPS)), rounds=1)
    theirs = napari_ms.get(heat, {}).get(plane.title.lower())
    peer = None if theirs is None else ("napari p95", p95(theirs))
    what = f"scroll {plane.title.lower()} 600²{' with heat' if heat else ''}, p95"
    tell(Figure(what, p95(found), "ms", limit=20.0, peer=peer, note=percentiles(found)))


@pytest.mark.parametrize("plane", list(Plane), ids=lambda plane: str(plane.title))
def test_scrolling_two_linked_scans(
    qtbot: QtBot, benchmark: BenchmarkFixture, two: BenchWindow, plane: Plane, tell: Callable[[Figure], None]
) -> None:
    two.alone(plane)
    two.overlay(True)
    canvases = [two.canvas(plane, role) for role in Role]
    assert all(abs(side - SIDE_PX) <= 1 for canvas in canvases for side in canvas.size_px)
    found: list[float] = []
    timed(benchmark, lambda: found.extend(two.scroll_ms(canvases, STEPS)), rounds=1)
    what = f"scroll {plane.title.lower()}, prior and current 600², heat, p95"
    tell(Figure(what, p95(found), "ms", note=percentiles(found)))


def test_scrolling_with_three_planes_shown(
    qtbot: QtBot, benchmark: BenchmarkFixture, one: BenchWindow, tell: Callable[[Figure], None]
) -> None:
    one.alone(None)
    one.overlay(True)
    found: list[float] = []
    canvases = [one.canvas(plane) for plane in Plane]
    timed(benchmark, lambda: found.extend(one.scroll_ms(canvases, STEPS)), rounds=1)
    sizes = ", ".join(f"{c.size_px[0]}×{c.size_px[1]}" for c in canvases)
    tell(
        Figure(
            "scroll axial, three planes repainted, heat, p95", p95(found), "ms", note=f"{percentiles(found)} {sizes}"
        )
    )


def test_six_linked_panes_through_the_deformable_map(
    qtbot: QtBot, benchmark: BenchmarkFixture, two: BenchWindow, tell: Callable[[Figure], None]
) -> None:
    """Wheel: both axials cut anew; crosshair: all six. Pictures a second are what the slowest twentieth allows."""
    two.alone(None)
    two.overlay(False)
    two.followed()
    two.window.resize(SIX_PANES_WIDE, SIX_PANES_HIGH)
    two.settle(0.5)
    six = [two.canvas(plane, role) for plane in Plane for role in Role]
    sizes = ", ".join(f"{c.size_px[0]}×{c.size_px[1]}" for c in six[::2])
    smallest = min(width * height for width, height in (canvas.size_px for canvas in six))
    assert smallest >= 500 * 500, f"the smallest pane has {smallest} pixels ({sizes})"
    found: dict[str, list[float]] = {"wheel": [], "crosshair": []}

    def both() -> None:
        found["wheel"].extend(two.scroll_ms(six[:2], STEPS))
        found["crosshair"].extend(two.cross_ms(six, STEPS))

    timed(benchmark, both, rounds=1, warm=0)
    for what, milliseconds in found.items():
        name = f"six linked panes, deformable map, {what}, p95"
        tell(Figure(name, p95(milliseconds), "ms", limit=125.0, note=f"{percentiles(milliseconds)} panes {sizes}"))


def test_memory_of_two_linked_scans(
    benchmark: BenchmarkFixture, current_folder: Path, prior_folder: Path, tell: Callable[[Figure], None]
) -> None:
    runs: list[dict[str, float]] = []

    def opened() -> None:
        command = [sys.executable, "-m", "tests.benchmarks.linking", str(current_folder), str(prior_folder)]
        told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        runs.append(json.loads(told.splitlines()[-1]))

    timed(benchmark, opened, rounds=1, warm=0)
    note = (
        f"{runs[0]['settled_mib']:.0f} MiB once linked; {runs[0]['bare_mib']:.0f} MiB before opening; without the model"
    )
    limit = 2 * VOXEL_MIB + 500
    tell(Figure("peak memory, two scans registered and linked", runs[0]["peak_mib"], "MiB", limit=limit, note=note))


def test_toggling_the_overlay(
    qtbot: QtBot, benchmark: BenchmarkFixture, one: BenchWindow, tell: Callable[[Figure], None]
) -> None:
    one.alone(Plane.AXIAL)
    found: list[float] = []
    timed(benchmark, lambda: found.extend(one.toggle_ms([one.canvas(Plane.AXIAL)], 20)), rounds=1, warm=0)
    tell(Figure("overlay on or off by G, axial 600², p95", p95(found), "ms", note=percentiles(found)))
