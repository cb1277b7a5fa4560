"""The widget that shows one plane of one scan."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFocusEvent,
    QHideEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ai.geometry import PointMm
from viewer.assets import colours
from viewer.mpr.comparing import CompareMode
from viewer.mpr.plane import Plane
from viewer.rendering import Picture
from viewer.widgets.mouse_drag import MouseDrag
from viewer.widgets.picture_painter import paint_picture
from viewer.widgets.wheel_steps import WheelSteps, wheel_delta

Draw = Callable[[tuple[int, int]], Picture | None]
"""(width, height) in device pixels → the picture to show, None for an empty pane."""

ZOOM_PER_NOTCH = 1.15
ZOOM_PER_PX = 1.006
GRIP_PX = 7.0
"""How far beside the line of a swipe it can still be taken hold of, logical pixels."""
CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


class PlaneCanvas(QWidget):
    """Shows one ``Picture`` and says by signals what the reader's mouse asks for. Decides and keeps nothing.

    The picture is fetched from ``draw`` inside the paint event, once per repaint however often ``refresh`` was called,
    and never while the widget is hidden. Keys are the window's business.

    Args:
        plane: for the frame's colour and the accessible name.
        draw: makes the picture; called in the painting thread, must not paint or resize this widget.

    Signals:
        scrolled(int): slices to go along the plane's normal; the wheel turned away from the reader is positive.
        zoomed(float, PointMm): make everything that many times larger, keeping that place under the cursor.
        panned(float, float): the picture was dragged so many mm to its right and downwards.
        window_dragged(float, float): logical pixels to the right and upwards, for ``Window.dragged``.
        slab_changed(int): notches; positive is thicker.
        crosshair_moved(PointMm): the crosshair is wanted there.
        hovered(PointMm | None): what lies under the cursor; None once it left. Answer with ``show_hover``.
        maximise_asked(): double click.
        drag_began(): a window, pan or zoom drag starts, for undo; its own signals follow.
        swiped(float): the line between current and prior is wanted at that share of the width.
        activated(): this pane is the one that keys now speak to.
    """

    scrolled = Signal(int)
    zoomed = Signal(float, object)
    panned = Signal(float, float)
    window_dragged = Signal(float, float)
    slab_changed = Signal(int)
    crosshair_moved = Signal(object)
    hovered = Signal(object)
    maximise_asked = Signal()
    drag_began = Signal()
    swiped = Signal(float)
    activated = Signal()

    def __init__(self, plane: Plane, draw: Draw, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plane = plane
        self._draw = draw
        self._picture: Picture | None = None
        self._stale = True
        self._active = False
        self._hover = ""
        self._drag: MouseDrag | None = None
        self._swiping = False
        self._slices = WheelSteps()
        self._notches = WheelSteps()
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 120)
        self.setAccessibleName(f"{plane.title} plane")

    @property
    def picture(self) -> Picture | None:
        """What is on screen, None before the first paint and for an empty pane."""
        return self._picture

    @property
    def size_px(self) -> tuple[int, int]:
        """(width, height) in device pixels."""
        ratio = self.devicePixelRatioF()
        return max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio))

    def refresh(self) -> None:
        """Ask for a new picture at the next repaint; cheap, and many calls make one picture."""
        self._stale = True
        self.update()

    def show_hover(self, text: str) -> None:
        """Write the line about the voxel under the cursor; makes no new picture."""
        if text != self._hover:
            self._hover = text
            self.update()

    def set_active(self, active: bool) -> None:
        """Mark, or no longer mark, this pane as the one that keys speak to."""
        if active != self._active:
            self._active = active
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return a comfortable size."""
        return QSize(480, 480)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Fetch the picture if it is stale, and paint."""
        if self._stale or (self._picture is not None and self._picture.look.pose.size_px != self.size_px):
            self._stale = False
            self._picture = self._draw(self.size_px)
        painter = QPainter(self)
        if self._picture is None:
            painter.fillRect(self.rect(), QColor(colours().picture))
        else:
            paint_picture(painter, self._picture, self.devicePixelRatioF(), self._hover)
        self._paint_frame(painter)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Make the picture anew."""
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Forget a drag that can no longer end here."""
        self._drag = None
        self._swiping = False

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Tell that this pane is spoken to."""
        super().focusInEvent(event)
        self.activated.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Begin a drag or a click; on the line of a swipe, take hold of it."""
        self.activated.emit()
        if event.button() == Qt.MouseButton.LeftButton and self._on_line(event.position()):
            self._swiping = True
        elif self._drag is None:
            self._drag = MouseDrag(event.button(), event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Drag, move the crosshair (Shift), or tell what is under the cursor."""
        if self._swiping:
            self.swiped.emit(event.position().x() / self.width())
            return
        if self._drag is not None:
            clicking = self._drag.is_click
            moved = self._drag.move(event.position())
            if moved is not None:
                if clicking:
                    self.drag_began.emit()
                self._dragged(self._drag, moved)
            return
        self._shape_cursor(event.position())
        point = self.point_at(event.position())
        if point is None:
            return
        if event.modifiers() & SHIFT:
            self.crosshair_moved.emit(point)
        self.hovered.emit(point)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """End a drag; a left click that never moved sets the crosshair."""
        if self._swiping and event.button() == Qt.MouseButton.LeftButton:
            self._swiping = False
            return
        drag = self._drag
        if drag is None or event.button() != drag.button:
            return
        self._drag = None
        point = self.point_at(event.position())
        if drag.is_click and drag.button == Qt.MouseButton.LeftButton and point is not None:
            self.crosshair_moved.emit(point)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Ask for this pane alone, or for all again."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._drag = None
            self.maximise_asked.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Slices; with Ctrl zoom, with Alt slab thickness. Fine touchpad movements add up to whole steps."""
        delta = wheel_delta(event)
        held = event.modifiers()
        point = self.point_at(event.position())
        if held & CTRL:
            if point is not None and delta:
                self.zoomed.emit(ZOOM_PER_NOTCH ** (delta / 120), point)
        elif held & ALT:
            self._tell_steps(self._notches, delta, self.slab_changed.emit)
        else:
            self._tell_steps(self._slices, delta, self.scrolled.emit)
        event.accept()

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: N802
        """Begin counting the wheel from nothing."""
        self._slices.forget()
        self._notches.forget()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        """Tell that nothing is under the cursor."""
        self.hovered.emit(None)

    def point_at(self, position: QPointF) -> PointMm | None:
        """Return the place in the patient at a logical pixel of this widget, None for an empty pane."""
        if self._picture is None:
            return None
        ratio = self.devicePixelRatioF()
        return self._picture.look.pose.point(position.x() * ratio - 0.5, position.y() * ratio - 0.5)

    def _on_line(self, position: QPointF) -> bool:
        """Say whether the line of a swipe lies under a logical pixel of this widget."""
        compare = None if self._picture is None else self._picture.look.compare
        if compare is None or compare.mode is not CompareMode.SWIPE:
            return False
        return abs(position.x() - compare.swipe * self.width()) <= GRIP_PX

    def _shape_cursor(self, position: QPointF) -> None:
        shape = Qt.CursorShape.SplitHCursor if self._on_line(position) else Qt.CursorShape.ArrowCursor
        if self.cursor().shape() != shape:
            self.setCursor(shape)

    def _dragged(self, drag: MouseDrag, moved: QPointF) -> None:
        if self._picture is None:
            return
        match drag.button:
            case Qt.MouseButton.LeftButton:
                self.window_dragged.emit(moved.x(), -moved.y())
            case Qt.MouseButton.MiddleButton:
                mm = self._picture.look.pose.mm_per_px * self.devicePixelRatioF()
                self.panned.emit(moved.x() * mm, moved.y() * mm)
            case Qt.MouseButton.RightButton:
                self.zoomed.emit(ZOOM_PER_PX ** -moved.y(), self.point_at(drag.start))
            case _:
                pass

    @staticmethod
    def _tell_steps(wheel: WheelSteps, delta: float, tell: Callable[[int], None]) -> None:
        steps = wheel.add(delta)
        if steps:
            tell(steps)

    def _paint_frame(self, painter: QPainter) -> None:
        """Frame the pane thinly in its plane's colour on top, and all around while it is the active one."""
        painter.fillRect(QRectF(0, 0, self.width(), 2), QColor(colours().plane(self.plane.title)))
        if self._active:
            painter.setPen(QPen(QColor(colours().accent), 2))
            painter.drawRect(QRectF(1, 1, self.width() - 2, self.height() - 2))
