"""Builds everything once and introduces it."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from viewer.assets import theme_qss
from viewer.state.reading import Reading
from viewer.steps.all_steps import AllSteps, Engines
from viewer.widgets.main_window import MainWindow


def screen_available() -> bool:
    """Return whether a window could be opened; tries nothing. A named QT_QPA_PLATFORM counts as a screen."""
    if os.environ.get("QT_QPA_PLATFORM"):
        return os.environ["QT_QPA_PLATFORM"] not in ("offscreen", "minimal", "vnc")
    if platform.system() != "Linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def build_window(ask: Engines | None = None) -> MainWindow:
    """Return the window of a new reading, not yet shown. Needs a QApplication."""
    reading = Reading()
    window = MainWindow(reading, AllSteps(reading, ask))
    window.setStyleSheet(theme_qss())
    return window


def run(paths: Sequence[Path], prior: Path | None = None) -> int:
    """Open the window on these scans and stay until it is closed; return the exit code.

    Args:
        paths: none for the start page; one scan; or two, of which the later one is the current one.
        prior: the prior, whatever its date.
    """
    application = QApplication(sys.argv[:1])
    QGuiApplication.setApplicationDisplayName("Interval")
    window = build_window()
    window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    window.show()
    if paths or prior is not None:
        QTimer.singleShot(0, lambda: window.steps.paths.open(paths, prior))
    else:
        QTimer.singleShot(0, window.steps.wake.start)
    return int(application.exec())
