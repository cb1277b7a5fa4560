"""Patients, their visits and series as a tree that grows while it is read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QTreeWidget, QTreeWidgetItem, QWidget

from ai.series import Series
from ai.studies import Key, LikelyPair
from viewer.state.role import Role
from viewer.state.thumbnails_model import ThumbnailsModel
from viewer.widgets.pair_line import PairLine
from viewer.widgets.study_plan import Planned
from viewer.widgets.study_row_painter import Index, StudyRowPainter
from viewer.widgets.study_rows import PairRow, Row, SeriesRow

LOOK_AFTER_MS = 40
"""How long scrolling must rest before the thumbnails in sight are asked for."""
PRIOR_KEYS = (Qt.Key.Key_P,)
ENTER_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
WALK_KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End)
OWN_KEYS = (*WALK_KEYS, *ENTER_KEYS, *PRIOR_KEYS, Qt.Key.Key_Escape, Qt.Key.Key_Slash)


class StudyItem(QTreeWidgetItem):
    """One row and what it shows."""

    def __init__(self, key: Key, row: Row) -> None:
        super().__init__()
        self.key = key
        self.row = row


class StudyTree(QTreeWidget):
    """Rows stay what they are while others arrive: selection, folds and what is in sight do not move."""

    series_asked = Signal(object, object)
    """Series and Role; for the role None: what the browser was opened for."""
    pair_asked = Signal(object)
    in_sight = Signal(object)
    """list[Series] whose thumbnails can be seen, from above."""
    filter_asked = Signal()
    left = Signal()
    """The reader wants the keys to speak to the pictures again."""

    def __init__(self, thumbnails: ThumbnailsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setHeaderHidden(True)
        self.setIndentation(14)
        self.setUniformRowHeights(False)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setItemDelegate(StudyRowPainter(self._row_of, thumbnails, self))
        self.items: dict[Key, StudyItem] = {}
        self.lines: dict[Key, PairLine] = {}
        self._chose = False
        self._scrolled = False
        self._looking = QTimer(self)
        self._looking.setSingleShot(True)
        self._looking.setInterval(LOOK_AFTER_MS)
        self._looking.timeout.connect(self._tell_in_sight)
        self.itemDoubleClicked.connect(lambda item, column: self._activate(item))
        self.itemClicked.connect(lambda item, column: self._choose())
        for changed in (self.itemExpanded, self.itemCollapsed, self.verticalScrollBar().valueChanged):
            changed.connect(lambda value: self._looking.start())
        self.itemCollapsed.connect(lambda item: self._choose())
        self.verticalScrollBar().actionTriggered.connect(lambda action: self._scroll())
        thumbnails.changed.connect(lambda before, after: self.viewport().update())

    @property
    def chosen(self) -> Row | None:
        """The row that the keys speak to."""
        item = self.currentItem()
        return item.row if isinstance(item, StudyItem) else None

    def begin(self) -> None:
        """Another study comes: what the reader has selected is no wish for it."""
        self._chose = self._scrolled = False

    def show_rows(self, planned: Iterable[Planned], proposal: Key | None) -> None:
        """Show these rows in this order; select the proposed one until the reader has selected another."""
        rows = list(planned)
        anchor = self._anchor()
        wanted = {row.key for row in rows}
        for key in [key for key in self.items if key not in wanted]:
            self._remove(key)
        counts: dict[Key | None, int] = {}
        for row in rows:
            at = counts.get(row.parent, 0)
            counts[row.parent] = at + 1
            self._place(row, at)
        current = self.currentItem()
        if not self._chose or current is None or current.isHidden():
            self._propose([proposal, *(row.key for row in rows if isinstance(row.row, PairRow | SeriesRow))])
        if anchor is not None and (self._chose or self._scrolled):
            self._restore(*anchor)
        self.viewport().update()
        self._looking.start()

    def series_item(self, uid: str) -> StudyItem | None:
        """Return the row of a series."""
        return next((i for i in self.items.values() if isinstance(i.row, SeriesRow) and i.row.series.uid == uid), None)

    def event(self, event: QEvent) -> bool:
        """Keep the keys that walk through the list from the window's shortcuts."""
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_own(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Open with Enter, as prior with P; leave with Esc; walk with the arrows."""
        self._choose()
        shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() in PRIOR_KEYS or (event.key() in ENTER_KEYS and shifted):
            self._activate(self.currentItem(), Role.PRIOR)
        elif event.key() in ENTER_KEYS:
            self._activate(self.currentItem())
        elif event.key() == Qt.Key.Key_Slash:
            self.filter_asked.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() in WALK_KEYS:
            super().keyPressEvent(event)
        else:
            event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """What is in sight stays in sight from now on."""
        self._scroll()
        super().wheelEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Other rows may be in sight."""
        super().resizeEvent(event)
        self._looking.start()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Rows are in sight."""
        super().showEvent(event)
        self._looking.start()

    def _row_of(self, index: Index) -> Row | None:
        item = self.itemFromIndex(index)
        return item.row if isinstance(item, StudyItem) else None

    def _choose(self) -> None:
        self._chose = True

    def _scroll(self) -> None:
        self._scrolled = True

    def _activate(self, item: QTreeWidgetItem | None, role: Role | None = None) -> None:
        row = item.row if isinstance(item, StudyItem) else None
        if isinstance(row, SeriesRow):
            self.series_asked.emit(row.series, role)
        elif isinstance(row, PairRow):
            self.pair_asked.emit(row.pair)

    def _place(self, planned: Planned, at: int) -> None:
        parent = self.invisibleRootItem() if planned.parent is None else self.items[planned.parent]
        item = self.items.get(planned.key)
        if item is not None and parent.indexOfChild(item) != at:  # sorted elsewhere: rare, and its fold is forgotten
            self._remove(planned.key)
            item = None
        if item is None:
            item = StudyItem(planned.key, planned.row)
            self.items[planned.key] = item
            parent.insertChild(at, item)
            item.setExpanded(True)
            if isinstance(planned.row, PairRow):
                self._add_line(planned.key, item)
        item.row = planned.row
        item.setToolTip(0, planned.tooltip)
        item.setData(0, Qt.ItemDataRole.AccessibleTextRole, planned.spoken)
        if item.isHidden() != planned.hidden:
            item.setHidden(planned.hidden)
        if isinstance(planned.row, PairRow):
            self.lines[planned.key].show_row(planned.row)

    def _add_line(self, key: Key, item: StudyItem) -> None:
        line = PairLine()
        line.asked.connect(self._ask_pair)
        self.lines[key] = line
        self.setItemWidget(item, 0, line)

    def _ask_pair(self, pair: LikelyPair) -> None:
        self._choose()
        self.pair_asked.emit(pair)

    def _remove(self, key: Key) -> None:
        item = self.items.pop(key, None)
        if item is None:
            return
        for n in range(item.childCount() - 1, -1, -1):
            child = item.child(n)
            if isinstance(child, StudyItem):
                self._remove(child.key)
        self.lines.pop(key, None)
        parent = item.parent() or self.invisibleRootItem()
        parent.removeChild(item)

    def _propose(self, keys: Sequence[Key | None]) -> None:
        """Select the first of these that the filter leaves."""
        items = [self.items[key] for key in keys if key is not None and key in self.items]
        item = next((item for item in items if not item.isHidden()), None)
        if item is not None:
            self.setCurrentItem(item)
            self.scrollToItem(item)

    def _anchor(self) -> tuple[StudyItem, int] | None:
        """Return the first row in sight and how far below the upper edge it begins."""
        item = self.itemAt(QPoint(4, 1))
        return (item, self.visualItemRect(item).top()) if isinstance(item, StudyItem) else None

    def _restore(self, item: StudyItem, top: int) -> None:
        if self.items.get(item.key) is item:
            moved = self.visualItemRect(item).top() - top
            self.verticalScrollBar().setValue(self.verticalScrollBar().value() + moved)

    def _tell_in_sight(self) -> None:
        if not self.isVisible():
            return
        seen: list[Series] = []
        item = self.itemAt(QPoint(4, 1))
        while item is not None and self.visualItemRect(item).top() < self.viewport().height():
            if isinstance(item, StudyItem) and isinstance(item.row, SeriesRow):
                seen.append(item.row.series)
            item = self.itemBelow(item)
        self.in_sight.emit(seen)


def _is_own(event: QKeyEvent) -> bool:
    held = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
    return event.key() in OWN_KEYS and held == Qt.KeyboardModifier.NoModifier
