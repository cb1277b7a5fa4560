"""A thin bar for a probability, with a tick at its threshold."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from viewer.assets import colours


class ProbabilityBar(QWidget):
    """Paints 0…1; bright where the threshold is reached."""

    def __init__(self, probability: float, threshold: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._probability = probability
        self._threshold = threshold
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(f"Probability {probability:.3f}, threshold {threshold:.3f}")

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return a thin strip."""
        return QSize(80, 6)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint groove, bar and tick."""
        painter = QPainter(self)
        width, middle = self.width(), self.height() / 2
        present = self._probability >= self._threshold
        painter.fillRect(QRectF(0, middle - 1.5, width, 3), QColor(colours().border))
        bar = QColor(colours().accent if present else colours().quiet)
        painter.fillRect(QRectF(0, middle - 1.5, width * self._probability, 3), bar)
        painter.fillRect(QRectF(width * self._threshold - 0.5, 0, 1, self.height()), QColor(colours().text))
        painter.end()
