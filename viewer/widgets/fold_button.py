"""A heading that unfolds what stands below it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget


class FoldButton(QPushButton):
    """Flat, with an arrow; ``toggled`` says whether it is unfolded. ``name`` is its text without the arrow."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = ""
        self.setCheckable(True)
        self.setFlat(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.toggled.connect(lambda unfolded: self._write())

    def rename(self, name: str) -> None:
        """Write another name."""
        self.name = name
        self._write()

    def _write(self) -> None:
        self.setText(f"{'▾' if self.isChecked() else '▸'}  {self.name}")
