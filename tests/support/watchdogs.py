"""What no test may leave behind: a warning nobody expected, a running thread, a widget."""

from __future__ import annotations

import gc
import logging
import re
import sys
import threading
import time
from types import FrameType, ModuleType

GRACE_S = 2.0
"""How long a thread that is already ending may take to end."""


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
    """Compares the threads that run Python after a test with those before it: Python's own and Qt's alike.

    Native pools of torch, ITK and OpenBLAS stay for good, run no Python and are not ours.
    """

    def __init__(self) -> None:
        self._before = set(sys._current_frames())

    def faults(self) -> list[str]:
        """Return the threads that still run, after waiting ``GRACE_S`` for those that are just ending."""
        deadline = time.monotonic() + GRACE_S
        while (left := self._running()) and time.monotonic() < deadline:
            time.sleep(0.01)
        return [f"thread left running: {name}" for name in left]

    def _running(self) -> list[str]:
        named = (thread for thread in threading.enumerate() if not isinstance(thread, threading._DummyThread))
        names = {thread.ident: thread.name for thread in named}
        return [
            names.get(ident) or _begun_in(frame)
            for ident, frame in sys._current_frames().items()
            if ident not in self._before
        ]


def _begun_in(frame: FrameType) -> str:
    """Name the function at the bottom of a stack: ``Job.run``."""
    while frame.f_back is not None:
        frame = frame.f_back
    return frame.f_code.co_qualname


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
