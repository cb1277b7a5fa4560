"""The real window over stand-ins, and a hand that moves the mouse and presses keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from ai import report
from ai.change import Comparison, Registration
from ai.discrepancy import Discrepancy, ReadingToCheck
from ai.draft import Draft, Language, ReadingToDraft
from ai.findings import Analysis
from ai.progress import Progress
from ai.series import Scan
from ai.volume import Volume
from tests.support.changes import StandInChange
from tests.support.readings import analysis_of, comparison_of, shift, with_settings
from viewer.app import build_window
from viewer.mpr.pane_state import PaneState
from viewer.mpr.plane import Plane
from viewer.state.findings_model import Stage
from viewer.state.role import Role
from viewer.steps.all_steps import Engines
from viewer.widgets.main_window import MainWindow
from viewer.widgets.plane_canvas import PlaneCanvas


@dataclass
class StandInModel:
    """Finds a nodule and ground glass in whatever it is shown; keeps thinking while ``hold`` says so."""

    hold: Callable[[], bool] = lambda: False
    asked: list[Volume] = field(default_factory=list)

    def analyse(self, volume: Volume, progress: Progress) -> Analysis:
        """Think, tell, and find."""
        self.asked.append(volume)
        progress.report(0.5, "Looking for nodules")
        while self.hold():
            progress.report(0.5, "Looking for nodules")
            QTest.qSleep(1)
        return with_settings(analysis_of(volume.grid, nodule=3.0, groundglass=1.0, emphysema=-3.0))


def register(prior: Volume, current: Volume, progress: Progress) -> Registration:
    """Say that the prior lies 6 mm lower."""
    return shift(superior=6.0)


def deform(prior: Volume, current: Volume, rigid: Registration, progress: Progress) -> Registration:
    """Say that nothing breathed: the map is the rigid motion."""
    return replace(rigid, warp_to_current=rigid.to_current, warp_to_prior=rigid.to_prior)


def compare(
    prior: Scan, then: Analysis, current: Scan, now: Analysis, found: Registration, progress: Progress
) -> Comparison:
    """Compare by name."""
    return comparison_of(found, then, now)


def draft_report(reading: ReadingToDraft, language: Language) -> Draft:
    """Write the real draft, without the guidelines, whose import wakes the comparison."""
    return report.draft(reading, language)


def check_report(text: str, reading: ReadingToCheck, language: Language) -> tuple[Discrepancy, ...]:
    """Check really, without the guidelines."""
    return report.check_report(text, reading, language)


class Hand:
    """Drives one window as a reader would."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self.window = window
        self.reading = window.reading
        self.qtbot = qtbot

    def canvas(self, role: Role = Role.CURRENT, plane: Plane = Plane.AXIAL) -> PlaneCanvas:
        """Return a pane."""
        return self.window.grid.canvas(role, plane)

    def state(self, role: Role = Role.CURRENT) -> PaneState:
        """Return how a scan is looked at."""
        return self.reading.panes[role].value

    def open(self, folder: Path, role: Role = Role.CURRENT) -> None:
        """Open a folder and wait until it is read and analysed."""
        self.window.open_paths([folder], role)
        self.qtbot.waitUntil(lambda: self.reading.findings[role].value.stage is Stage.DONE, timeout=20_000)
        self.qtbot.waitUntil(lambda: self.canvas(role).picture is not None, timeout=20_000)

    def press(self, key: Qt.Key | str, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key in the window."""
        target: QWidget = QApplication.focusWidget() or self.window
        if isinstance(key, str):
            QTest.keyClicks(target, key, held)
        else:
            QTest.keyClick(target, key, held)

    def wheel(
        self,
        canvas: PlaneCanvas,
        notches: int,
        held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        """Turn the wheel over the middle of a pane; positive is away from the reader."""
        middle = QPointF(canvas.rect().center())
        buttons, phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
        for _ in range(abs(notches)):
            turn = QPoint(0, 120 if notches > 0 else -120)
            there = QPointF(canvas.mapToGlobal(middle))
            event = QWheelEvent(middle, there, QPoint(), turn, buttons, held, phase, False)
            QApplication.sendEvent(canvas, event)

    def drag(self, canvas: PlaneCanvas, button: Qt.MouseButton, right_px: int, down_px: int) -> None:
        """Drag from the middle of a pane."""
        start = canvas.rect().center()
        QTest.mousePress(canvas, button, pos=start)
        for part in (0.25, 0.5, 0.75, 1.0):
            QTest.mouseMove(canvas, start + QPoint(round(right_px * part), round(down_px * part)))
        QTest.mouseRelease(canvas, button, pos=start + QPoint(right_px, down_px))

    def bar_is_drawn(self, canvas: PlaneCanvas) -> bool:
        """Return whether a pane shows the legend of the heat."""
        return canvas.picture is not None and canvas.picture.bar is not None

    def active_role(self) -> Role:
        """Return the scan that the keys speak to."""
        return self.window.grid.role

    def seen(self, canvas: PlaneCanvas) -> bytes:
        """Paint what is due and return the pixels of a pane's picture."""
        canvas.repaint()
        return canvas.picture.rgb.tobytes() if canvas.picture is not None else b""


def stand_in_engines(model: StandInModel) -> Engines:
    """Return the real reader with stand-ins for model, registration, comparison and maps of change."""
    change = StandInChange()
    return Engines(
        analyse=model.analyse,
        register=register,
        deform=deform,
        compare=compare,
        map_change=change.map_change,
        map_heat_change=change.map_heat_change,
        warp_prior=change.warp_prior,
        draft_report=draft_report,
        check_report=check_report,
    )


def open_window(qtbot: QtBot, model: StandInModel) -> Hand:
    """Show the real window over the real reader and stand-ins for all that computes."""
    return open_window_over(qtbot, stand_in_engines(model))


def open_window_over(qtbot: QtBot, engines: Engines) -> Hand:
    """Show the real window over these engines."""
    window = build_window(engines)
    with qtbot.waitActive(window, timeout=5000):
        window.show()
        window.activateWindow()
    return Hand(window, qtbot)
