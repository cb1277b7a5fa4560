"""One instance of a focal finding, under the finding's row."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from ai.findings import Lesion
from viewer.state.whereabouts import place


class InstanceRow(QFrame):
    """Where, how sure, how large, how dense. Tells that it was clicked."""

    chosen = Signal()

    def __init__(self, number: int, lesion: Lesion, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lesion = lesion
        self.setObjectName("InstanceRow")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip("Go to this instance")
        self.where = QLabel(f"{number}  {place(lesion.location)}")
        self.measures = QLabel(measures(lesion))
        self.measures.setProperty("quiet", True)
        self.sure = QLabel(confidence(lesion))
        self.sure.setProperty("quiet", True)
        self.sure.setToolTip("How sure the model is of this one instance")
        grid = QGridLayout(self)
        grid.setContentsMargins(8, 2, 6, 2)
        grid.setVerticalSpacing(0)
        grid.addWidget(self.where, 0, 0)
        grid.addWidget(self.sure, 0, 1, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self.measures, 1, 0, 1, 2)
        grid.setColumnStretch(0, 1)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Tell that the reader wants to go there."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit()


def measures(lesion: Lesion) -> str:
    """Return long × short axis, volume and density; what could not be measured is left out."""
    long_mm, short_mm = lesion.diameters_mm
    words = []
    if long_mm > 0:
        words.append(f"{long_mm:.1f} × {short_mm:.1f} mm")
    if lesion.volume_mm3 > 0:
        words.append(volume(lesion.volume_mm3))
    if math.isfinite(lesion.mean_hu):
        words.append(f"{lesion.mean_hu:.0f} HU".replace("-", "−"))
    return " · ".join(words)


def confidence(lesion: Lesion) -> str:
    """Return how sure the model is of one instance; empty where it does not say."""
    return "" if math.isnan(lesion.confidence) else f"{lesion.confidence:.0%}"


def volume(mm3: float) -> str:
    """Write a volume in mm³, from 10 ml on in ml."""
    return f"{mm3:.0f} mm³" if mm3 < 10_000 else f"{mm3 / 1000:.0f} ml"
