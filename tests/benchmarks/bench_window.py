"""The real window on a large study, and a hand that measures from the event to the painted pixels."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ai.change import Registration, moved
from ai.comparison.warp import Warp
from ai.findings import Analysis, Finding, ModelCard, sigmoid
from ai.progress import Progress
from ai.vocabulary import abnormality
from ai.volume import Volume, VoxelGrid
from tests.benchmarks.studies import large_heatmap
from viewer.app import build_window
from viewer.mpr.plane import Plane
from viewer.state.role import Role
from viewer.steps.all_steps import Engines
from viewer.steps.engines import Deform
from viewer.widgets.plane_canvas import PlaneCanvas

SIDE_PX = 600
PATIENCE_S = 120.0
FIELD_MM = 3.0


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


def breathing(prior: Volume, current: Volume, rigid: Registration, progress: Progress) -> Registration:
    """Stand in for the deformable registration: a smooth breath of up to 12 mm on a field as coarse as the real one."""
    to_current, to_prior = (_breath(grid, sign) for grid, sign in ((prior.grid, 1.0), (current.grid, -1.0)))
    there, back = rigid.prior_to_current, np.asarray(np.linalg.inv(rigid.prior_to_current), dtype=np.float64)
    return replace(
        rigid,
        warp_to_current=lambda points: moved(there, to_current(points)),
        warp_to_prior=lambda points: moved(back, to_prior(points)),
    )


def _breath(grid: VoxelGrid, sign: float) -> Warp:
    coarse = grid.coarser(FIELD_MM)
    up, back, left = (np.linspace(-1, 1, n, dtype=np.float32) for n in coarse.shape)
    deep = sign * 12.0 * np.cos(up[:, None, None]) * np.cos(back[None, :, None]) * np.cos(left[None, None, :])
    return Warp(coarse, np.stack([0.1 * deep, 0.3 * deep, deep]).astype(np.float32))


class BenchWindow:
    """Owns one window. ``close`` must be called."""

    def __init__(self, deform: Deform = breathing) -> None:
        self.window = build_window(Engines(analyse=found_at_once, register=nothing_moved, deform=deform))
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

    def followed(self) -> None:
        """Wait until the registration has settled: the deformable map where one was found."""
        self.wait(lambda: self.window.reading.comparison.value.settled)
        self.settle(2.0)

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

    def cross_ms(self, canvases: Sequence[PlaneCanvas], steps: int) -> list[float]:
        """Move the crosshair over the first canvas with Shift; return the ms of each step until all are painted."""
        milliseconds = []
        for n in range(steps + 4):
            before = [canvas.picture for canvas in canvases]
            angle = 2 * math.pi * n / (steps + 4)
            side = min(canvases[0].width(), canvases[0].height())
            place = canvases[0].rect().center() + QPoint(
                round(0.2 * side * math.cos(angle)), round(0.2 * side * math.sin(angle))
            )
            start = time.perf_counter()
            QApplication.sendEvent(canvases[0], _shift_move(canvases[0], place))
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


def _shift_move(canvas: PlaneCanvas, place: QPoint) -> QMouseEvent:
    return QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(place),
        QPointF(canvas.mapToGlobal(place)),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.ShiftModifier,
    )


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
