"""How one scan is looked at."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject

from ai.geometry import PointMm
from ai.volume import VoxelGrid
from viewer.mpr.comparing import CompareLook, CompareMode
from viewer.mpr.first_look import first_look
from viewer.mpr.pane_state import CornerTexts, OverlayKind, OverlayLook, PaneState
from viewer.mpr.plane import Plane
from viewer.mpr.slab import next_slab_mode, slab_thickened
from viewer.mpr.slice_axis import slice_axis
from viewer.mpr.stepping import at_end, centred_on, crosshair_at, stepped
from viewer.mpr.window import Window
from viewer.mpr.zooming import fitted, panned, zoomed_at
from viewer.state.observed import Observed
from viewer.state.trail import Trail, View

ORIGIN = PointMm(0.0, 0.0, 0.0)
LUNG = Window(1500, -600, "Lung")


class PaneModel(Observed[PaneState]):
    """The pane state of one scan and its intents. Before a scan is there, the intents about places do nothing."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(PaneState(ORIGIN, ORIGIN, LUNG), parent)
        self._grid: VoxelGrid | None = None
        self._first_window = LUNG
        self._trail = Trail()

    @property
    def grid(self) -> VoxelGrid | None:
        """Where the voxels lie that are looked at, None before a scan is there."""
        return self._grid

    def begin(self, grid: VoxelGrid, window: Window) -> None:
        """Look at another scan from its middle. What the reader chose stays: window, texts, opacity.

        Args:
            grid: of the new scan.
            window: used if this is the first scan.
        """
        chosen = self.value
        first = first_look(grid, window if self._grid is None else chosen.window)
        overlay = OverlayLook(opacity=chosen.overlay.opacity, threshold=chosen.overlay.threshold)
        self._grid = grid
        self._first_window = window
        self._trail.clear()
        self._become(
            replace(
                chosen,
                crosshair=first.crosshair,
                centre=first.centre,
                window=first.window,
                zoom=first.zoom,
                slab_mm=first.slab_mm,
                overlay=overlay,
                compare=CompareLook(),
            )
        )

    def end(self) -> None:
        """There is no scan to look at any more."""
        self._grid = None
        self._trail.clear()

    def look_at(self, point: PointMm) -> None:
        """Put the crosshair on a place."""
        if self._grid is not None:
            self._become(crosshair_at(self.value, self._grid, point))

    def centre_on(self, point: PointMm) -> None:
        """Put the crosshair on a place and bring it into view."""
        if self._grid is not None:
            self._become(centred_on(self.value, self._grid, point))

    def step(self, plane: Plane, slices: int) -> None:
        """Go on by slices along a plane's normal."""
        if self._grid is not None:
            self._become(stepped(self.value, self._grid, plane, slices))

    def go_to_end(self, plane: Plane, last: bool) -> None:
        """Go to the first or last slice."""
        if self._grid is not None:
            self._become(at_end(self.value, self._grid, plane, last))

    def leave_view(self) -> None:
        """Remember window, zoom and place for undo; called before a drag or a preset."""
        self._trail.leave(View.of(self.value))

    def use_window(self, window: Window) -> None:
        """Look through a window."""
        self._become(replace(self.value, window=window))

    def zoom_at(self, plane: Plane, factor: float, point: PointMm) -> None:
        """Enlarge around a place of a plane."""
        self._become(zoomed_at(self.value, plane, factor, point))

    def pan(self, plane: Plane, right_mm: float, down_mm: float) -> None:
        """Drag the picture."""
        if self._grid is not None:
            self._become(panned(self.value, self._grid, plane, right_mm, down_mm))

    def show_from(self, centre: PointMm, zoom: float) -> None:
        """Take over another pane's view: the middle of the panes and the zoom."""
        self._become(replace(self.value, centre=centre, zoom=zoom))

    def reset(self) -> None:
        """Show the whole scan, single slices, in the window it was opened with; the crosshair stays."""
        if self._grid is not None:
            whole = fitted(self.value, self._grid)
            self._become(replace(whole, window=self._first_window, slab_mm=0.0))

    def undo(self) -> None:
        """Go back to the previous window, zoom and place."""
        self._go_to(self._trail.back(View.of(self.value)))

    def redo(self) -> None:
        """Take an undo back."""
        self._go_to(self._trail.forth(View.of(self.value)))

    def thicken(self, plane: Plane, notches: int) -> None:
        """Make the slab thicker or thinner."""
        if self._grid is not None:
            self._become(slab_thickened(self.value, slice_axis(self._grid, plane), notches))

    def next_slab_mode(self) -> None:
        """Project the slab another way."""
        self._become(replace(self.value, slab_mode=next_slab_mode(self.value.slab_mode)))

    def write_corners(self, texts: CornerTexts) -> None:
        """Write all, few or no corner texts."""
        self._become(replace(self.value, corner_texts=texts))

    def hide_patient(self, hidden: bool) -> None:
        """Leave the patient out of the corners, or not."""
        self._become(replace(self.value, hide_patient=hidden))

    def show_overlay(self, shown: bool) -> None:
        """Draw the chosen heatmaps, or none; where every eye was shut, that of the finding looked at."""
        overlay = self.value.overlay
        names = overlay.abnormalities or frozenset({overlay.followed} if overlay.followed else ())
        self._overlay(replace(overlay, shown=shown, abnormalities=names, kind=OverlayKind.HEAT))

    def show_change(self, kind: OverlayKind | None) -> None:
        """Draw a map of change in the place of heat; None draws nothing."""
        overlay = self.value.overlay
        self._overlay(replace(overlay, shown=kind is not None, kind=kind or overlay.kind))

    def compare_by(self, mode: CompareMode) -> None:
        """Let the warped prior share the panes in one way; flicker begins with the prior, by hand."""
        compare = self.value.compare
        if mode is not compare.mode:
            flicker = mode is CompareMode.FLICKER
            self._compare(replace(compare, mode=mode, prior_shown=flicker, automatic=False))

    def swap_flicker(self) -> None:
        """Show the other of current and prior in this place; from any other way of comparing, begin to flicker."""
        compare = self.value.compare
        if compare.mode is CompareMode.FLICKER:
            self._compare(replace(compare, prior_shown=not compare.prior_shown))
        else:
            self.compare_by(CompareMode.FLICKER)

    def flicker_by_itself(self, automatic: bool) -> None:
        """Let the flicker go on by itself, or hold it."""
        if automatic:
            self.compare_by(CompareMode.FLICKER)
        if self.value.compare.mode is CompareMode.FLICKER:
            self._compare(replace(self.value.compare, automatic=automatic))

    def swipe_to(self, share: float) -> None:
        """Put the line between current and prior at a share of the panes' width, 0…1."""
        self._compare(replace(self.value.compare, swipe=min(1.0, max(0.0, share))))

    def follow_heatmap(self, name: str | None) -> None:
        """Draw the heat of the finding that is looked at, instead of the one before; eyes the reader opened stay open.

        Ten heatmaps at once would be mud.
        """
        overlay = self.value.overlay
        if name != overlay.followed:
            names = overlay.opened | ({name} if name else set())
            self._overlay(replace(overlay, followed=name, abnormalities=names))

    def toggle_heatmap(self, name: str) -> None:
        """Turn one abnormality's heat on (and with it the overlay) or off.

        While no heat is drawn, the first eye opened shows that abnormality alone.
        """
        overlay = self.value.overlay
        if not overlay.heat_shown:
            alone = frozenset({name})
            self._overlay(replace(overlay, shown=True, abnormalities=alone, opened=alone, kind=OverlayKind.HEAT))
            return
        drawn = name in overlay.abnormalities
        names = overlay.abnormalities ^ {name}
        opened = overlay.opened - {name} if drawn else overlay.opened | {name}
        self._overlay(replace(overlay, abnormalities=names, opened=opened, shown=bool(names)))

    def use_opacity(self, opacity: float) -> None:
        """Set the alpha of the strongest heat, 0…1."""
        self._overlay(replace(self.value.overlay, opacity=min(1.0, max(0.0, opacity))))

    def use_threshold(self, threshold: float) -> None:
        """Set the share of the heat scale, 0…1, under which nothing is drawn."""
        self._overlay(replace(self.value.overlay, threshold=min(1.0, max(0.0, threshold))))

    def _overlay(self, overlay: OverlayLook) -> None:
        self._become(replace(self.value, overlay=overlay))

    def _compare(self, compare: CompareLook) -> None:
        self._become(replace(self.value, compare=compare))

    def _go_to(self, view: View | None) -> None:
        if view is not None:
            self._become(view.onto(self.value))
