"""The three planes of one scan."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from viewer.mpr.plane import Plane
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.widgets.plane_pane import PlanePane
from viewer.widgets.scan_header import ScanHeader


class Hanging(Enum):
    """How a scan's planes lie beside each other."""

    ALONE = "axial large, the others beside it"
    COLUMN = "axial large, the others below"
    ROW = "all in a row"


class ScanPanes(QWidget):
    """A header and three panes, hung one way or another; one of them can fill the place alone."""

    def __init__(self, reading: Reading, role: Role, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.role = role
        self.header = ScanHeader(reading, role)
        self.panes = {plane: PlanePane(reading, role, plane, self) for plane in Plane}
        self._outer = QSplitter()
        self._inner = QSplitter()
        for splitter in (self._outer, self._inner):
            splitter.setHandleWidth(3)
            splitter.setChildrenCollapsible(False)
        self._outer.addWidget(self.panes[Plane.AXIAL].canvas)
        self._outer.addWidget(self._inner)
        self._inner.addWidget(self.panes[Plane.CORONAL].canvas)
        self._inner.addWidget(self.panes[Plane.SAGITTAL].canvas)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self._outer, 1)
        self.hang(Hanging.ALONE)

    def hang(self, hanging: Hanging) -> None:
        """Lay the planes out."""
        across, down = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        outer, inner, shares = {
            Hanging.ALONE: (across, down, (64, 36)),
            Hanging.COLUMN: (down, across, (62, 38)),
            Hanging.ROW: (across, across, (1, 2)),
        }[hanging]
        self._outer.setOrientation(outer)
        self._inner.setOrientation(inner)
        self._outer.setSizes([share * 1000 for share in shares])
        self._inner.setSizes([1000, 1000])

    def maximise(self, plane: Plane | None) -> None:
        """Show one plane alone; None shows all three."""
        for each, pane in self.panes.items():
            pane.canvas.setVisible(plane in (None, each))
        self._inner.setVisible(plane is not Plane.AXIAL)
