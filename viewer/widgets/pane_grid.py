"""All panes: the current scan's, and beside them the prior's while there is one."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from viewer.mpr.plane import Plane
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.widgets.plane_canvas import PlaneCanvas
from viewer.widgets.scan_panes import Hanging, ScanPanes


class PaneGrid(QWidget):
    """Keeps which pane the keys speak to, which one fills the place, and how scans lie beside each other."""

    active_changed = Signal(object)
    """Role of the scan that the keys speak to."""

    def __init__(self, reading: Reading, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reading = reading
        self.scans = {role: ScanPanes(reading, role) for role in Role}
        self._place = (Role.CURRENT, Plane.AXIAL)
        self._maximised: Plane | None = None
        self._in_columns = True
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setHandleWidth(5)
        self._splitter.setChildrenCollapsible(False)
        for role in Role:
            self._splitter.addWidget(self.scans[role])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._splitter)
        for role, plane, canvas in self._places():
            canvas.activated.connect(lambda role=role, plane=plane: self.activate(role, plane))
            canvas.maximise_asked.connect(lambda plane=plane: self.toggle_maximised(plane))
        reading.scans[Role.PRIOR].changed.connect(self._prior_changed)
        self._hang()
        self._mark()

    @property
    def role(self) -> Role:
        """The scan that the keys speak to."""
        return self._place[0]

    @property
    def plane(self) -> Plane:
        """The plane that the keys speak to."""
        return self._place[1]

    @property
    def maximised(self) -> Plane | None:
        """The plane that fills the place alone, None while all are shown."""
        return self._maximised

    def canvas(self, role: Role, plane: Plane) -> PlaneCanvas:
        """Return the canvas of a place."""
        return self.scans[role].panes[plane].canvas

    def activate(self, role: Role, plane: Plane) -> None:
        """Let the keys speak to a pane."""
        if (role, plane) != self._place:
            self._place = (role, plane)
            self._mark()
            self.active_changed.emit(role)

    def activate_next(self) -> None:
        """Let the keys speak to the next visible pane."""
        places = [(role, plane) for role, plane, canvas in self._places() if canvas.isVisible()]
        if places:
            at = places.index(self._place) if self._place in places else -1
            role, plane = places[(at + 1) % len(places)]
            self.canvas(role, plane).setFocus()
            self.activate(role, plane)

    def toggle_maximised(self, plane: Plane) -> None:
        """Show one plane alone (in both scans), or all again."""
        self._maximised = plane if self._maximised is None else None
        for scan in self.scans.values():
            scan.maximise(self._maximised)

    def hang_in_columns(self, columns: bool) -> None:
        """Lay the scans side by side, or one above the other."""
        self._in_columns = columns
        self._hang()

    def _places(self) -> list[tuple[Role, Plane, PlaneCanvas]]:
        return [(role, plane, self.canvas(role, plane)) for role in Role for plane in Plane]

    def _mark(self) -> None:
        for role, plane, canvas in self._places():
            canvas.set_active((role, plane) == self._place)

    def _prior_changed(self, before: object, after: object) -> None:
        if (before is None) != (after is None):
            self._hang()
            if after is None:
                self.activate(Role.CURRENT, self.plane)

    def _hang(self) -> None:
        paired = self._reading.scans[Role.PRIOR].value is not None
        self.scans[Role.PRIOR].setVisible(paired)
        self._splitter.setOrientation(Qt.Orientation.Horizontal if self._in_columns else Qt.Orientation.Vertical)
        hanging = Hanging.ALONE if not paired else Hanging.COLUMN if self._in_columns else Hanging.ROW
        for scan in self.scans.values():
            scan.hang(hanging)
        self._splitter.setSizes([1000, 1000])
