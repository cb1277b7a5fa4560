"""The screen the tests draw on, and the watchdogs that run after every test.

A test that causes a warning on purpose asks for ``expected_warnings`` and says which; a message of Qt is expected with
``@pytest.mark.qt_log_ignore("pattern")`` (pytest-qt fails the test at any other, see ``qt_log_level_fail``).
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.support.watchdogs import LogWatch, ThreadWatch, widgets_left

HAS_SCREEN = sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
if not HAS_SCREEN:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

WITHOUT_A_WINDOW = ("offscreen", "minimal")

SHARED = Path(__file__).resolve().parents[2] / "shared"
"""Real scans, beside the repository and no part of it; tests that need them skip without."""

_log_watch = pytest.StashKey[LogWatch]()
_thread_watch = pytest.StashKey[ThreadWatch]()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    """Begin to watch before any fixture is made."""
    if item.get_closest_marker("journey") and os.environ.get("QT_QPA_PLATFORM") in WITHOUT_A_WINDOW:
        pytest.skip("a journey drives the real window on an X server: `make test`, or `xvfb-run -a pytest`")
    item.stash[_thread_watch] = ThreadWatch()
    item.stash[_log_watch] = LogWatch()
    logging.getLogger().addHandler(item.stash[_log_watch])
    return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    """Look what is left after every fixture was taken down."""
    result = yield
    log, threads = item.stash.get(_log_watch, None), item.stash.get(_thread_watch, None)
    if log is None or threads is None:
        return result
    left = widgets_left() + threads.faults()
    logging.getLogger().removeHandler(log)
    faults = left + log.faults()
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)
    return result


@pytest.fixture
def expected_warnings(request: pytest.FixtureRequest) -> LogWatch:
    """Let a test say which warnings it causes: ``expected_warnings.expect("pattern")``."""
    watch: LogWatch = request.node.stash[_log_watch]
    return watch


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real scans; skips where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the real scans (../shared beside the repository) are not here")
    return SHARED
