"""The real window on a large study, and a hand that measures from the event to the painted pixels."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ai.change import Registration
from ai.findings import Analysis, Finding, ModelCard, sigmoid
from ai.progress import Progress
from ai.vocabulary import abnormality
from ai.volume import Volume
from tests.benchmarks.studies import large_heatmap
from viewer.app import build_window
from viewer.mpr.plane import Plane
from viewer.state.role import Role
from viewer.steps.all_steps import Engines
from viewer.widgets.plane_canvas import PlaneCanvas

SIDE_PX = 600
PATIENCE_S = 60.0


class TooLong(Exception):
    """What was waited for did not come."""


def found_at_once(volume: Volume, progress: Progress) -> Analysis:
    """Stand in for the model: one finding with a smooth heatmap."""
    heat = large_heatmap(volume.grid)
    finding = Finding(abnormality("groundglass"), sigmoid(heat.logit), 0.5, heat.logit, heat)
    return Analysis((finding,), ModelCard("stand-in", "0", "", "nothing"), "cpu", 0.0)


def nothing_moved(prior: Volume, current: Volume, progress: Progress) -> Registration:
    """Stand in for the registration: the offset of the two large studies."""
    offset = np.eye(4)
    offset[:3, 3] = current.grid.centre.array() - prior.grid.centre.array()
    return Registration(offset, quality=1.0)


class BenchWindow:
    """Owns one window. ``close`` must be called."""

    def __init__(self) -> None:
        self.window = build_window(Engines(analyse=found_at_once, register=nothing_moved))
        self.window.show()
        self.window.activateWindow()  # keys reach only the active window; there is no window manager to do it
        self.settle(0.2)

    def close(self) -> None:
        """Close the window and end its threads."""
        self.window.close()
        self.window.deleteLater()

    def open(self, current: Path, prior: Path | None = None) -> None:
        """Open the studies and wait until all is read and found."""
        self.window.steps.paths.open([current], prior)
        roles = [Role.CURRENT] if prior is None else list(Role)
        self.wait(lambda: all(self.window.reading.findings[role].value.analysis is not None for role in roles))
        self.settle(0.5)

    def canvas(self, plane: Plane, role: Role = Role.CURRENT) -> PlaneCanvas:
        """Return the canvas of a plane."""
        return self.window.grid.canvas(role, plane)

    def alone(self, plane: Plane | None) -> None:
        """Let one plane fill the place (in both scans), 600² each; None for the three-plane layout, axial 600²."""
        grid = self.window.grid
        if grid.maximised is not None:
            grid.toggle_maximised(grid.maximised)
        if plane is not None:
            grid.toggle_maximised(plane)
        canvas = self.canvas(plane or Plane.AXIAL)
        for _ in range(6):
            self.settle(0.1)
            both = 2 if self.canvas(plane or Plane.AXIAL, Role.PRIOR).isVisible() else 1
            wider, higher = both * (SIDE_PX - canvas.width()), SIDE_PX - canvas.height()
            self.window.resize(self.window.width() + wider, self.window.height() + higher)
        self.settle(0.2)

    def overlay(self, shown: bool) -> None:
        """Show or hide the heat in both scans."""
        for role in Role:
            self.window.reading.panes[role].show_overlay(shown)
        self.settle(0.2)

    def scroll_ms(self, canvases: Sequence[PlaneCanvas], steps: int) -> list[float]:
        """Turn the wheel over the first canvas; return the ms of each step until all of ``canvases`` are painted."""
        milliseconds = []
        for n in range(steps + 4):
            before = [canvas.picture for canvas in canvases]
            event = _notch(canvases[0], up=(n // 20) % 2 == 0)
            start = time.perf_counter()
            QApplication.sendEvent(canvases[0], event)
            self._painted(canvases, before)
            milliseconds.append((time.perf_counter() - start) * 1000)
        return milliseconds[4:]

    def toggle_ms(self, canvases: Sequence[PlaneCanvas], times: int) -> list[float]:
        """Press G; return the ms of each press until all of ``canvases`` are painted."""
        milliseconds = []
        for _ in range(times + 2):
            before = [canvas.picture for canvas in canvases]
            start = time.perf_counter()
            QTest.keyClick(canvases[0], Qt.Key.Key_G)
            self._painted(canvases, before)
            milliseconds.append((time.perf_counter() - start) * 1000)
        return milliseconds[2:]

    def wait(self, come: Callable[[], bool]) -> None:
        """Run the event loop until something has come."""
        end = time.perf_counter() + PATIENCE_S
        while not come():
            QApplication.processEvents()
            time.sleep(0.0002)
            if time.perf_counter() > end:
                raise TooLong

    def settle(self, seconds: float) -> None:
        """Run the event loop for a while."""
        end = time.perf_counter() + seconds
        self.wait(lambda: time.perf_counter() > end)

    @staticmethod
    def _painted(canvases: Sequence[PlaneCanvas], before: Sequence[object]) -> None:
        """Run the event loop until every canvas has painted another picture and the X server has it."""
        end = time.perf_counter() + PATIENCE_S
        while any(canvas.picture is old for canvas, old in zip(canvases, before, strict=True)):
            QApplication.processEvents()
            if time.perf_counter() > end:
                raise TooLong
        QGuiApplication.sync()


def _notch(canvas: PlaneCanvas, up: bool) -> QWheelEvent:
    middle = QPointF(canvas.rect().center())
    return QWheelEvent(
        middle,
        QPointF(canvas.mapToGlobal(canvas.rect().center())),
        QPoint(0, 0),
        QPoint(0, 120 if up else -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
