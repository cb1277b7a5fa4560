"""One finding in the list."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from ai.findings import Finding
from ai.organs import Organs
from viewer.assets import colours
from viewer.state.verdict import Verdict
from viewer.state.whereabouts import whereabouts
from viewer.widgets.icon import icon
from viewer.widgets.instance_row import InstanceRow
from viewer.widgets.probability_bar import ProbabilityBar, threshold_words

SMALL_PROBABILITY = 0.001


class FindingRow(QFrame):
    """Eye, title, probability as number and bar, where it is, its instances, the verdict. Tells what was clicked."""

    chosen = Signal()
    lesion_chosen = Signal(object)
    eye_asked = Signal()
    judged = Signal(object)

    def __init__(self, finding: Finding, organs: Organs | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.finding = finding
        self._organs = organs
        self.setObjectName("FindingRow")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.eye = _button("Show or hide this heatmap")
        self.eye.clicked.connect(self.eye_asked)
        self.accept = _button("Accept this finding: it stays in the list at every setting", "✓")
        self.reject = _button("Reject this finding: it is left out of the report", "✗")
        self.accept.clicked.connect(lambda: self._judge(self.accept, Verdict.ACCEPTED))
        self.reject.clicked.connect(lambda: self._judge(self.reject, Verdict.REJECTED))
        self.accept.setObjectName("Accept")
        self.reject.setObjectName("Reject")
        self._title = QLabel(finding.abnormality.title)
        self._title.setWordWrap(True)
        self._number = QLabel(percent(finding.probability))
        self._number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._bar = ProbabilityBar(finding)
        self.where = QLabel()
        self.where.setProperty("quiet", True)
        self.where.setWordWrap(True)
        self.unfold = _button("Show or hide each instance", "▸")
        self.unfold.setObjectName("Unfold")
        self.unfold.toggled.connect(self._show_instances)
        self.instances: list[InstanceRow] = []
        self._below = QVBoxLayout()
        self._lay_out()
        self.show_eye(False)
        self.show_finding(finding, listed=finding.present)

    def show_finding(self, finding: Finding, listed: bool) -> None:
        """Show the finding as a setting calls it; ``listed``: it stands in the list, with its place and instances."""
        self.finding = finding
        self._bar.show_finding(finding)
        self.setToolTip(threshold_words(finding))
        for part in (self, self._title, self._number):
            _mark(part, "present", finding.present)
        words = where_words(finding, self._organs) if listed or not finding.learned else ""
        self.where.setText(words)
        self.where.setVisible(bool(words))
        self.unfold.setVisible(listed and bool(finding.lesions))
        if not listed:
            self.unfold.setChecked(False)

    def show_eye(self, open_: bool) -> None:
        """Draw the eye open or shut."""
        self.eye.setIcon(icon("eye", colours().accent) if open_ else icon("eye-off", colours().quiet))

    def show_verdict(self, verdict: Verdict) -> None:
        """Show what the reader said."""
        self.accept.setChecked(verdict is Verdict.ACCEPTED)
        self.reject.setChecked(verdict is Verdict.REJECTED)
        font = self._title.font()
        font.setStrikeOut(verdict is Verdict.REJECTED)
        self._title.setFont(font)

    def show_selected(self, selected: bool) -> None:
        """Mark the finding that is being looked at."""
        _mark(self, "selected", selected)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Tell that the reader wants to go there."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit()

    def _judge(self, button: QToolButton, verdict: Verdict) -> None:
        self.judged.emit(verdict if button.isChecked() else Verdict.OPEN)

    def _show_instances(self, shown: bool) -> None:
        """Make the instances' rows when they are first asked for."""
        self.unfold.setText("▾" if shown else "▸")
        if shown and not self.instances:
            by_size = sorted(self.finding.lesions, key=lambda lesion: -lesion.volume_mm3)
            self.instances = [InstanceRow(number, lesion) for number, lesion in enumerate(by_size, start=1)]
            for row in self.instances:
                row.chosen.connect(lambda row=row: self.lesion_chosen.emit(row.lesion))
                self._below.addWidget(row)
        for row in self.instances:
            row.setVisible(shown)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(4, 3, 6, 3)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(1)
        grid.addWidget(self.eye, 0, 0, 2, 1)
        grid.addWidget(self._title, 0, 1)
        grid.addWidget(self._number, 0, 2)
        grid.addWidget(self._bar, 1, 1, 1, 2)
        verdicts = QHBoxLayout()
        verdicts.setSpacing(2)
        verdicts.addWidget(self.accept)
        verdicts.addWidget(self.reject)
        grid.addLayout(verdicts, 0, 3, 2, 1)
        grid.addWidget(self.unfold, 2, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        grid.addWidget(self.where, 2, 1, 1, 3, Qt.AlignmentFlag.AlignTop)
        self._below.setContentsMargins(0, 0, 0, 0)
        self._below.setSpacing(1)
        grid.addLayout(self._below, 3, 1, 1, 3)
        grid.setColumnStretch(1, 1)


def percent(probability: float) -> str:
    """Write a probability; never a 0 or a 1 that is not one."""
    if 0 < probability < SMALL_PROBABILITY:
        return "<0.001"
    if 1 - SMALL_PROBABILITY < probability < 1:
        return ">0.999"
    return f"{probability:.3f}"


def where_words(finding: Finding, organs: Organs | None) -> str:
    """Return where a finding is, how many instances it has and how large the largest is (mean of both axes)."""
    if not finding.learned:
        return "this model has not learned it"
    words = [] if finding.present else ["below threshold"]
    where = whereabouts(finding, organs)
    if where:
        words.append(where)
    count = len(finding.lesions)
    largest_mm = max((lesion.diameter_mm for lesion in finding.lesions), default=0.0)
    size = f"{largest_mm:.1f} mm" if largest_mm > 0 else ""
    if count > 1:
        words.append(f"{count} instances" + (f", largest {size}" if size else ""))
    elif size:
        words.append(size)
    if finding.surely_seen and finding.probability < finding.threshold:
        words.append(f"by an instance that is {max(lesion.confidence for lesion in finding.lesions):.0%} sure")
    return " · ".join(words)


def _mark(part: QWidget, name: str, value: bool) -> None:
    """Set what the style sheet asks for; it is read again only where it changed, which is slow."""
    if part.property(name) is not value:
        part.setProperty(name, value)
        part.style().unpolish(part)
        part.style().polish(part)


def _button(tip: str, text: str = "") -> QToolButton:
    button = QToolButton()
    button.setToolTip(tip)
    button.setText(text)
    button.setCheckable(bool(text))
    button.setAutoRaise(True)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return button
