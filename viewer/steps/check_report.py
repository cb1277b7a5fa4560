"""A report is held against the picture when the reader asks for it."""

from __future__ import annotations

from PySide6.QtCore import QObject

from ai.discrepancy import ReadingToCheck
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.steps import engines
from viewer.steps.sentence import sentence_of
from viewer.work import Lane

ATTEMPT = "Checking the report"
NOT_ANALYSED = "The current scan has not been analysed yet: there is nothing to hold a report against."


class CheckReport(QObject):
    """Checks a text in the background; the newest wins."""

    def __init__(
        self, reading: Reading, check: engines.CheckReport = engines.check_report, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.lane = Lane(ATTEMPT, polite=False, parent=self)
        self._reading = reading
        self._check = check

    def check(self, text: str) -> None:
        """Hold a report against all that the model said of the current scan, but for what was rejected."""
        model, wanted = self._reading.second_reader, reading_to_check(self._reading)
        model.read(text)
        if wanted is None:
            model.fail(NOT_ANALYSED)
            return
        language = self._reading.report.value.language
        self.lane.run(
            lambda progress: self._check(text, wanted, language),
            lambda found: model.show(text, found),
            lambda error: model.fail(sentence_of(error, ATTEMPT)),
        )

    def close(self) -> None:
        """End the thread."""
        self.lane.close()


def reading_to_check(reading: Reading) -> ReadingToCheck | None:
    """Gather what a report is held against; None while the current scan has no findings that may be told."""
    current, prior = (reading.scans[role].value for role in Role)
    findings = reading.findings[Role.CURRENT].value
    if current is None or current.scan is None or findings.analysis is None or findings.analysis.withheld:
        return None
    return ReadingToCheck(
        current.scan,
        findings.analysis,
        findings.rejected(),
        None if prior is None else prior.scan,
        reading.comparison.value.comparison,
        reading.patient.value,
    )
