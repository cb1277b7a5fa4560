"""When the reader tells something of the patient: guidelines are asked again about the changes on screen."""

from __future__ import annotations

from PySide6.QtCore import QObject

from ai.advice import NOTHING_TOLD, Told
from ai.change import Comparison
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.steps import engines
from viewer.steps.sentence import sentence_of
from viewer.work import Lane

ABOUT = "advice"
ATTEMPT = "Asking the guidelines"


class AdviseAnew(QObject):
    """Listens to what is told and to the comparison, which is made as if nothing were told."""

    def __init__(
        self, reading: Reading, advise: engines.AdviseAnew = engines.advise_anew, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.lane = Lane(ATTEMPT, parent=self)
        self._reading = reading
        self._advise = advise
        self._advised: tuple[Comparison | None, Told] = (None, NOTHING_TOLD)
        reading.patient.changed.connect(lambda before, after: self._look())
        reading.comparison.changed.connect(lambda before, after: self._look())

    def close(self) -> None:
        """End the thread."""
        self.lane.close()

    def _look(self) -> None:
        shown, told = self._reading.comparison.value.comparison, self._reading.patient.value
        if shown is not self._advised[0]:
            self._advised = (shown, NOTHING_TOLD)
        prior, current = (self._reading.scans[role].value for role in (Role.PRIOR, Role.CURRENT))
        then, now = None if prior is None else prior.scan, None if current is None else current.scan
        if shown is None or then is None or now is None or told == self._advised[1]:
            self.lane.cancel()
            return
        self._advised = (shown, told)
        self.lane.run(
            lambda progress: self._advise(shown, then, now, told),
            lambda found: self._found(found, told),
            lambda error: self._reading.notices.say(sentence_of(error, ATTEMPT), True, ABOUT),
        )

    def _found(self, comparison: Comparison, told: Told) -> None:
        self._advised = (comparison, told)
        self._reading.comparison.show(comparison)
