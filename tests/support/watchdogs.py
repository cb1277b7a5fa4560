"""What no test may leave behind: a warning nobody expected, a running thread, a widget."""

from __future__ import annotations

import gc
import logging
import re
import sys
import threading
import time
from pathlib import Path
from types import ModuleType

GRACE_S = 2.0
"""How long a thread that is already ending may take to end."""

OUR_NATIVE_THREADS = frozenset({"Job", "QThread"})
"""Qt names a thread after its class. Pools of torch, VTK and the window system stay for good and are not ours."""


class LogWatch(logging.Handler):
    """Listens to every logger and keeps what was said at WARNING or above.

    Expectations are regular expressions; each must be heard, and whatever fits none of them is a fault.
    """

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._heard: list[str] = []
        self._expected: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line. May be called in any thread (the handler's lock is held)."""
        self._heard.append(f"{record.levelname} {record.name}: {record.getMessage()}")

    def expect(self, pattern: str) -> None:
        """Say that a warning that fits ``pattern`` will come in this test."""
        self._expected.append(pattern)

    def faults(self) -> list[str]:
        """Return what nobody expected and what was expected in vain."""
        unexpected = [line for line in self._heard if not any(re.search(p, line) for p in self._expected)]
        unheard = [p for p in self._expected if not any(re.search(p, line) for line in self._heard)]
        return [f"unexpected warning in the log: {line}" for line in unexpected] + [
            f"the expected warning never came: {pattern}" for pattern in unheard
        ]


class ThreadWatch:
    """Compares the threads after a test with those before it: Python's own, and Qt's by their native names."""

    def __init__(self) -> None:
        self._before = set(threading.enumerate())

    def faults(self) -> list[str]:
        """Return the threads that still run, after waiting ``GRACE_S`` for those that are just ending."""
        deadline = time.monotonic() + GRACE_S
        while (left := self._running()) and time.monotonic() < deadline:
            time.sleep(0.01)
        return [f"thread left running: {name}" for name in left]

    def _running(self) -> list[str]:
        python = [
            thread.name
            for thread in threading.enumerate()
            if thread not in self._before and not isinstance(thread, threading._DummyThread)
        ]
        return python + [name for name in _native_names() if name in OUR_NATIVE_THREADS]


def _native_names() -> list[str]:
    """Names of this process's threads, Linux only; elsewhere none."""
    names = []
    for comm in Path("/proc/self/task").glob("*/comm"):
        try:
            names.append(comm.read_text().strip())
        except (FileNotFoundError, ProcessLookupError):  # it ended between the listing and the reading
            continue
    return names


def widgets_left() -> list[str]:
    """Return the top-level widgets that are still alive, and delete them so that the next test starts clean.

    Asks only where the test run has a QApplication; wakes no Qt module itself.
    """
    core, widgets = sys.modules.get("PySide6.QtCore"), sys.modules.get("PySide6.QtWidgets")
    if core is None or widgets is None or widgets.QApplication.instance() is None:
        return []
    _delete_what_was_asked(core)
    if widgets.QApplication.topLevelWidgets():
        gc.collect()  # what only a ring of Python references keeps alive is not left behind
        _delete_what_was_asked(core)
    faults = []
    for widget in widgets.QApplication.topLevelWidgets():
        faults.append(f"widget left: {type(widget).__name__} “{widget.windowTitle() or widget.objectName()}”")
        widget.close()
        widget.deleteLater()
    _delete_what_was_asked(core)
    return faults


def _delete_what_was_asked(core: ModuleType) -> None:
    core.QCoreApplication.processEvents()
    core.QCoreApplication.sendPostedEvents(None, core.QEvent.Type.DeferredDelete.value)
