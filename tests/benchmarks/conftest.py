"""Benchmarks are no timed tests: they print what they found, beside the peer and the promise. Run by `make bench`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tests.benchmarks.figures import Figure
from tests.benchmarks.studies import write_study
from tests.conftest import SHARED

_figures: list[Figure] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print every figure in one table, after pytest-benchmark's own."""
    if _figures:
        terminalreporter.section("figures")
        for figure in _figures:
            terminalreporter.write_line(figure.line())


@pytest.fixture
def tell() -> Callable[[Figure], None]:
    """Return the function that takes a figure into the table, and with ``-s`` says it at once: a run may be stopped."""

    def say(figure: Figure) -> None:
        _figures.append(figure)
        sys.stderr.write(f"\n{figure.line()}\n")

    return say


@pytest.fixture(scope="session")
def current_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A series of 400 × 512², uncompressed DICOM, 210 MB; in the page cache since it has just been written."""
    return write_study(tmp_path_factory.mktemp("current"), date(2025, 6, 1))


@pytest.fixture(scope="session")
def prior_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same patient a year before, lying 9 mm lower."""
    return write_study(tmp_path_factory.mktemp("prior"), date(2024, 6, 1), superior_mm=-9.0)


@pytest.fixture(scope="session")
def peers() -> Path | None:
    """Return the interpreter of the environment that holds napari, None where there is none."""
    named = os.environ.get("INTERVAL_PEERS", "")
    return Path(named) if named and Path(named).exists() else None


@pytest.fixture(scope="session")
def shared_or_none() -> Path | None:
    """Return the folder of real scans, None where it is absent."""
    return SHARED if SHARED.is_dir() else None
