"""What runs in the background: how far it is, what it does, and a button to stop it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QToolButton, QVBoxLayout, QWidget

from viewer.widgets.elided_label import ElidedLabel
from viewer.widgets.icon import icon
from viewer.work import Lane

SCALE = 1000


class LaneRow(QWidget):
    """One lane; hidden while it is idle."""

    def __init__(self, lane: Lane, bar_px: int = 260, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("LaneRow")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._lane = lane
        self._kept_back = False
        self.words = ElidedLabel()
        self.bar = QProgressBar()
        self.bar.setRange(0, SCALE)
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(bar_px)
        self.bar.setVisible(bar_px > 0)
        self.stop = QToolButton()
        self.stop.setIcon(icon("stop"))
        self.stop.setToolTip("Stop")
        self.stop.setAutoRaise(True)
        self.stop.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.stop.clicked.connect(lane.cancel)
        line = QHBoxLayout(self)
        line.setContentsMargins(10, 1, 4, 1)
        line.addWidget(self.words, 1)
        line.addWidget(self.bar)
        line.addWidget(self.stop)
        lane.busy_changed.connect(self._busy)
        lane.progressed.connect(self._progressed)
        self.setVisible(lane.busy)

    def keep_back(self, kept_back: bool) -> None:
        """Leave it to another row to show this lane."""
        self._kept_back = kept_back
        self.setVisible(self._lane.busy and not kept_back)

    def _busy(self, busy: bool) -> None:
        self.bar.setValue(0)
        self.words.setText(f"{self._lane.title} …")
        self.setVisible(busy and not self._kept_back)

    def _progressed(self, fraction: float, doing: str) -> None:
        self.bar.setValue(round(fraction * SCALE))
        self.words.setText(f"{self._lane.title}  ·  {doing}")


class ProgressStrip(QWidget):
    """One row for each lane that works."""

    def __init__(self, lanes: Sequence[Lane], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lanes = tuple(lanes)
        self.rows = [LaneRow(lane) for lane in lanes]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for row in self.rows:
            column.addWidget(row)

    def keep_back(self, lanes: Sequence[Lane], kept_back: bool) -> None:
        """Show lanes no more, or again: they are shown elsewhere."""
        for lane, row in zip(self._lanes, self.rows, strict=True):
            if lane in lanes:
                row.keep_back(kept_back)
