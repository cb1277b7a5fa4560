"""Pictures as a canvas gets them, without a renderer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtGui import QImage

from tests.support.grids import straight
from viewer.mpr.first_look import first_look
from viewer.mpr.look_at import look_at
from viewer.mpr.pane_state import CornerTexts, PaneState
from viewer.mpr.plane import Plane
from viewer.mpr.window import Window
from viewer.rendering import Picture


def bare_state() -> PaneState:
    """The straight grid's first look, nothing written in the corners, no crosshair."""
    state = first_look(straight(), Window(1500, -600, "Lung"))
    return replace(state, corner_texts=CornerTexts.NONE, show_crosshair=False)


def flat_picture(size_px: tuple[int, int], state: PaneState, plane: Plane = Plane.AXIAL, grey: int = 90) -> Picture:
    """A picture of one grey."""
    look = look_at(straight(), state, plane, size_px)
    return Picture(look, np.full((size_px[1], size_px[0], 3), grey, dtype=np.uint8))


def pixels(image: QImage) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """(height, width, 3) RGB of an image, a copy."""
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    lines = np.frombuffer(rgb.constBits(), dtype=np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
    return lines[:, : 3 * rgb.width()].reshape(rgb.height(), rgb.width(), 3).copy()
