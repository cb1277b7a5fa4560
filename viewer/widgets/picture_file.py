"""Pictures as files, for programs without a window."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtGui import QGuiApplication

from ai.errors import IntervalError
from viewer.rendering import Picture
from viewer.widgets.picture_painter import picture_image


class PictureError(IntervalError):
    """A picture that could not be written."""


def save_picture(picture: Picture, path: Path) -> Path:
    """Write the picture, with all that a canvas paints on it, as PNG (path ends in ".png"), and return the path.

    Needs no screen: where no Qt application runs yet, one that draws off-screen is started and kept. A program that
    also opens a window must make its QApplication first.

    Raises:
        PictureError: the file could not be written.
    """
    application = QGuiApplication.instance() or _off_screen()
    path.parent.mkdir(parents=True, exist_ok=True)
    if application is None or not picture_image(picture).save(str(path)):
        raise PictureError(f"The picture {path} could not be written: is the folder writable, is the disk full?")
    return path


_kept: list[QGuiApplication] = []


def _off_screen() -> QGuiApplication:
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    _kept.append(QGuiApplication(["interval"]))
    return _kept[0]
