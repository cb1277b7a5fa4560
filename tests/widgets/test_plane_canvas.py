"""What the canvas asks for when the mouse moves, and when it fetches a picture."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ai.geometry import PointMm
from tests.support.pictures import bare_state, flat_picture, pixels
from viewer.mpr.comparing import CompareLook, CompareMode
from viewer.mpr.plane import Plane
from viewer.rendering import Picture
from viewer.widgets.plane_canvas import PlaneCanvas
from viewer.widgets.wheel_steps import WheelSteps

LEFT, MIDDLE, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton
NONE = Qt.KeyboardModifier.NoModifier
CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
SIGNALS = (
    "scrolled",
    "zoomed",
    "panned",
    "window_dragged",
    "slab_changed",
    "crosshair_moved",
    "hovered",
    "maximise_asked",
    "drag_began",
    "swiped",
)


class Pane:
    """A canvas on screen, the sizes it asked pictures for, and every signal it gave."""

    def __init__(self, qtbot: QtBot) -> None:
        self.asked: list[tuple[int, int]] = []
        self.state = bare_state()
        self.heard: list[tuple[Any, ...]] = []
        self.canvas = PlaneCanvas(Plane.AXIAL, self._draw)
        qtbot.addWidget(self.canvas)
        for name in SIGNALS:
            getattr(self.canvas, name).connect(self._listener(name))
        self.canvas.resize(300, 260)
        self.canvas.show()
        qtbot.waitUntil(lambda: bool(self.asked))
        QApplication.processEvents()
        self.asked.clear()
        self.heard.clear()

    def mouse(self, kind: QEvent.Type, x: float, y: float, button: Qt.MouseButton, held: Any = NONE) -> None:
        down = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else button
        point = QPointF(x, y)
        shown = QPointF(self.canvas.mapToGlobal(point))
        QApplication.sendEvent(self.canvas, QMouseEvent(kind, point, shown, button, down, held))

    def drag(self, button: Qt.MouseButton, *path: tuple[float, float]) -> None:
        self.mouse(QEvent.Type.MouseButtonPress, *path[0], button)
        for place in path[1:]:
            self.mouse(QEvent.Type.MouseMove, *place, button)
        self.mouse(QEvent.Type.MouseButtonRelease, *path[-1], button)

    def wheel(self, delta: int, held: Any = NONE, sideways: int = 0) -> None:
        at = QPointF(150, 130)
        event = QWheelEvent(
            at,
            QPointF(self.canvas.mapToGlobal(at)),
            QPoint(),
            QPoint(sideways, delta),
            Qt.MouseButton.NoButton,
            held,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(self.canvas, event)

    def names(self) -> list[str]:
        return [heard[0] for heard in self.heard]

    def _draw(self, size_px: tuple[int, int]) -> Picture:
        self.asked.append(size_px)
        return flat_picture(size_px, self.state)

    def _listener(self, name: str) -> Callable[..., None]:
        return lambda *said: self.heard.append((name, *said))


@pytest.fixture
def pane(qtbot: QtBot) -> Pane:
    return Pane(qtbot)


def test_many_refreshes_make_one_picture(pane: Pane) -> None:
    for _ in range(20):
        pane.canvas.refresh()
    assert pane.asked == []
    QApplication.processEvents()
    assert pane.asked == [pane.canvas.size_px]


def test_nothing_is_drawn_while_hidden_and_once_when_shown_again(pane: Pane) -> None:
    pane.canvas.hide()
    for _ in range(3):
        pane.canvas.refresh()
        QApplication.processEvents()
    assert pane.asked == []
    pane.canvas.show()
    QApplication.processEvents()
    assert len(pane.asked) == 1


def test_hover_text_frame_and_uncovering_need_no_new_picture(pane: Pane) -> None:
    before = pixels(pane.canvas.grab().toImage())
    pane.canvas.show_hover("−512 HU")
    pane.canvas.set_active(True)
    QApplication.processEvents()
    assert pane.asked == []
    after = pixels(pane.canvas.grab().toImage())
    assert (before[100:160, 0] != after[100:160, 0]).any()
    assert (before[-60:-20, -100:] != after[-60:-20, -100:]).any()


def test_a_new_size_makes_a_new_picture_of_that_size(pane: Pane) -> None:
    pane.canvas.resize(340, 222)
    QApplication.processEvents()
    assert pane.asked[-1] == pane.canvas.size_px
    assert pane.canvas.picture is not None
    assert pane.canvas.picture.rgb.shape[:2] == pane.canvas.size_px[::-1]


def test_an_empty_pane_paints_and_asks_for_nothing_about_places(qtbot: QtBot) -> None:
    canvas = PlaneCanvas(Plane.AXIAL, lambda size_px: None)
    qtbot.addWidget(canvas)
    heard: list[object] = []
    canvas.crosshair_moved.connect(heard.append)
    canvas.hovered.connect(heard.append)
    canvas.show()
    QApplication.processEvents()
    QTest.mouseClick(canvas, LEFT, pos=QPoint(50, 50))
    assert heard == []
    assert canvas.point_at(QPointF(3, 3)) is None
    assert (pixels(canvas.grab().toImage())[10:] == 0).all()


def test_left_drag_asks_for_a_window_right_widens_and_up_brightens(pane: Pane) -> None:
    pane.drag(LEFT, (100, 100), (110, 100), (110, 80))
    assert pane.heard == [("drag_began",), ("window_dragged", 10.0, 0.0), ("window_dragged", 0.0, 20.0)]


def test_middle_drag_pans_by_millimetres_on_screen(pane: Pane) -> None:
    assert pane.canvas.picture is not None
    mm = pane.canvas.picture.look.pose.mm_per_px * pane.canvas.devicePixelRatioF()
    pane.drag(MIDDLE, (100, 100), (130, 90))
    assert pane.names() == ["drag_began", "panned"]
    assert pane.heard[1][1:] == pytest.approx((30 * mm, -10 * mm))


def test_right_drag_up_zooms_in_around_where_it_began(pane: Pane) -> None:
    begun = pane.canvas.point_at(QPointF(90, 100))
    pane.drag(RIGHT, (90, 100), (95, 60))
    name, factor, place = pane.heard[1]
    assert name == "zoomed"
    assert factor > 1.1
    assert place == begun
    pane.heard.clear()
    pane.drag(RIGHT, (90, 100), (90, 140))
    assert pane.heard[1][1] == pytest.approx(1 / factor)


def test_a_click_sets_the_crosshair_and_a_trembling_hand_still_clicks(pane: Pane) -> None:
    pane.drag(LEFT, (120, 80), (121, 81), (120, 80))
    assert pane.heard == [("crosshair_moved", pane.canvas.point_at(QPointF(120, 80)))]


def test_a_drag_that_comes_back_is_no_click(pane: Pane) -> None:
    pane.drag(LEFT, (120, 80), (150, 80), (120, 80))
    assert "crosshair_moved" not in pane.names()


@pytest.mark.parametrize("button", [MIDDLE, RIGHT])
def test_other_buttons_clicks_do_nothing(pane: Pane, button: Qt.MouseButton) -> None:
    pane.drag(button, (120, 80), (120, 80))
    assert pane.heard == []


def test_the_place_under_the_cursor_is_the_pixels(pane: Pane) -> None:
    assert pane.canvas.picture is not None
    pose = pane.canvas.picture.look.pose
    ratio = pane.canvas.devicePixelRatioF()
    place = pane.canvas.point_at(QPointF(10.5 / ratio, 20.5 / ratio))
    assert place == pose.point(10, 20)


def test_moving_tells_what_is_under_the_cursor_until_it_leaves(pane: Pane) -> None:
    pane.mouse(QEvent.Type.MouseMove, 60, 70, Qt.MouseButton.NoButton)
    QApplication.sendEvent(pane.canvas, QEvent(QEvent.Type.Leave))
    assert pane.heard == [("hovered", pane.canvas.point_at(QPointF(60, 70))), ("hovered", None)]


def test_shift_and_movement_take_the_crosshair_along(pane: Pane) -> None:
    pane.mouse(QEvent.Type.MouseMove, 60, 70, Qt.MouseButton.NoButton, SHIFT)
    assert pane.names() == ["crosshair_moved", "hovered"]
    assert isinstance(pane.heard[0][1], PointMm)


def test_a_double_click_asks_for_the_pane_alone_and_sets_the_crosshair_once(pane: Pane) -> None:
    pane.drag(LEFT, (120, 80), (120, 80))
    pane.mouse(QEvent.Type.MouseButtonDblClick, 120, 80, LEFT)
    pane.mouse(QEvent.Type.MouseButtonRelease, 120, 80, LEFT)
    assert pane.names() == ["crosshair_moved", "maximise_asked"]


def test_the_wheel_scrolls_one_slice_a_notch_away_is_up(pane: Pane) -> None:
    pane.wheel(120)
    pane.wheel(-240)
    assert pane.heard == [("scrolled", 1), ("scrolled", -2)]


def test_fine_touchpad_movements_add_up_and_turning_back_starts_anew(pane: Pane) -> None:
    for _ in range(7):
        pane.wheel(20)
    assert pane.heard == [("scrolled", 1)]
    for _ in range(6):
        pane.wheel(-20)
    assert pane.heard == [("scrolled", 1), ("scrolled", -1)]


def test_ctrl_and_wheel_zoom_at_the_cursor(pane: Pane) -> None:
    pane.wheel(120, CTRL)
    pane.wheel(-120, CTRL)
    (_, bigger, place), (_, smaller, _) = pane.heard
    assert bigger * smaller == pytest.approx(1.0)
    assert bigger > 1
    assert place == pane.canvas.point_at(QPointF(150, 130))


def test_alt_and_wheel_change_the_slab_even_where_alt_turns_the_wheel_sideways(pane: Pane) -> None:
    pane.wheel(120, ALT)
    pane.wheel(0, ALT, sideways=-120)
    assert pane.heard == [("slab_changed", 1), ("slab_changed", -1)]


def test_pressing_makes_the_pane_the_active_one(pane: Pane, qtbot: QtBot) -> None:
    with qtbot.waitSignal(pane.canvas.activated):
        pane.drag(RIGHT, (10, 10), (10, 10))


def test_wheel_steps_never_lose_or_invent_movement() -> None:
    wheel = WheelSteps()
    assert sum(wheel.add(7) for _ in range(1200)) == 70
    assert wheel.add(-60) == 0
    assert wheel.add(-60) == -1
    wheel.add(119)
    wheel.forget()
    assert wheel.add(119) == 0


def swiping(pane: Pane) -> None:
    pane.state = replace(pane.state, compare=CompareLook(CompareMode.SWIPE, swipe=0.5))
    pane.canvas.refresh()
    QApplication.processEvents()


def test_the_line_of_a_swipe_is_dragged_and_nothing_else_happens(pane: Pane) -> None:
    swiping(pane)
    pane.heard.clear()
    pane.drag(LEFT, (152, 80), (120, 80), (60, 90))
    assert pane.heard == [("swiped", 0.4), ("swiped", 0.2)]


def test_beside_the_line_the_left_button_is_the_windows_as_ever(pane: Pane) -> None:
    swiping(pane)
    pane.drag(LEFT, (180, 80), (200, 80))
    assert "swiped" not in pane.names()
    assert "window_dragged" in pane.names()


def test_over_the_line_the_cursor_says_that_it_can_be_taken(pane: Pane) -> None:
    swiping(pane)
    shapes = []
    for x in (148, 200):
        pane.mouse(QEvent.Type.MouseMove, x, 80, Qt.MouseButton.NoButton)
        shapes.append(pane.canvas.cursor().shape())
    assert shapes == [Qt.CursorShape.SplitHCursor, Qt.CursorShape.ArrowCursor]
