"""A sentence in a panel: what could not be compared, or what to be careful about."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

from ai.series import Notice


class Caution(QLabel):
    """Wraps; a grave one stands out."""

    def __init__(self, notice: Notice, parent: QWidget | None = None) -> None:
        super().__init__(notice.text, parent)
        self.setWordWrap(True)
        self.setProperty("quiet", not notice.grave)
        self.setProperty("grave", notice.grave)
