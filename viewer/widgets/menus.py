"""The menu bar and the tool bar: every command once, with its key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QLabel, QMainWindow, QMenu, QSizePolicy, QToolBar, QWidget

from ai.findings import Setting
from viewer.assets import window_presets
from viewer.mpr.comparing import CompareMode
from viewer.mpr.pane_state import OverlayKind
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.widgets.commands import Commands
from viewer.widgets.icon import icon
from viewer.widgets.model_menu import ModelMenu
from viewer.widgets.pane_grid import PaneGrid
from viewer.widgets.setting_switch import MEANS

RESEARCH_ONLY = "Research use only, not for clinical diagnosis"


@dataclass(frozen=True)
class WindowCommands:
    """What the main window itself does when asked."""

    open_folder: Callable[[], None]
    open_file: Callable[[], None]
    open_prior: Callable[[], None]
    open_prior_file: Callable[[], None]
    open_demo: Callable[[], None]
    open_model: Callable[[], None]
    write: Callable[[], None]
    write_dicom: Callable[[], None]
    write_anonymous: Callable[[], None]
    show_keys: Callable[[], None]
    seek: Callable[[], None]
    browse: Callable[[], None]
    full_screen: Callable[[], None]
    escape: Callable[[], None]
    leave: Callable[[], None]


class Menus:
    """Builds menus and tool bar over one window."""

    def __init__(
        self, window: QMainWindow, reading: Reading, grid: PaneGrid, commands: Commands, own: WindowCommands
    ) -> None:
        self._window = window
        self._reading = reading
        self._grid = grid
        self._commands = commands
        self._own = own
        self._settings: dict[Setting, QAction] = {}
        self._kinds: dict[OverlayKind, QAction] = {}
        self._modes: dict[CompareMode, QAction] = {}
        self._bar = QToolBar("Tools")
        self._bar.setMovable(False)
        self._bar.setIconSize(QSize(18, 18))
        self._bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._file_menu()
        self._view_menu()
        self._window_menu()
        self._findings_menu()
        self._change_menu()
        self._help_menu()
        window.addToolBar(self._bar)
        self._keep_in_step()
        room = QWidget()
        room.setObjectName("ToolRoom")
        room.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        research = QLabel(RESEARCH_ONLY)
        research.setObjectName("ResearchOnly")
        self._bar.addWidget(room)
        self._bar.addWidget(research)

    def _menu(self, title: str) -> QMenu:
        menu = QMenu(title, self._window)
        self._window.menuBar().addMenu(menu)
        return menu

    def _add(
        self, menu: QMenu, text: str, keys: str, do: Callable[[], None], picture: str = "", on_bar: str = ""
    ) -> QAction:
        action = QAction(text, self._window)
        action.setShortcuts([QKeySequence(key) for key in keys.split(" ") if key])
        action.triggered.connect(lambda checked: do())
        if picture:
            action.setIcon(icon(picture))
        menu.addAction(action)
        if on_bar:
            action.setIconText(on_bar)
            action.setToolTip(f"{text.replace(' …', '')}  {keys}".strip())
            self._bar.addAction(action)
            button = self._bar.widgetForAction(action)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return action

    def _file_menu(self) -> None:
        own, menu = self._own, self._menu("File")
        self._add(menu, "Open folder …", "Ctrl+O", own.open_folder, "open", "Open")
        self._add(menu, "Open file …", "Ctrl+Shift+O", own.open_file)
        self._prior = self._add(menu, "Open prior folder …", "Ctrl+P", own.open_prior, "prior", "Prior")
        self._prior_file = self._add(menu, "Open prior file …", "", own.open_prior_file)
        self._close_prior = self._add(menu, "Close prior", "", self._commands.close_prior)
        self._swap = self._add(menu, "Swap current and prior", "", self._commands.swap_scans)
        menu.addSeparator()
        self._browse = self._add(menu, "Study browser", "Ctrl+B", own.browse, "studies", "Studies")
        self._browse.setCheckable(True)
        menu.addSeparator()
        self._add(menu, "Open the demo study", "", own.open_demo)
        menu.addSeparator()
        self._report = self._add(menu, "Report", "Ctrl+R", self._reading.report.toggle, "draft", "Report")
        self._report.setCheckable(True)
        self._write = self._add(menu, "Export reading …", "Ctrl+S", own.write, "report", "Export")
        self._write_dicom = self._add(menu, "Save as DICOM …", "", own.write_dicom)
        self._write_anonymous = self._add(menu, "Save as anonymous DICOM …", "", own.write_anonymous)
        self._add(menu, "Quit", "Ctrl+Q", own.leave)
        self._bar.addSeparator()

    def _view_menu(self) -> None:
        menu, grid, linked = self._menu("View"), self._grid, self._reading.linked
        self._add(menu, "Whole scan, first window", "", self._commands.reset, "fit", "Reset")
        self._add(menu, "Large pane", "", lambda: grid.toggle_maximised(grid.plane), "maximise", "Large pane")
        self._add(menu, "Undo window or zoom", "Ctrl+Z", self._commands.undo)
        self._add(menu, "Redo", "Ctrl+Y Ctrl+Shift+Z", self._commands.redo)
        menu.addSeparator()
        self._link = self._add(menu, "Link the two scans", "L", linked.toggle_link, "link", "Link")
        self._link.setCheckable(True)
        self._columns = self._add(menu, "Scans one above the other", "", self._hang)
        self._columns.setCheckable(True)
        menu.addSeparator()
        self._add(menu, "Next slab projection", "M", linked.next_slab_mode)
        self._add(menu, "Corner texts", "I", linked.next_corner_texts)
        self._hide = self._add(menu, "Hide the patient", "", lambda: linked.hide_patient(self._hide.isChecked()))
        self._hide.setCheckable(True)
        menu.addSeparator()
        self._add(menu, "Full screen", "F11", self._own.full_screen)
        self._add(menu, "Back", "Esc", self._own.escape)
        self._bar.addSeparator()

    def _window_menu(self) -> None:
        menu = self._menu("Window")
        presets = QActionGroup(self._window)
        for preset in window_presets():
            words = f"{preset.name}  {preset.width_hu:.0f} / {preset.level_hu:.0f}".replace("-", "−")
            do = lambda preset=preset: self._commands.use_preset(preset)  # noqa: E731
            action = self._add(menu, words, preset.key, do, "", preset.name)
            presets.addAction(action)
        menu.addSeparator()
        self._add(menu, "From the file", "0", self._commands.use_file_window)
        self._add(menu, "Automatic", "9", self._commands.use_automatic_window)
        self._bar.addSeparator()

    def _findings_menu(self) -> None:
        menu = self._menu("Findings")
        self._heat = self._add(menu, "Heatmaps", "G", self._reading.linked.toggle_overlay, "heat", "Heatmaps")
        self._heat.setCheckable(True)
        self._add(menu, "Previous finding", "P", lambda: self._commands.go_to_neighbour(-1), "previous", "Previous")
        self._add(menu, "Next finding", "N", lambda: self._commands.go_to_neighbour(1), "next", "Next")
        self._add(menu, "Find a label", "/", self._own.seek)
        menu.addSeparator()
        group = QActionGroup(self._window)
        for setting in Setting:
            do = lambda setting=setting: self._reading.use_setting(setting)  # noqa: E731
            self._settings[setting] = self._add(menu, f"{setting.value.capitalize()}: {MEANS[setting]}", "", do)
            self._settings[setting].setCheckable(True)
            group.addAction(self._settings[setting])
        self._add(menu, "Next setting", "T", self._reading.next_setting)
        menu.addSeparator()
        self.models = ModelMenu(self._reading.models, self._commands, self._own.open_model, self._window)
        menu.addMenu(self.models)
        self._bar.addSeparator()

    def _change_menu(self) -> None:
        menu, linked, commands = self._menu("Change"), self._reading.linked, self._commands
        for kind, words, key, on_bar in (
            (OverlayKind.DENSITY_CHANGE, "Change map", "Shift+G", "Change map"),
            (OverlayKind.HEAT_CHANGE, "Change of the finding’s heat", "Shift+H", ""),
        ):
            do = lambda kind=kind: commands.toggle_change(kind)  # noqa: E731
            self._kinds[kind] = self._add(menu, words, key, do, "change", on_bar)
            self._kinds[kind].setCheckable(True)
        menu.addSeparator()
        self._flicker = self._add(menu, "Flicker: prior or current", "F", commands.swap_flicker)
        self._automatic = self._add(menu, "Flicker by itself", "Ctrl+F", commands.flicker_by_itself)
        self._automatic.setCheckable(True)
        for mode in (CompareMode.SWIPE, CompareMode.CHECKER):
            do = lambda mode=mode: commands.toggle_comparing(mode)  # noqa: E731
            self._modes[mode] = self._add(menu, mode.value.capitalize(), "", do)
            self._modes[mode].setCheckable(True)
        self._next_mode = self._add(menu, "Next way to compare", "Shift+F", commands.next_compare_mode)
        self._side_by_side = self._add(menu, "Side by side again", "", lambda: linked.compare_by(CompareMode.OFF))
        menu.addSeparator()
        self._follow = self._add(menu, "Follow lesions through all studies", "Ctrl+T", commands.follow_all)
        self._bar.addSeparator()

    def _help_menu(self) -> None:
        menu = self._menu("Help")
        self._add(menu, "Mouse and keys", "? F1", self._own.show_keys, "keys", "Keys")

    def _hang(self) -> None:
        self._grid.hang_in_columns(not self._columns.isChecked())

    def _keep_in_step(self) -> None:
        reading = self._reading
        for role in reading.scans:
            for changed in (reading.scans[role].changed, reading.findings[role].changed, reading.panes[role].changed):
                changed.connect(lambda before, after: self._write_state())
        reading.linked.link.changed.connect(lambda before, after: self._write_state())
        reading.browser.changed.connect(lambda before, after: self._browse.setChecked(after.shown))
        reading.report.changed.connect(lambda before, after: self._report.setChecked(after.shown))
        self._write_state()

    def _write_state(self) -> None:
        reading, linked = self._reading, self._reading.linked
        current = [role for role in reading.scans if reading.scans[role].value is not None]
        self._heat.setChecked(linked.heat_shown)
        self._settings[reading.findings[Role.CURRENT].value.setting].setChecked(True)
        self._link.setChecked(linked.paired and linked.link.value.on)
        compare = reading.panes[Role.CURRENT].value.compare
        self._automatic.setChecked(compare.automatic)
        for mode, action in self._modes.items():
            action.setChecked(compare.mode is mode)
        for kind, action in self._kinds.items():
            action.setChecked(linked.change_shown is kind)
        of_two = (self._link, self._close_prior, self._swap, self._columns, self._flicker, self._automatic)
        for action in (*of_two, self._next_mode, self._side_by_side, *self._modes.values(), *self._kinds.values()):
            action.setEnabled(linked.paired)
        self._prior.setEnabled(bool(current))
        self._prior_file.setEnabled(bool(current))
        analysed = any(found.value.analysis is not None for found in reading.findings.values())
        for action in (self._write, self._write_dicom, self._write_anonymous):
            action.setEnabled(analysed)
        self._follow.setEnabled(reading.findings[Role.CURRENT].value.analysis is not None)
