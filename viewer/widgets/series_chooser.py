"""Several series under one path: the reader chooses."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ai.series import Series
from viewer.state.role import Role

HEADINGS = ["No.", "Date", "Description", "Slices", "Thickness", "Kernel"]


class SeriesChooser(QDialog):
    """A table of series; double click, Enter or the button opens one. Never blocks: use ``open()``."""

    series_chosen = Signal(object)

    def __init__(self, role: Role, series: Sequence[Series], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Choose the {role.value.lower()} scan’s series")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(760, 360)
        self._series = tuple(series)
        self.table = QTreeWidget()
        self.table.setHeaderLabels(HEADINGS)
        self.table.setRootIsDecorated(False)
        self.table.setAlternatingRowColors(True)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        rows = [QTreeWidgetItem(row_of(one)) for one in self._series]
        self.table.addTopLevelItems(rows)
        for column in range(len(HEADINGS)):
            self.table.resizeColumnToContents(column)
        self.table.setCurrentItem(rows[self._most_slices()])
        self.table.itemActivated.connect(self.accept)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel, parent=self
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column_layout = QVBoxLayout(self)
        column_layout.addWidget(QLabel(f"{len(self._series)} series were found. Which one shall be read?"))
        column_layout.addWidget(self.table, 1)
        column_layout.addWidget(buttons)
        self.accepted.connect(self._tell)

    def _most_slices(self) -> int:
        return max(range(len(self._series)), key=lambda n: self._series[n].shape[0])

    def _tell(self) -> None:
        item = self.table.currentItem()
        if item is not None:
            self.series_chosen.emit(self._series[self.table.indexOfTopLevelItem(item)])


def row_of(series: Series) -> list[str]:
    """Return the texts of a series' row."""
    return [
        "" if series.number is None else str(series.number),
        "" if series.study.taken_on is None else series.study.taken_on.isoformat(),
        series.description or series.source.name,
        str(series.shape[0]),
        "" if series.thickness_mm is None else f"{series.thickness_mm:.2f} mm",
        series.kernel,
    ]
