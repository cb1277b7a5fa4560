"""The board that speaks: sentences at the window's foot, each dismissed by itself."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from viewer.assets import colours
from viewer.state.notices_model import NoticesModel, Said
from viewer.widgets.icon import icon

AT_ONCE = 3


class NoticeBar(QWidget):
    """Shows the newest sentences; older ones wait until there is room."""

    def __init__(self, notices: NoticesModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notices = notices
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(1)
        self._rows: list[QWidget] = []
        notices.changed.connect(lambda before, after: self._write(after))
        self._write(notices.value)

    def texts(self) -> list[str]:
        """Return what is written, top to bottom."""
        return [label.text() for row in self._rows for label in row.findChildren(QLabel, "sentence")]

    def _write(self, said: tuple[Said, ...]) -> None:
        for row in self._rows:
            row.hide()
            row.deleteLater()
        self._rows = [self._row(one) for one in said[-AT_ONCE:]]
        if len(said) > AT_ONCE:
            more = QLabel(f"{len(said) - AT_ONCE} earlier notices follow when these are dismissed.")
            more.setProperty("quiet", True)
            more.setContentsMargins(10, 0, 0, 2)
            self._rows.append(more)
        for row in self._rows:
            self._column.addWidget(row)
        self.setVisible(bool(said))

    def _row(self, said: Said) -> QFrame:
        row = QFrame()
        row.setObjectName("Notice")
        row.setProperty("serious", said.grave)
        text = QLabel(said.text)
        text.setObjectName("sentence")
        text.setWordWrap(True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        about = QLabel(said.about.capitalize())
        about.setProperty("quiet", True)
        about.setFixedWidth(84)
        dismiss = QToolButton()
        dismiss.setIcon(icon("close", colours().quiet))
        dismiss.setAutoRaise(True)
        dismiss.setToolTip("Dismiss")
        dismiss.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        dismiss.clicked.connect(lambda: self._notices.dismiss(said))
        line = QHBoxLayout(row)
        line.setContentsMargins(10, 2, 4, 2)
        line.addWidget(about)
        line.addWidget(text, 1)
        line.addWidget(dismiss)
        return row
