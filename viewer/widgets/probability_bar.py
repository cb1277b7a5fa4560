"""A thin bar for a probability, with a tick at the threshold of every setting."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ai.findings import Finding, Record
from viewer.assets import colours


class ProbabilityBar(QWidget):
    """Paints 0…1; bright where the threshold in use is reached. That one's tick is bright too, the others' are dim."""

    def __init__(self, finding: Finding, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_finding(finding)

    def show_finding(self, finding: Finding) -> None:
        """Show another setting's view of the finding."""
        self._finding = finding
        self.setToolTip(threshold_words(finding))
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return a thin strip."""
        return QSize(80, 8)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint groove, bar and ticks."""
        painter = QPainter(self)
        width, middle = self.width(), self.height() / 2
        painter.fillRect(QRectF(0, middle - 1.5, width, 3), QColor(colours().border))
        bar = QColor(colours().accent if self._finding.present else colours().quiet)
        painter.fillRect(QRectF(0, middle - 1.5, width * self._finding.probability, 3), bar)
        for threshold in _others(self._finding):
            painter.fillRect(QRectF(width * threshold - 0.5, 1.5, 1, self.height() - 3), QColor(colours().quiet))
        used = QRectF(width * self._finding.threshold - 0.75, 0, 1.5, self.height())
        painter.fillRect(used, QColor(colours().text))
        painter.end()


def threshold_words(finding: Finding) -> str:
    """Return the probability and every setting's threshold, or that no threshold would mean anything; and how well the
    model was found to recognise it.
    """
    return "\n".join([_at_thresholds(finding), *map(_record_words, finding.records)])


def _record_words(record: Record) -> str:
    called, quiet = record.sensitivity * record.having, record.specificity * record.free
    words = [] if math.isnan(record.auroc) else [f"AUROC {record.auroc:.2f}"]
    words += [] if math.isnan(called) else [f"called in {called:.0f} of {record.having} with it"]
    words += [] if math.isnan(quiet) else [f"in {record.free - quiet:.0f} of {record.free} without"]
    return f"Measured, {record.on}: {', '.join(words) or 'too few to tell'}"


def _at_thresholds(finding: Finding) -> str:
    if not finding.learned:
        return "Never called present: on cases set aside, this model's evidence told nothing of it"
    said = [f"Probability {finding.probability:.3f}, threshold {finding.threshold:.3f}"]
    steps = finding.thresholds
    if steps is not None and _others(finding):
        said.append(f"Sensitive {steps.sensitive:.3f} · balanced {steps.balanced:.3f} · specific {steps.specific:.3f}")
    if finding.surely_seen:
        surest = max(lesion.confidence for lesion in finding.lesions)
        said.append(f"Looked at closely: one instance {surest:.0%} sure, enough from {finding.instance_threshold:.0%}")
    return "\n".join(said)


def _others(finding: Finding) -> set[float]:
    steps = finding.thresholds
    return set() if steps is None else {steps.sensitive, steps.balanced, steps.specific} - {finding.threshold}
