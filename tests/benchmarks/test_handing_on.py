"""How long a reading of 300 slices takes to become DICOM objects, how large they are, and how long it takes back."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture

from ai.findings import Analysis
from ai.geometry import PointMm
from ai.organs import ORGANS, Organs
from ai.report.dicom.reading import DicomReading
from ai.report.dicom.restoring import restore
from ai.volume import axis_aligned
from tests.benchmarks.figures import Figure
from tests.support.handed_on import again, hand_on, lesion_at, series_of
from tests.support.synthetic_analysis import CARD, finding

LESIONS = 12
MIB = 2**20


@pytest.mark.benchmark(group="hand on")
def test_three_hundred_slices(tmp_path: Path, tell: Callable[[Figure], None], benchmark: BenchmarkFixture) -> None:
    grid = axis_aligned((300, 512, 512), (1.0, 0.7, 0.7), PointMm(-180.0, -180.0, 0.0))
    scan = series_of(tmp_path / "scan", grid)
    ball = np.argwhere(np.linalg.norm(np.mgrid[-15:16, -15:16, -15:16], axis=0) <= 14)
    middles = [np.array((15 + 20 * n, 100 + 20 * n, 120)) for n in range(LESIONS)]
    lesions = tuple(lesion_at(scan, "nodule", ball - 15 + middle) for middle in middles)
    coarse = grid.coarser(2.0)
    codes: NDArray[np.uint8] = np.zeros(coarse.shape, np.uint8)
    for n in range(len(ORGANS)):
        codes[20:130, 20 + 20 * n : 38 + 20 * n, 30:150] = n + 1
    analysis = Analysis((finding("nodule", 2.0, lesions),), CARD, "cpu", 1.0, organs=Organs(codes, coarse))
    began = time.monotonic()
    made = benchmark.pedantic(hand_on, (tmp_path, DicomReading(scan, analysis)), rounds=1)
    written_s = time.monotonic() - began
    began = time.monotonic()
    assert restore(again(tmp_path)).analysis is not None
    sizes = {name: path.stat().st_size / MIB for name, path in made.files.items()}
    tell(Figure("DICOM objects of 300 slices, 7 organs, 12 lesions: written", written_s, "s"))
    tell(Figure("… opened again with the scan's 300 slices", time.monotonic() - began, "s"))
    tell(Figure("… segmentations", sum(sizes[name] for name in ("lesions", "organs", "lungs")), "MiB"))
