"""Compressed series: all cores against one, beside other readers, and beside the other decoders there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.encaps import generate_frames
from pytest_benchmark.fixture import BenchmarkFixture

from ai.scan import read
from ai.scan.loading import THREADS
from tests.benchmarks.decoding_peers import Decoder, decoders
from tests.benchmarks.figures import Figure
from tests.benchmarks.reading_peers import installed_peers
from tests.benchmarks.stopwatch import seconds, timed
from tests.benchmarks.studies import large_volume
from tests.support import dicom_series as build
from tests.support.dicom_series import Form, Plan, write_series

SLICES = 60
ROUNDS = 3
PATIENCE_S = 1.5
"""What takes longer is measured once beside other readers."""
FASTER = 1.8
"""How many times one core's rate all cores must reach."""
SYNTAXES = {"JPEG lossless": build.JPEG_LOSSLESS, "JPEG-LS": build.JPEG_LS, "JPEG 2000": build.JPEG_2000}


@pytest.fixture(scope="module", params=SYNTAXES)
def packed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A series of 60 × 512² of a plausible chest, and how it is packed."""
    name = str(request.param)
    volume = large_volume(SLICES)
    folder = tmp_path_factory.mktemp("packed")
    write_series(folder, Plan(volume.hu, volume.grid, Form(SYNTAXES[name])))
    return name, folder


def test_all_cores_beside_one(
    benchmark: BenchmarkFixture,
    packed: tuple[str, Path],
    tell: Callable[[Figure], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name, folder = packed
    timed(benchmark, lambda: read(folder), rounds=1)
    assert np.array_equal(read(folder).volume.hu, large_volume(SLICES).hu)
    took: dict[int, list[float]] = {1: [], THREADS: []}
    for threads in [*took] * ROUNDS:
        monkeypatch.setattr("ai.scan.stack_loading.THREADS", threads)
        took[threads].append(seconds(lambda: read(folder)))
    alone, ours = (median(times) for times in took.values())
    tell(Figure(f"load 60 × 512², {name}", ours, "s", limit=alone / FASTER, peer=("one thread", alone)))


def test_beside_other_readers(
    benchmark: BenchmarkFixture, packed: tuple[str, Path], tell: Callable[[Figure], None]
) -> None:
    """Taken in turns, so that all feel the same neighbours on the machine."""
    name, folder = packed
    (once,) = timed(benchmark, lambda: read(folder), rounds=1)
    rounds = ROUNDS if once < PATIENCE_S else 1
    for peer, theirs in installed_peers().items():
        turns = [(seconds(lambda: read(folder)), seconds(partial(theirs, folder))) for _ in range(rounds)]
        ours, took = (median(times) for times in zip(*turns, strict=True))
        tell(Figure(f"load 60 × 512², {name}", ours, "s", limit=took, peer=(peer, took)))


def test_beside_other_decoders(
    benchmark: BenchmarkFixture, packed: tuple[str, Path], tell: Callable[[Figure], None]
) -> None:
    """One thread, from the code stream to the array; the first decoder is the one we use."""
    name, folder = packed
    datasets = [dcmread(path) for path in sorted(folder.iterdir())[:20]]
    streams = [next(generate_frames(ds.PixelData, number_of_frames=1)) for ds in datasets]
    known = decoders(SYNTAXES[name])
    first, *others = known
    timed(benchmark, lambda: [known[first](s) for s in streams], rounds=1)
    for other in others:
        turns = [[_milliseconds(known[one], streams) for one in (first, other)] for _ in range(ROUNDS)]
        ours, theirs = (median(times) for times in zip(*turns, strict=True))
        tell(Figure(f"decode 512², {name}, {first}", ours, "ms", limit=theirs, peer=(other, theirs)))


def _milliseconds(decode: Decoder, streams: Sequence[bytes]) -> float:
    """Return how long one stream takes."""
    return seconds(lambda: [decode(stream) for stream in streams]) / len(streams) * 1000
