"""One plane of one scan: a canvas, what it draws, and whom it tells what the mouse asked for."""

from __future__ import annotations

from PySide6.QtCore import QObject

from ai.geometry import PointMm
from viewer.mpr.hover_line import hover_line
from viewer.mpr.plane import Plane
from viewer.state.change_model import ChangeOnScreen
from viewer.state.findings_model import FindingsOnScreen
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.widgets.plane_canvas import PlaneCanvas
from viewer.widgets.scan_pictures import ScanPictures


class PlanePane(QObject):
    """Introduces a canvas to the models."""

    def __init__(self, reading: Reading, role: Role, plane: Plane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.plane = plane
        self._reading = reading
        self.role = role
        self._pictures = ScanPictures(reading, role, plane)
        self.canvas = PlaneCanvas(plane, self._pictures.draw)
        self.canvas.setObjectName(f"{role.value} {plane.title}")
        self._listen_to_models()
        self._listen_to_canvas()

    def _listen_to_models(self) -> None:
        reading, role = self._reading, self.role
        reading.panes[role].changed.connect(lambda before, after: self.canvas.refresh())
        reading.scans[role].changed.connect(lambda before, after: self.canvas.refresh())
        reading.scans[role].slices_arrived.connect(self._voxels_changed)
        for found in reading.findings.values():
            found.changed.connect(self._findings_changed)
        if role is Role.CURRENT:
            reading.change.changed.connect(self._change_changed)
            reading.comparison.changed.connect(lambda before, after: self._refresh_if_compared())

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
        canvas.swiped.connect(self._reading.panes[self.role].swipe_to)

    def _drag(self, right_px: float, up_px: float) -> None:
        window = self._reading.panes[self.role].value.window
        self._reading.linked.use_window(self.role, window.dragged(right_px, up_px))

    def _hover(self, point: PointMm | None) -> None:
        shown, picture = self._reading.scans[self.role].value, self.canvas.picture
        if shown is None or picture is None or point is None:
            self.canvas.show_hover("")
            return
        look, warped = picture.look, self._reading.change.value.warped_prior
        x, y = (round(value) for value in look.pose.pixel(point))
        if warped is not None and look.compare.prior_at(x, y, look.pose.size_px[0]):
            self.canvas.show_hover(f"Prior, warped: {hover_line(warped, point)}")
            return
        self.canvas.show_hover(hover_line(shown.volume, point))

    def _change_changed(self, before: ChangeOnScreen, after: ChangeOnScreen) -> None:
        if before.warped_prior is not after.warped_prior:
            self._pictures.part_from_prior()
        self._refresh_if_compared()

    def _refresh_if_compared(self) -> None:
        """Refresh where a map or the warped prior is asked for, whether it has come or gone."""
        state = self._reading.panes[self.role].value
        if state.compare.on or state.overlay.change_shown is not None:
            self.canvas.refresh()

    def _voxels_changed(self) -> None:
        self._pictures.voxels_changed()
        self.canvas.refresh()

    def _findings_changed(self, before: FindingsOnScreen, after: FindingsOnScreen) -> None:
        if before.analysis is not after.analysis:
            self.canvas.refresh()
