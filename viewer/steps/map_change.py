"""Once the registration is settled: where density changed, and the prior in the current scan's frame."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject

from ai.change import ChangeMap, Registration
from ai.series import Scan
from viewer.state.change_model import ChangeModel
from viewer.state.comparison_model import ComparisonModel, ComparisonOnScreen
from viewer.state.role import Role
from viewer.state.scan_model import ScanModel
from viewer.steps import engines
from viewer.steps.sentence import sentence_of
from viewer.work import Lane

STOPPED = "Stopped; asking for it again begins anew."
MAP, WARP = "Mapping the change", "Warping the prior"


class MapChange(QObject):
    """Listens to the comparison. In a lane of its own, so that the list of changes does not wait for it."""

    def __init__(
        self,
        scans: Mapping[Role, ScanModel],
        comparison: ComparisonModel,
        change: ChangeModel,
        map_change: engines.MapChange = engines.map_change,
        warp_prior: engines.WarpPrior = engines.warp_prior,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.lane = Lane(MAP, parent=self)
        self._scans = scans
        self._comparison = comparison
        self._change = change
        self._map_change = map_change
        self._warp_prior = warp_prior
        comparison.changed.connect(self._comparison_changed)

    def start_again(self) -> None:
        """Make what is missing, where it was stopped or failed."""
        if self._change.value.sentence and not self.lane.busy:
            self._start()

    def close(self) -> None:
        """End the thread."""
        self.lane.close()

    def _comparison_changed(self, before: ComparisonOnScreen, after: ComparisonOnScreen) -> None:
        if (before.registration, before.settled) == (after.registration, after.settled):
            return
        self.lane.cancel()
        self._change.clear()
        if after.settled:
            self._start()

    def _start(self) -> None:
        prior, current = self._scan(Role.PRIOR), self._scan(Role.CURRENT)
        registration = self._comparison.value.registration
        if prior is None or current is None or registration is None:
            return
        if self._change.value.density is not None:
            self._warp(prior, current, registration)
            return
        self.lane.title = MAP
        self.lane.run(
            lambda progress: self._map_change(prior.volume, current.volume, registration, progress),
            lambda density: self._mapped(prior, current, registration, density),
            lambda error: self._change.fail(sentence_of(error, MAP)),
            self._stopped,
        )

    def _mapped(self, prior: Scan, current: Scan, registration: Registration, density: ChangeMap) -> None:
        self._change.show_density(density)
        self._warp(prior, current, registration)

    def _warp(self, prior: Scan, current: Scan, registration: Registration) -> None:
        self.lane.title = WARP
        self.lane.run(
            lambda progress: self._warp_prior(prior.volume, current.volume.grid, registration, progress),
            self._change.show_warped_prior,
            lambda error: self._change.fail(sentence_of(error, WARP)),
            self._stopped,
        )

    def _stopped(self) -> None:
        """The reader stopped it; not so if the pair has changed."""
        if self._comparison.value.settled:
            self._change.fail(STOPPED)

    def _scan(self, role: Role) -> Scan | None:
        shown = self._scans[role].value
        return None if shown is None else shown.scan
