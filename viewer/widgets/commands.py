"""What keys, menus and buttons can ask for, each said to the scan and plane the keys speak to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from viewer.assets import WindowPreset
from viewer.mpr.automatic_window import automatic_window, file_window
from viewer.mpr.comparing import CompareMode
from viewer.mpr.pane_state import OverlayKind
from viewer.mpr.plane import Plane
from viewer.mpr.window import Window
from viewer.state.linked_panes import LinkedPanes
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.steps.all_steps import AllSteps
from viewer.widgets.pane_grid import PaneGrid

FAR = 10
OPACITY_STEP = 0.1


class Commands:
    """Turns a wish into one intent. Keeps nothing."""

    def __init__(self, reading: Reading, steps: AllSteps, grid: PaneGrid) -> None:
        self._reading = reading
        self._steps = steps
        self._grid = grid

    @property
    def _linked(self) -> LinkedPanes:
        return self._reading.linked

    @property
    def _where(self) -> tuple[Role, Plane]:
        return self._grid.role, self._grid.plane

    def step(self, slices: int) -> None:
        """Scroll the active plane."""
        self._linked.step(*self._where, slices)

    def go_to_end(self, last: bool) -> None:
        """Go to the first or last slice of the active plane."""
        self._linked.go_to_end(*self._where, last)

    def use_preset(self, preset: WindowPreset) -> None:
        """Look through a preset."""
        self._use(Window(preset.width_hu, preset.level_hu, preset.name))

    def use_file_window(self) -> None:
        """Look through the file's window; again for its next one."""
        shown = self._reading.scans[self._grid.role].value
        if shown is None:
            return
        window = file_window(shown.series.windows, self._reading.panes[self._grid.role].value.window)
        if window is None:
            self._reading.notices.say("This file carries no window of its own.", about=self._grid.role.value)
            return
        self._use(window)

    def use_automatic_window(self) -> None:
        """Look through a window over the bulk of the voxels."""
        shown = self._reading.scans[self._grid.role].value
        if shown is not None:
            self._use(automatic_window(shown.volume))

    def undo(self) -> None:
        """Go back to the previous window, zoom and place."""
        self._linked.undo(self._grid.role)

    def redo(self) -> None:
        """Take an undo back."""
        self._linked.redo(self._grid.role)

    def reset(self) -> None:
        """Show everything again in the first window."""
        self._linked.reset(self._grid.role)

    def change_opacity(self, steps: int) -> None:
        """Make heat more or less opaque."""
        opacity = self._reading.panes[self._grid.role].value.overlay.opacity
        self._linked.use_opacity(round(opacity + steps * OPACITY_STEP, 2))

    def toggle_change(self, kind: OverlayKind) -> None:
        """Draw a map of change, or none; one that was stopped is made anew."""
        self._steps.map_change.start_again()
        self._linked.toggle_change(kind)

    def swap_flicker(self) -> None:
        """Show the prior in the current scan's place, or the current scan again."""
        self._steps.map_change.start_again()
        self._linked.swap_flicker()

    def flicker_by_itself(self) -> None:
        """Let prior and current take turns, or hold what is seen."""
        self._steps.map_change.start_again()
        self._linked.toggle_automatic_flicker()

    def toggle_comparing(self, mode: CompareMode) -> None:
        """Let the prior share the current scan's panes in one way, or no more."""
        self._steps.map_change.start_again()
        self._linked.toggle_comparing(mode)

    def next_compare_mode(self) -> None:
        """Go on to the next way of comparing."""
        self._steps.map_change.start_again()
        self._linked.next_compare_mode()

    def stop_comparing(self) -> bool:
        """Go back to side by side; false where that is how the scans are."""
        if not self._reading.panes[Role.CURRENT].value.compare.on:
            return False
        self._linked.compare_by(CompareMode.OFF)
        return True

    def go_to_neighbour(self, step: int) -> None:
        """Go to the next or previous finding of the active scan."""
        self._reading.go_to_neighbour(self._grid.role, step)

    def open_neighbour_series(self, step: int) -> None:
        """Open the next or previous series of the active scan's visit."""
        self._steps.series.open_neighbour(self._grid.role, step)

    def swap_scans(self) -> None:
        """Make the prior current and the current scan prior."""
        self._steps.series.swap()

    def close_prior(self) -> None:
        """Read the current scan alone again."""
        self._steps.series.close_prior()

    def follow_all(self) -> None:
        """Follow lesions through every study of the patient that is listed."""
        self._steps.follow.add_all()

    def analyse(self, role: Role) -> None:
        """Analyse a scan again."""
        self._steps.analyse.start(role)

    def list_models(self) -> None:
        """Offer the models that come with the program."""
        self._steps.model.list_models()

    def use_model(self, folder: Path) -> None:
        """Let another model read; the open scans are analysed anew."""
        self._steps.model.choose(folder)

    def keys(self) -> dict[str, Callable[[], None]]:
        """Return the keys that have no place in a menu."""
        return {
            "Up": lambda: self.step(1),
            "Down": lambda: self.step(-1),
            "Shift+Up": lambda: self.step(FAR),
            "Shift+Down": lambda: self.step(-FAR),
            "Home": lambda: self.go_to_end(last=False),
            "End": lambda: self.go_to_end(last=True),
            "PgUp": lambda: self.open_neighbour_series(-1),
            "PgDown": lambda: self.open_neighbour_series(1),
            "Tab": self._grid.activate_next,
            "Space": self._linked.next_corner_texts,
            "[": lambda: self.change_opacity(-1),
            "]": lambda: self.change_opacity(1),
        }

    def _use(self, window: Window) -> None:
        self._linked.leave_view()
        self._linked.use_window(self._grid.role, window)
