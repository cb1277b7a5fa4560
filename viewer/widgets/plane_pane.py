"""One plane of one scan: a canvas, what it draws, and whom it tells what the mouse asked for."""

from __future__ import annotations

from PySide6.QtCore import QObject

from ai.geometry import PointMm
from viewer.mpr.hover_line import hover_line
from viewer.mpr.plane import Plane
from viewer.rendering import Picture
from viewer.state.findings_model import FindingsOnScreen
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.widgets.plane_canvas import PlaneCanvas
from viewer.widgets.scan_pictures import ScanPictures


class PlanePane(QObject):
    """Introduces a canvas to the models. While ``flicker`` is on it shows, and speaks to, the other scan."""

    def __init__(self, reading: Reading, role: Role, plane: Plane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.plane = plane
        self._reading = reading
        self._home = role
        self.role = role
        self._pictures = {each: ScanPictures(reading, each, plane) for each in Role}
        self.canvas = PlaneCanvas(plane, self._draw)
        self.canvas.setObjectName(f"{role.value} {plane.title}")
        self._listen_to_models()
        self._listen_to_canvas()

    def flicker(self, on: bool) -> None:
        """Show the other scan in this place, or the own one again."""
        self.role = self._home.other if on else self._home
        self.canvas.refresh()

    def _draw(self, size_px: tuple[int, int]) -> Picture | None:
        return self._pictures[self.role].draw(size_px)

    def _listen_to_models(self) -> None:
        reading = self._reading
        for role in Role:
            reading.panes[role].changed.connect(lambda before, after, role=role: self._refresh_if(role))
            reading.scans[role].changed.connect(lambda before, after, role=role: self._refresh_if(role))
            reading.scans[role].slices_arrived.connect(lambda role=role: self._voxels_changed(role))
            reading.findings[role].changed.connect(self._findings_changed)

    def _listen_to_canvas(self) -> None:
        canvas, linked = self.canvas, self._reading.linked
        canvas.scrolled.connect(lambda steps: linked.step(self.role, self.plane, steps))
        canvas.zoomed.connect(lambda factor, point: linked.zoom_at(self.role, self.plane, factor, point))
        canvas.panned.connect(lambda right_mm, down_mm: linked.pan(self.role, self.plane, right_mm, down_mm))
        canvas.window_dragged.connect(self._drag)
        canvas.slab_changed.connect(lambda notches: linked.thicken(self.role, self.plane, notches))
        canvas.crosshair_moved.connect(lambda point: linked.look_at(self.role, point))
        canvas.hovered.connect(self._hover)
        canvas.drag_began.connect(linked.leave_view)

    def _drag(self, right_px: float, up_px: float) -> None:
        window = self._reading.panes[self.role].value.window
        self._reading.linked.use_window(self.role, window.dragged(right_px, up_px))

    def _hover(self, point: PointMm | None) -> None:
        shown = self._reading.scans[self.role].value
        self.canvas.show_hover("" if shown is None else hover_line(shown.volume, point))

    def _refresh_if(self, role: Role) -> None:
        if role is self.role:
            self.canvas.refresh()

    def _voxels_changed(self, role: Role) -> None:
        self._pictures[role].voxels_changed()
        self._refresh_if(role)

    def _findings_changed(self, before: FindingsOnScreen, after: FindingsOnScreen) -> None:
        if before.analysis is not after.analysis:
            self.canvas.refresh()
