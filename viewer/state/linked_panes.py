"""One intent for two scans: what the reader does in one pane happens in the corresponding place of the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject

from ai.geometry import PointMm
from viewer.mpr.comparing import CompareMode
from viewer.mpr.pane_state import CornerTexts, OverlayKind
from viewer.mpr.plane import Plane
from viewer.mpr.posing import fit_mm_per_px
from viewer.mpr.window import Window
from viewer.state.comparison_model import ComparisonModel, ComparisonOnScreen
from viewer.state.link import NO_OFFSET, Bridge, LinkModel, added
from viewer.state.pane_model import PaneModel
from viewer.state.role import Role


class LinkedPanes(QObject):
    """Takes intents about places, windows and zooms. The two pane models never listen to each other.

    Each intent names the scan it was made in. It is sent to that scan's model, and while linked, mapped through the
    registration, to the other's. What is about the look of both (texts, overlay, slab) goes to both in any case.
    """

    def __init__(
        self, panes: Mapping[Role, PaneModel], comparison: ComparisonModel, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.link = LinkModel(self)
        self._panes = panes
        self._comparison = comparison
        comparison.changed.connect(self._comparison_changed)

    @property
    def registered(self) -> bool:
        """True where a registration maps the places, false where only the volumes' middles do."""
        return self._comparison.value.registration is not None

    @property
    def paired(self) -> bool:
        """True where both scans are there."""
        return self._bridge() is not None

    @property
    def heat_shown(self) -> bool:
        """True where heat is drawn over one of the scans that are there."""
        return any(pane.value.overlay.heat_shown for pane in self._panes.values() if pane.grid is not None)

    @property
    def change_shown(self) -> OverlayKind | None:
        """The kind of change that is drawn over the current scan, None where none is."""
        return self._panes[Role.CURRENT].value.overlay.change_shown

    def hang(self) -> None:
        """Show the prior as the current scan is shown: same window, same place, same scale, heat or no heat."""
        shown = self._panes[Role.CURRENT].value
        self.link.link(NO_OFFSET)
        self._panes[Role.PRIOR].use_window(shown.window)
        self._panes[Role.PRIOR].show_overlay(shown.overlay.heat_shown)
        self._share_view(Role.CURRENT)
        self._share_crosshair(Role.CURRENT)

    def toggle_link(self) -> None:
        """Unlink; or link again as the scans lie now: what was shifted by hand is kept as an offset."""
        bridge = self._bridge()
        if bridge is None:
            return
        if self.link.value.on:
            self.link.unlink()
            return
        current, prior = (self._panes[role].value.crosshair for role in (Role.CURRENT, Role.PRIOR))
        expected = bridge.across(Role.CURRENT, current)
        self.link.link(PointMm.of(prior.array() - expected.array()))

    def look_at(self, role: Role, point: PointMm) -> None:
        """Put the crosshair on a place of one scan, and on its counterpart."""
        self._panes[role].look_at(point)
        self._share_crosshair(role)

    def centre_on(self, role: Role, point: PointMm) -> None:
        """Put the crosshair on a place and bring it into view, in both."""
        self._panes[role].centre_on(point)
        if self.link.value.on and self.paired:
            self._panes[role.other].centre_on(self.across(role, point))

    def step(self, role: Role, plane: Plane, slices: int) -> None:
        """Scroll."""
        self._panes[role].step(plane, slices)
        self._share_crosshair(role)

    def go_to_end(self, role: Role, plane: Plane, last: bool) -> None:
        """Go to the first or last slice."""
        self._panes[role].go_to_end(plane, last)
        self._share_crosshair(role)

    def leave_view(self) -> None:
        """Remember the views of both for undo."""
        for pane in self._panes.values():
            pane.leave_view()

    def use_window(self, role: Role, window: Window) -> None:
        """Look through a window."""
        self._in_linked(role, lambda pane: pane.use_window(window))

    def zoom_at(self, role: Role, plane: Plane, factor: float, point: PointMm) -> None:
        """Enlarge around a place; both keep the same scale in millimetres."""
        self._panes[role].zoom_at(plane, factor, point)
        self._share_view(role)

    def pan(self, role: Role, plane: Plane, right_mm: float, down_mm: float) -> None:
        """Drag the picture."""
        self._panes[role].pan(plane, right_mm, down_mm)
        self._share_view(role)

    def reset(self, role: Role) -> None:
        """Show the whole scan in its first window and forget what was shifted by hand."""
        self.leave_view()
        self._panes[role].reset()
        self.link.forget_offset()
        self._share_window(role)
        self._share_view(role)
        self._share_crosshair(role)

    def undo(self, role: Role) -> None:
        """Go back to the previous window, zoom and place."""
        self._in_linked(role, PaneModel.undo)

    def redo(self, role: Role) -> None:
        """Take an undo back."""
        self._in_linked(role, PaneModel.redo)

    def thicken(self, role: Role, plane: Plane, notches: int) -> None:
        """Make the slab thicker or thinner."""
        self._in_linked(role, lambda pane: pane.thicken(plane, notches))

    def next_slab_mode(self) -> None:
        """Project slabs another way."""
        self._in_both(PaneModel.next_slab_mode)

    def next_corner_texts(self) -> None:
        """Write all, few, no corner texts in turn."""
        order = list(CornerTexts)
        now = self._panes[Role.CURRENT].value.corner_texts
        after = order[(order.index(now) + 1) % len(order)]
        self._in_both(lambda pane: pane.write_corners(after))

    def hide_patient(self, hidden: bool) -> None:
        """Leave the patient out of the corners, or not."""
        self._in_both(lambda pane: pane.hide_patient(hidden))

    def toggle_overlay(self) -> None:
        """Draw heat in both, or in none."""
        shown = not self.heat_shown
        self._in_both(lambda pane: pane.show_overlay(shown))

    def toggle_change(self, kind: OverlayKind) -> None:
        """Draw a map of change over the current scan, in the place of heat, or nothing."""
        shown = None if self.change_shown is kind or not self.paired else kind
        self._in_both(lambda pane: pane.show_change(shown))

    def compare_by(self, mode: CompareMode) -> None:
        """Let the warped prior share the current scan's panes; without a prior nothing happens."""
        if self.paired or mode is CompareMode.OFF:
            self._panes[Role.CURRENT].compare_by(mode)

    def toggle_comparing(self, mode: CompareMode) -> None:
        """Compare in one way, or side by side again."""
        now = self._panes[Role.CURRENT].value.compare.mode
        self.compare_by(CompareMode.OFF if now is mode else mode)

    def next_compare_mode(self) -> None:
        """Go on to the next way of comparing: flicker, swipe, checkerboard, side by side."""
        modes = list(CompareMode)
        now = modes.index(self._panes[Role.CURRENT].value.compare.mode)
        self.compare_by(modes[(now + 1) % len(modes)])

    def swap_flicker(self) -> None:
        """Show the prior in the current scan's place, or the current scan again."""
        if self.paired:
            self._panes[Role.CURRENT].swap_flicker()

    def toggle_automatic_flicker(self) -> None:
        """Let prior and current take turns by themselves, or hold what is seen."""
        if self.paired:
            self._panes[Role.CURRENT].flicker_by_itself(not self._panes[Role.CURRENT].value.compare.automatic)

    def part_from_prior(self) -> None:
        """There is no prior any more: nothing to compare with."""
        self.compare_by(CompareMode.OFF)
        if self.change_shown is not None:
            self._in_both(lambda pane: pane.show_change(None))

    def use_opacity(self, opacity: float) -> None:
        """Set the alpha of the strongest heat, 0…1."""
        self._in_both(lambda pane: pane.use_opacity(opacity))

    def use_threshold(self, threshold: float) -> None:
        """Set the share of the heat scale, 0…1, under which nothing is drawn."""
        self._in_both(lambda pane: pane.use_threshold(threshold))

    def across(self, role: Role, point: PointMm) -> PointMm:
        """Return the counterpart of a place, with what was shifted by hand; the place itself without a second scan."""
        bridge = self._bridge()
        if bridge is None:
            return point
        offset = self.link.value.offset
        if role is Role.CURRENT:
            return added(bridge.across(role, point), offset)
        return bridge.across(role, PointMm.of(point.array() - offset.array()))

    def _bridge(self) -> Bridge | None:
        current, prior = self._panes[Role.CURRENT].grid, self._panes[Role.PRIOR].grid
        if current is None or prior is None:
            return None
        return Bridge(current, prior, self._comparison.value.registration)

    def _share_crosshair(self, role: Role) -> None:
        if self.link.value.on and self.paired:
            self._panes[role.other].look_at(self.across(role, self._panes[role].value.crosshair))

    def _share_view(self, role: Role) -> None:
        bridge = self._bridge()
        if not self.link.value.on or bridge is None:
            return
        here, there = (bridge.current, bridge.prior) if role is Role.CURRENT else (bridge.prior, bridge.current)
        scale = fit_mm_per_px(there, Plane.AXIAL, (1, 1)) / fit_mm_per_px(here, Plane.AXIAL, (1, 1))
        shown = self._panes[role].value
        self._panes[role.other].show_from(self.across(role, shown.centre), shown.zoom * scale)

    def _share_window(self, role: Role) -> None:
        if self.link.value.on and self.paired:
            self._panes[role.other].use_window(self._panes[role].value.window)

    def _in_linked(self, role: Role, intent: Callable[[PaneModel], None]) -> None:
        intent(self._panes[role])
        if self.link.value.on and self.paired:
            intent(self._panes[role.other])

    def _in_both(self, intent: Callable[[PaneModel], None]) -> None:
        for pane in self._panes.values():
            intent(pane)

    def _comparison_changed(self, before: ComparisonOnScreen, after: ComparisonOnScreen) -> None:
        if before.registration is not after.registration:
            self.link.forget_offset()
            self._share_view(Role.CURRENT)
            self._share_crosshair(Role.CURRENT)
