"""A whole scan is analysed by itself, in the background, one scan after the other."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject

from ai.findings import Analysis
from ai.volume import Volume
from viewer.state.findings_model import FindingsModel, Stage
from viewer.state.notices_model import NoticesModel
from viewer.state.role import Role
from viewer.state.scan_model import ScanModel, ScanOnScreen
from viewer.steps import engines
from viewer.steps.sentence import sentence_of
from viewer.work import Lane


class AnalyseScan(QObject):
    """Listens to the scans and keeps their findings. Two analyses at once would only slow each other down."""

    def __init__(
        self,
        scans: Mapping[Role, ScanModel],
        findings: Mapping[Role, FindingsModel],
        notices: NoticesModel,
        analyse: engines.Analyse = engines.analyse,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.lane = Lane("Analysing", parent=self)
        self._scans = scans
        self._findings = findings
        self._notices = notices
        self._analyse = analyse
        self._running: Role | None = None
        self._waiting: list[Role] = []
        for role, scan in scans.items():
            scan.changed.connect(lambda before, after, role=role: self._scan_changed(role, before, after))

    def start(self, role: Role) -> None:
        """Analyse the scan of a role (again); waits while the other one is being analysed."""
        shown = self._scans[role].value
        if shown is None or shown.scan is None:
            return
        if self._running not in (None, role):
            self._waiting = [role]
            self._findings[role].wait()
            return
        self._run(role, shown.scan.volume)

    def cancel(self) -> None:
        """Stop the analysis that runs; the one that waits begins."""
        self.lane.cancel()

    def close(self) -> None:
        """End the thread."""
        self._waiting.clear()
        self.lane.close()

    def _scan_changed(self, role: Role, before: ScanOnScreen | None, after: ScanOnScreen | None) -> None:
        if before is None or after is None or before.series is not after.series:
            self._leave(role)
            self._findings[role].clear()
        if after is not None and after.whole:
            self.start(role)

    def _leave(self, role: Role) -> None:
        self._waiting = [waiting for waiting in self._waiting if waiting is not role]
        if self._running is role:
            self.lane.cancel()

    def _run(self, role: Role, volume: Volume) -> None:
        self._running = role
        self._findings[role].run()
        self.lane.title = f"Analysing the {role.value.lower()} scan"
        self.lane.run(
            lambda progress: self._analyse(volume, progress),
            lambda analysis: self._done(role, analysis),
            lambda error: self._failed(role, error),
            lambda: self._cancelled(role),
        )

    def _done(self, role: Role, analysis: Analysis) -> None:
        self._running = None
        self._findings[role].show(analysis)
        for notice in analysis.notices:
            self._notices.say(notice.text, notice.grave, role.value)
        told = {notice.text for notice in analysis.notices}
        for doubt in analysis.doubts:
            if doubt.sentence not in told:
                self._notices.say(doubt.sentence, doubt.grave, role.value)
        self._start_waiting()

    def _failed(self, role: Role, error: Exception) -> None:
        self._running = None
        sentence = sentence_of(error, f"Analysing the {role.value.lower()} scan")
        self._findings[role].fail(sentence)
        self._notices.say(sentence, True, role.value)
        self._start_waiting()

    def _cancelled(self, role: Role) -> None:
        self._running = None
        if self._findings[role].value.stage is Stage.RUNNING:
            self._findings[role].cancelled()
        self._start_waiting()

    def _start_waiting(self) -> None:
        if self._waiting:
            self.start(self._waiting.pop(0))
