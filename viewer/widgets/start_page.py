"""What the window shows before a scan is open."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from viewer.widgets.icon import icon


class StartPage(QWidget):
    """Says what can be dropped here and offers the ways in."""

    folder_asked = Signal()
    file_asked = Signal()
    demo_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        card = QFrame()
        card.setObjectName("StartCard")
        card.setFixedWidth(620)
        column = QVBoxLayout(card)
        column.setContentsMargins(48, 44, 48, 40)
        column.setSpacing(10)
        for name, text in (
            ("StartTitle", "Interval"),
            ("StartLead", "Drop a chest CT here"),
            (
                "StartText",
                "A folder, a ZIP archive, a DICOMDIR, or a NIfTI, NRRD or MHA file.\n"
                "Of two scans the later one is the current one, the other its prior.\n"
                "Several patients or series are listed for you to choose from.",
            ),
        ):
            label = QLabel(text)
            label.setObjectName(name)
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(label)
        column.addSpacing(14)
        column.addLayout(self._buttons())
        column.addSpacing(14)
        hint = QLabel("Findings are looked for in the background as soon as the scan is whole.\nPress ? for the keys.")
        hint.setProperty("quiet", True)
        hint.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(hint)
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        outer.addWidget(card, alignment=Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(3)

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        for text, name, signal in (
            ("Open folder …", "open", self.folder_asked),
            ("Open file …", "open", self.file_asked),
            ("Demo study", "prior", self.demo_asked),
        ):
            button = QPushButton(icon(name), text)
            button.setMinimumHeight(34)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(signal)
            row.addWidget(button)
        return row
