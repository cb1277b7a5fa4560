"""Which model speaks, and what it was trained on."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

from ai.findings import Analysis
from viewer.state.reading import Reading
from viewer.state.role import Role


class ModelLine(QLabel):
    """One quiet line under the findings; more on hovering."""

    def __init__(self, reading: Reading, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reading = reading
        self.setWordWrap(True)
        self.setProperty("quiet", True)
        self.setObjectName("ModelLine")
        for role in Role:
            reading.findings[role].changed.connect(lambda before, after: self._write())
        self._write()

    def _write(self) -> None:
        analyses = [self._reading.findings[role].value.analysis for role in Role]
        analysis = next((a for a in analyses if a is not None), None)
        self.setVisible(analysis is not None)
        if analysis is not None:
            self.setText(model_words(analysis))
            self.setToolTip(f"{analysis.card.identifier}, sha256 {analysis.card.sha256}")


def model_words(analysis: Analysis) -> str:
    """Return model, version, training, thresholds, and how long it took; a reading read back has no device."""
    card = analysis.card
    thresholds = sorted({round(f.threshold, 3) for f in analysis.findings})
    told = f"threshold {thresholds[0]:g}" if len(thresholds) == 1 else "a threshold for each finding (tick on its bar)"
    name = card.title or card.identifier
    took = f"{analysis.seconds:.1f} s on {analysis.device}" if analysis.device else "read back, not run again"
    return f"{name} {card.version} · trained on {card.trained_on} · {told} · {took}"
