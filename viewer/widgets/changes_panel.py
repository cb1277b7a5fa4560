"""What is in both scans, only now, only then."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from ai.change import ChangeKind, Comparison, FindingChange, LesionChange
from ai.findings import Finding
from ai.geometry import PointMm
from viewer.assets import colours
from viewer.state.comparison_model import ComparisonOnScreen
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.state.scan_model import ScanOnScreen
from viewer.state.whereabouts import place
from viewer.widgets.finding_row import percent
from viewer.widgets.instance_row import volume

PLACES = Qt.ItemDataRole.UserRole
WORDS = {
    ChangeKind.NEW: "new",
    ChangeKind.GROWN: "larger",
    ChangeKind.STABLE: "unchanged",
    ChangeKind.SHRUNK: "smaller",
    ChangeKind.GONE: "resolved",
}
WEIGHT = [ChangeKind.NEW, ChangeKind.GROWN, ChangeKind.STABLE, ChangeKind.SHRUNK, ChangeKind.GONE]


class ChangesPanel(QWidget):
    """Three groups; under each abnormality its lesions with volumes. A click goes there in both scans."""

    def __init__(self, reading: Reading, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reading = reading
        self._sentence = QLabel()
        self._sentence.setWordWrap(True)
        self._sentence.setProperty("quiet", True)
        self.tree = QTreeWidget()
        self.tree.setColumnCount(2)
        self.tree.setHeaderHidden(True)
        self.tree.setRootIsDecorated(False)
        self.tree.setIndentation(12)
        self.tree.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.tree.header().setStretchLastSection(False)
        self.tree.header().setSectionResizeMode(0, self.tree.header().ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, self.tree.header().ResizeMode.ResizeToContents)
        self.tree.itemClicked.connect(self._clicked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.addWidget(self._sentence)
        layout.addWidget(self.tree, 1)
        reading.comparison.changed.connect(self._changed)
        for role in Role:
            reading.scans[role].changed.connect(self._scans_changed)
        self._write(reading.comparison.value)

    def _changed(self, before: ComparisonOnScreen, after: ComparisonOnScreen) -> None:
        self._write(after)

    def _scans_changed(self, before: ScanOnScreen | None, after: ScanOnScreen | None) -> None:
        self._write(self._reading.comparison.value)

    def _write(self, shown: ComparisonOnScreen) -> None:
        scrolled = self.tree.verticalScrollBar().value()
        self.tree.clear()
        if shown.comparison is not None:
            self._fill(shown.comparison)
        self.tree.verticalScrollBar().setValue(scrolled)
        self._sentence.setText(self._words(shown))

    def _words(self, shown: ComparisonOnScreen) -> str:
        if shown.sentence:
            return shown.sentence
        if shown.comparison is None:
            if not self._reading.linked.paired:
                return "Open a prior to see what changed."
            return "Registering …" if shown.registration is None else "Waits for both analyses …"
        days = shown.comparison.days_between
        apart = "" if days is None else f"{days} days apart. "
        return f"{apart}A click goes there in both scans."

    def _fill(self, comparison: Comparison) -> None:
        groups: dict[str, list[FindingChange]] = {"In both": [], "Only now": [], "Only then": []}
        for change in sorted(comparison.findings, key=lambda c: WEIGHT.index(c.kind)):
            group = group_of(change)
            if group:
                groups[group].append(change)
        for title, changes in groups.items():
            head = QTreeWidgetItem([f"{title} ({len(changes)})", ""])
            head.setForeground(0, QColor(colours().quiet))
            head.setFlags(Qt.ItemFlag.ItemIsEnabled)
            self.tree.addTopLevelItem(head)
            for change in changes:
                self._add(head, change, comparison)
        self.tree.expandAll()

    def _add(self, head: QTreeWidgetItem, change: FindingChange, comparison: Comparison) -> None:
        item = QTreeWidgetItem([change.abnormality.title, probabilities(change)])
        item.setData(0, PLACES, (_peak(change.prior), _peak(change.current)))
        head.addChild(item)
        for lesion in comparison.lesions:
            if lesion.abnormality == change.abnormality:
                child = QTreeWidgetItem([f"{lesion_place(lesion)}\n{lesion_words(lesion)}"])
                child.setData(0, PLACES, _centres(lesion))
                worse = lesion.kind in (ChangeKind.NEW, ChangeKind.GROWN)
                child.setForeground(0, QColor(colours().warning if worse else colours().quiet))
                item.addChild(child)
                child.setFirstColumnSpanned(True)

    def _clicked(self, item: QTreeWidgetItem, column: int) -> None:
        places = item.data(0, PLACES)
        if places is not None:
            self._reading.look_at_change(*places)


def group_of(change: FindingChange) -> str:
    """Return in which scans an abnormality is present; empty if in neither."""
    then = change.prior is not None and change.prior.present
    now = change.current is not None and change.current.present
    return {(True, True): "In both", (False, True): "Only now", (True, False): "Only then"}.get((then, now), "")


def probabilities(change: FindingChange) -> str:
    """Return then → now."""
    then, now = (None if f is None else percent(f.probability) for f in (change.prior, change.current))
    return f"{then or '–'} → {now or '–'}"


def lesion_place(change: LesionChange) -> str:
    """Return where a lesion is and what became of it."""
    lesion = change.current or change.prior
    return f"{WORDS[change.kind]} · {place(lesion.location)}" if lesion is not None else WORDS[change.kind]


def lesion_words(change: LesionChange) -> str:
    """Return volumes then → now, the change, and the doubling time where it is known."""
    then, now = (None if lesion is None else volume(lesion.volume_mm3) for lesion in (change.prior, change.current))
    words = f"{then} → {now}" if then and now else then or now or ""
    if change.volume_change is not None:
        words += f"  {100 * change.volume_change:+.0f} %".replace("-", "−")
    if change.doubling_days is not None and change.doubling_days > 0:
        words += f"\nvolume doubles in {change.doubling_days:.0f} days"
    return words


def _peak(finding: Finding | None) -> PointMm | None:
    if finding is None or not finding.present or not finding.peaks:
        return None
    return max(finding.peaks, key=lambda peak: peak.evidence).position


def _centres(change: LesionChange) -> tuple[PointMm | None, PointMm | None]:
    prior = None if change.prior is None else change.prior.centre
    return prior, None if change.current is None else change.current.centre
