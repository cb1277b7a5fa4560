"""The strip above a scan's panes: which scan, of which day, and how it is tied to the other."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from viewer.mpr.pane_state import PaneState
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.widgets.elided_label import ElidedLabel


class ScanHeader(QWidget):
    """One line. The prior's also says what links it to the current scan."""

    def __init__(self, reading: Reading, role: Role, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ScanHeader")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._reading = reading
        self._role = role
        self._chip = QLabel(role.value.upper())
        self._chip.setProperty("chip", role.value)
        self._about = ElidedLabel()  # a long text must not make its scan's panes wider than the other's
        self._tie = ElidedLabel()
        self._tie.setProperty("quiet", True)
        self._tie.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 2, 6, 2)
        row.setSpacing(10)
        row.addWidget(self._chip)
        row.addWidget(self._about, 1)
        row.addWidget(self._tie, 1)
        reading.scans[role].changed.connect(lambda before, after: self._write())
        reading.scans[role.other].changed.connect(lambda before, after: self._write())
        reading.comparison.changed.connect(lambda before, after: self._write())
        reading.linked.link.changed.connect(lambda before, after: self._write())
        reading.panes[role].changed.connect(self._pane_changed)
        self._write()

    def tie_text(self) -> str:
        """Return how the two scans are tied."""
        linked = self._reading.linked
        link = linked.link.value
        if not linked.paired:
            return ""
        if not link.on:
            return "unlinked · L links again as they lie"
        offset = link.offset.distance_mm(type(link.offset)(0.0, 0.0, 0.0))
        shifted = f" · shifted {offset:.0f} mm by hand" if offset >= 0.5 else ""
        registration = self._reading.comparison.value.registration
        if registration is None:
            return f"linked by the volumes’ middles{shifted}"
        kind = "deformable" if registration.deformable else "rigid"
        coming = "" if self._reading.comparison.value.settled else " so far"
        return f"linked by {kind} registration{coming}, agreement {registration.quality:.2f}{shifted}"

    def _write(self) -> None:
        shown = self._reading.scans[self._role].value
        compare = self._reading.panes[self._role].value.compare
        both = f"{Role.CURRENT.value} and {Role.PRIOR.value}".upper() + f" · {compare.mode.value}"
        self._chip.setText(both if compare.on else self._role.value.upper())
        self._about.setText("" if shown is None else describe(shown.series.study.taken_on, shown.series.title))
        self._about.setToolTip(self._about.text())
        self._tie.setText(self.tie_text() if self._role is Role.PRIOR else "")
        self._tie.setToolTip(self._tie.text())
        self._tie.setVisible(self._role is Role.PRIOR)

    def _pane_changed(self, before: PaneState, after: PaneState) -> None:
        if before.compare.mode is not after.compare.mode:
            self._write()


def describe(taken_on: object, title: str) -> str:
    """Return date and series in one line."""
    return f"{taken_on}  ·  {title}" if taken_on else title
