"""The findings of one scan, by region: what is listed, and below a fold what is below its threshold."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from ai.findings import Finding
from viewer.mpr.pane_state import OverlayLook
from viewer.state.findings_model import FindingsOnScreen
from viewer.widgets.finding_row import FindingRow
from viewer.widgets.fold_button import FoldButton


class FindingList(QWidget):
    """Rows live as long as their analysis: another setting or verdict only moves them. Tells what was clicked."""

    chosen = Signal(object)
    lesion_chosen = Signal(object, object)
    eye_asked = Signal(str)
    judged = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: dict[str, FindingRow] = {}
        self._shown = FindingsOnScreen()
        self._headings: dict[tuple[bool, str], QLabel] = {}
        self._sought = ""
        self.fold = FoldButton(self)
        self.fold.toggled.connect(lambda unfolded: self._write_visible())
        self._column = QVBoxLayout(self)
        self._column.setSpacing(2)
        self._column.setContentsMargins(0, 0, 4, 0)
        self.fold.hide()

    def replace_rows(self, findings: FindingsOnScreen) -> None:
        """Begin anew with another analysis, folded."""
        for row in self.rows.values():
            row.hide()
            row.deleteLater()
        organs = None if findings.analysis is None else findings.analysis.organs
        self.rows = {f.abnormality.name: self._row(FindingRow(f, organs)) for f in findings.ordered()}
        self.fold.setChecked(False)
        self._arrange(findings)

    def show_findings(self, before: FindingsOnScreen, after: FindingsOnScreen) -> None:
        """Show another setting, verdict or selection; folds stay as they are."""
        if before.setting is not after.setting or before.verdicts is not after.verdicts:
            self._arrange(after)
        for name in {before.selected, after.selected} - {None}:
            if name in self.rows:
                self.rows[name].show_selected(name == after.selected)

    def show_eyes(self, overlay: OverlayLook) -> None:
        """Open the eyes of the heat that is drawn."""
        for name, row in self.rows.items():
            row.show_eye(overlay.heat_shown and name in overlay.abnormalities)

    def seek(self, words: str) -> None:
        """Show only what holds these words in its title or name, whether folded away or not; all if empty."""
        self._sought = words.strip().lower()
        self._write_visible()

    def matches(self) -> int:
        """Return how many labels hold what is sought."""
        return sum(self._matches(row) for row in self.rows.values())

    def _row(self, row: FindingRow) -> FindingRow:
        name = row.finding.abnormality.name
        row.chosen.connect(lambda: self.chosen.emit(row.finding))
        row.lesion_chosen.connect(lambda lesion: self.lesion_chosen.emit(row.finding, lesion))
        row.eye_asked.connect(lambda: self.eye_asked.emit(name))
        row.judged.connect(lambda verdict: self.judged.emit(name, verdict))
        return row

    def _arrange(self, findings: FindingsOnScreen) -> None:
        self._shown = findings
        while self._column.count():
            self._column.takeAt(0)
        folded = 0
        for listed, region, group in _groups(findings):
            if not listed and not folded:
                self._column.addWidget(self.fold)
            self._column.addWidget(self._heading(listed, region))
            for finding in group:
                row = self.rows[finding.abnormality.name]
                row.show_finding(finding, listed)
                row.show_verdict(findings.verdict(finding.abnormality.name))
                row.show_selected(finding.abnormality.name == findings.selected)
                self._column.addWidget(row)
                folded += not listed
        self._column.addStretch(1)
        self.fold.rename(f"Below threshold ({folded})")
        self._write_visible()

    def _heading(self, listed: bool, region: str) -> QLabel:
        if (listed, region) not in self._headings:
            label = QLabel(self)
            label.setProperty("heading", True)
            self._headings[listed, region] = label
        return self._headings[listed, region]

    def _matches(self, row: FindingRow) -> bool:
        kind = row.finding.abnormality
        return self._sought in kind.title.lower() or self._sought in kind.name.replace("_", " ")

    def _write_visible(self) -> None:
        headed = set()
        any_folded = False
        for row in self.rows.values():
            listed = self._shown.listed(row.finding)
            any_folded |= not listed
            visible = self._matches(row) and (listed or bool(self._sought) or self.fold.isChecked())
            row.setVisible(visible)
            if visible:
                headed.add((listed, row.finding.abnormality.region))
        for (listed, region), heading in self._headings.items():
            title = region.replace("_", " ").capitalize()
            heading.setText(f"{title} · below threshold" if self._sought and not listed else title)
            heading.setVisible((listed, region) in headed)
        self.fold.setVisible(any_folded and not self._sought)


def _groups(findings: FindingsOnScreen) -> Iterator[tuple[bool, str, list[Finding]]]:
    """Yield whether a group is listed, its region and its findings, in the order shown."""
    for (listed, region), group in groupby(
        findings.ordered(), key=lambda finding: (findings.listed(finding), finding.abnormality.region)
    ):
        yield listed, region, list(group)
