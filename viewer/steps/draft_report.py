"""While the report is on screen: its draft is written anew whenever the reader accepts or rejects something."""

from __future__ import annotations

from PySide6.QtCore import QObject

from ai.change import FindingChange, LesionChange
from ai.draft import Language, ReadingToDraft
from viewer.state.change_key import key_of
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.state.verdict import Verdict
from viewer.steps import engines
from viewer.steps.sentence import sentence_of
from viewer.work import Lane

ATTEMPT = "Drafting the report"


class DraftReport(QObject):
    """Listens to verdicts, scans, older studies, language. The draft needs milliseconds; its first import some more."""

    def __init__(
        self, reading: Reading, draft: engines.DraftReport = engines.draft_report, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.lane = Lane(ATTEMPT, polite=False, parent=self)  # milliseconds that the reader waits for
        self._reading = reading
        self._draft = draft
        self._asked: tuple[ReadingToDraft, Language] | None = None
        for changed in (
            reading.report.changed,
            *(found.changed for found in reading.findings.values()),
            reading.comparison.changed,
            reading.timeline.changed,
            reading.patient.changed,
            *(scan.changed for scan in reading.scans.values()),
        ):
            changed.connect(lambda before, after: self._look())

    def close(self) -> None:
        """End the thread."""
        self.lane.close()

    def _look(self) -> None:
        wanted = reading_to_draft(self._reading) if self._reading.report.value.shown else None
        if wanted is None:
            return
        language = self._reading.report.value.language
        if self._asked is not None and self._asked[1] is language and _same(self._asked[0], wanted):
            return
        self._asked = (wanted, language)
        report = self._reading.report
        self.lane.run(
            lambda progress: self._draft(wanted, language),
            report.show,
            lambda error: report.fail(sentence_of(error, ATTEMPT)),
        )


def reading_to_draft(reading: Reading) -> ReadingToDraft | None:
    """Gather what the reader accepted; None while the current scan has no analysis."""
    current, prior = (reading.scans[role].value for role in Role)
    findings, compared = reading.findings[Role.CURRENT].value, reading.comparison.value
    if current is None or current.scan is None or findings.analysis is None:
        return None
    accepted = frozenset(name for name, verdict in findings.verdicts.items() if verdict is Verdict.ACCEPTED)
    comparison = compared.comparison
    not_compared = reading.findings[Role.PRIOR].value.rejected()
    changes: tuple[LesionChange | FindingChange, ...] = ()
    if comparison is not None:
        changes = (*comparison.lesions, *comparison.findings)
    return ReadingToDraft(
        current.scan,
        findings.analysis,
        accepted,
        None if prior is None else prior.scan,
        comparison,
        tuple(
            change
            for change in changes
            if compared.verdict(key_of(change)) is Verdict.ACCEPTED
            and change.abnormality.name not in findings.rejected()
        ),
        not_compared=not_compared.union(key.abnormality for key in compared.rejected() if key.of_finding),
        timeline=reading.timeline.value.timeline,
        told=reading.patient.value,
    )


def _same(one: ReadingToDraft, other: ReadingToDraft) -> bool:
    """Return whether two readings give one draft; another setting moves no verdict and makes no other."""
    heat = [[finding.heatmap for finding in reading.findings()] for reading in (one, other)]
    return (
        one.scan is other.scan
        and one.prior is other.prior
        and one.comparison is other.comparison
        and one.told == other.told
        and one.accepted == other.accepted
        and one.accepted_changes == other.accepted_changes
        and one.not_compared == other.not_compared
        and one.timeline is other.timeline
        and heat[0] == heat[1]
    )
