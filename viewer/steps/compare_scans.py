"""Two scans: laid onto each other rigidly, then as they breathed, then, when both are analysed, what changed."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject

from ai.change import Comparison, Registration
from ai.series import Scan
from viewer.state.comparison_model import ComparisonModel
from viewer.state.earlier_verdicts import verdicts_again
from viewer.state.findings_model import FindingsModel
from viewer.state.notices_model import NoticesModel
from viewer.state.role import Role
from viewer.state.scan_model import ScanModel
from viewer.steps import engines
from viewer.steps.sentence import sentence_of
from viewer.work import Lane

ABOUT = "comparison"
WITHHELD = "The findings of one scan are withheld, so there is nothing to compare."


class CompareScans(QObject):
    """Listens to both scans and both findings; registers and compares by itself."""

    def __init__(
        self,
        scans: Mapping[Role, ScanModel],
        findings: Mapping[Role, FindingsModel],
        comparison: ComparisonModel,
        notices: NoticesModel,
        register: engines.Register = engines.register,
        deform: engines.Deform = engines.deform,
        compare: engines.Compare = engines.compare,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.lane = Lane("Comparing", parent=self)
        self._scans = scans
        self._findings = findings
        self._comparison = comparison
        self._notices = notices
        self._register = register
        self._deform = deform
        self._compare = compare
        self._pair: tuple[Scan, Scan] | None = None
        for scan in scans.values():
            scan.changed.connect(lambda before, after: self._scans_changed())
        for found in findings.values():
            found.changed.connect(lambda before, after: self._findings_changed(before.analysis, after.analysis))

    def cancel(self) -> None:
        """Stop registering or comparing; the panes stay linked by what is known."""
        self.lane.cancel()

    def close(self) -> None:
        """End the thread."""
        self.lane.close()

    def _scan(self, role: Role) -> Scan | None:
        shown = self._scans[role].value
        return None if shown is None else shown.scan

    def _scans_changed(self) -> None:
        prior, current = self._scan(Role.PRIOR), self._scan(Role.CURRENT)
        pair = None if prior is None or current is None else (prior, current)
        if pair == self._pair:
            return
        self._pair = pair
        self.lane.cancel()
        self._comparison.clear()
        self._notices.forget(ABOUT)
        if pair is not None:
            self._begin(*pair)

    def _begin(self, prior: Scan, current: Scan) -> None:
        for sentence in doubts(prior, current):
            self._notices.say(sentence, True, ABOUT)
        self.lane.title = "Registering prior and current"
        self.lane.run(
            lambda progress: self._register(prior.volume, current.volume, progress),
            lambda rigid: self._registered(prior, current, rigid),
            lambda error: self._failed(error, "Registering the two scans"),
        )

    def _registered(self, prior: Scan, current: Scan, rigid: Registration) -> None:
        """The rigid motion links the panes at once; the deformable map takes its place when it is found."""
        pair = self._pair
        self._comparison.register(rigid)
        self.lane.title = "Following breath and posture"
        self.lane.run(
            lambda progress: self._deform(prior.volume, current.volume, rigid, progress),
            self._followed,
            lambda error: self._left_rigid(rigid, error),
            lambda: self._stopped_at(rigid, pair),
        )

    def _followed(self, registration: Registration) -> None:
        self._comparison.settle(registration)
        self._compare_if_ready()

    def _stopped_at(self, rigid: Registration, pair: tuple[Scan, Scan] | None) -> None:
        """The reader stopped it; not so if another pair has taken its place."""
        if pair is self._pair:
            self._followed(rigid)

    def _left_rigid(self, rigid: Registration, error: Exception) -> None:
        sentence = sentence_of(error, "Following breath and posture")
        self._notices.say(f"{sentence} The scans stay linked by the rigid registration.", True, ABOUT)
        self._followed(rigid)

    def _findings_changed(self, before: object, after: object) -> None:
        if before is not after:
            self._compare_if_ready()

    def _compare_if_ready(self) -> None:
        registration = self._comparison.value.registration
        then, now = self._findings[Role.PRIOR].value.analysis, self._findings[Role.CURRENT].value.analysis
        if (
            self._pair is None
            or not self._comparison.value.settled
            or registration is None
            or then is None
            or now is None
            or not self._of_one_setting()
        ):
            return
        if then.withheld or now.withheld:
            self._comparison.fail(WITHHELD)
            return
        prior, current = self._pair
        self.lane.title = "Comparing prior and current"
        self.lane.run(
            lambda progress: self._compare(prior, then, current, now, registration, progress),
            self._compared,
            lambda error: self._failed(error, "Comparing the two scans"),
        )

    def _of_one_setting(self) -> bool:
        """A new setting reaches one scan after the other; between the two there is nothing to compare."""
        return len({found.value.setting for found in self._findings.values()}) == 1

    def _compared(self, comparison: Comparison) -> None:
        earlier = self._findings[Role.CURRENT].value.earlier
        uid = "" if self._pair is None else self._pair[0].series.uid
        self._comparison.show(comparison, verdicts_again(earlier, comparison, uid))

    def _failed(self, error: Exception, attempt: str) -> None:
        sentence = sentence_of(error, attempt)
        self._comparison.fail(sentence)
        self._notices.say(sentence, True, ABOUT)


def doubts(prior: Scan, current: Scan) -> tuple[str, ...]:
    """Return what makes it doubtful that the two belong together in this order."""
    then, now = prior.series.study, current.series.study
    said = []
    if then.patient.identifier and now.patient.identifier and then.patient.identifier != now.patient.identifier:
        said.append("Prior and current carry different patient identifiers; make sure that they are the same person.")
    if then.taken_on and now.taken_on and then.taken_on > now.taken_on:
        said.append(f"The prior was taken after the current scan ({then.taken_on} and {now.taken_on}); swap them.")
    return tuple(said)
