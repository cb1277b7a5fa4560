"""A whole scan is analysed by itself, in the background, one scan after the other, the current one first."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject

from ai.findings import Analysis
from ai.progress import Progress
from ai.series import Scan
from viewer.state.findings_model import FindingsModel, Stage
from viewer.state.notices_model import NoticesModel
from viewer.state.report_model import ReportModel
from viewer.state.role import Role
from viewer.state.scan_model import ScanModel, ScanOnScreen
from viewer.state.verdict import Verdict
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
        report: ReportModel,
        analyse: engines.Analyse = engines.analyse,
        restore: engines.Restore = engines.restore,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.lane = Lane("Analysing", parent=self)
        self._scans = scans
        self._findings = findings
        self._notices = notices
        self._report = report
        self._analyse = analyse
        self._restore = restore
        self._running: Role | None = None
        self._afresh = False
        self._waiting: list[tuple[Role, bool]] = []
        for role, scan in scans.items():
            scan.changed.connect(lambda before, after, role=role: self._scan_changed(role, before, after))

    def start(self, role: Role, afresh: bool = True) -> None:
        """Analyse the scan of a role (again); a prior waits while the current scan is being analysed, and makes way.

        Unless ``afresh``, what an earlier reading left beside the scan is taken, where there is one.
        """
        shown = self._scans[role].value
        if shown is None or shown.scan is None:
            return
        if role is Role.PRIOR and (self._running is Role.CURRENT or self._current_arrives()):
            self._wait(role, afresh)
            return
        if self._running not in (None, role):
            self._wait(self._running, self._afresh)
        self._run(role, shown.scan, afresh)

    def _wait(self, role: Role, afresh: bool) -> None:
        self._waiting = [(role, afresh)]
        self._findings[role].wait()

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
            self.start(role, afresh=False)
        elif role is Role.CURRENT and self._running is None and not self._current_arrives():
            self._start_waiting()

    def _current_arrives(self) -> bool:
        """Return whether slices of the current scan are still to come: it is read first, whoever is whole first."""
        shown = self._scans[Role.CURRENT].value
        return shown is not None and not shown.whole and not shown.cut_short

    def _leave(self, role: Role) -> None:
        self._waiting = [waiting for waiting in self._waiting if waiting[0] is not role]
        if self._running is role:
            self.lane.cancel()

    def _run(self, role: Role, scan: Scan, afresh: bool) -> None:
        self._running, self._afresh = role, afresh
        self._findings[role].run()
        self.lane.title = f"Analysing the {role.value.lower()} scan"
        self.lane.run(
            lambda progress: self._read(scan, afresh, progress),
            lambda read: self._done(role, *read),
            lambda error: self._failed(role, error),
            lambda: self._cancelled(role),
        )

    def _read(self, scan: Scan, afresh: bool, progress: Progress) -> tuple[Analysis, engines.Earlier | None]:
        """Take what an earlier reading left, or ask the model. In the job's thread."""
        earlier = None if afresh else self._restore(scan, progress)
        kept = None if earlier is None else earlier.analysis
        return (self._analyse(scan.volume, progress) if kept is None else kept), earlier

    def _done(self, role: Role, analysis: Analysis, earlier: engines.Earlier | None) -> None:
        self._running = None
        kept = earlier is not None and earlier.analysis is not None
        verdicts = {name: Verdict(said) for name, said in earlier.verdicts.items()} if earlier and kept else {}
        self._findings[role].show(analysis, verdicts, earlier.changes if earlier and kept else ())
        if earlier is not None and kept and role is Role.CURRENT and earlier.written is not None:
            self._report.take_up(earlier.written)
        for notice in (*analysis.notices, *(() if earlier is None else earlier.notices)):
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
            self.start(*self._waiting.pop(0))
