"""Builds everything once and introduces it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from viewer.assets import theme_qss
from viewer.state.kept_choices import KeptChoices, reader_settings
from viewer.state.reading import Reading
from viewer.steps.all_steps import AllSteps, Engines
from viewer.widgets.main_window import MainWindow


def build_window(ask: Engines | None = None, choices: QSettings | None = None) -> MainWindow:
    """Return the window of a new reading, not yet shown. Needs a QApplication.

    ``choices`` are what the reader chose at an earlier start; None: nothing is taken up and nothing kept.
    """
    reading = Reading()
    if choices is not None:
        KeptChoices(reading.report, choices, reading)
    window = MainWindow(reading, AllSteps(reading, ask))
    window.setStyleSheet(theme_qss())
    return window


def run(paths: Sequence[Path], prior: Path | None = None) -> int:
    """Open the window on these scans and stay until it is closed; return the exit code.

    Args:
        paths: none for the start page; one scan; two, of which the later one is the current one; or whatever holds
            more, from which the reader chooses.
        prior: the prior, whatever its date.
    """
    application = QApplication(sys.argv[:1])
    QGuiApplication.setApplicationDisplayName("Interval")
    window = build_window(choices=reader_settings())
    window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    window.show()
    if paths or prior is not None:
        QTimer.singleShot(0, lambda: window.steps.paths.open(paths, prior))
    else:
        QTimer.singleShot(0, window.steps.wake.start)
    return int(application.exec())
