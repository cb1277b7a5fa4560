"""While it is looked at: how the heat of the finding that is looked at changed."""

from __future__ import annotations

from PySide6.QtCore import QObject

from ai.change import ChangeMap, Registration
from ai.findings import Finding
from viewer.mpr.pane_state import OverlayKind
from viewer.state.change_model import HeatChange
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.steps import engines
from viewer.steps.sentence import sentence_of
from viewer.work import Lane

Asked = tuple[str, Finding, Finding, Registration]
ATTEMPT = "Mapping the change of heat"


class MapHeatChange(QObject):
    """Listens to what is looked at. Keeps one map, that of the finding looked at."""

    def __init__(
        self,
        reading: Reading,
        map_change: engines.MapHeatChange = engines.map_heat_change,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.lane = Lane(ATTEMPT, parent=self)
        self._reading = reading
        self._map_change = map_change
        self._asked: Asked | None = None
        reading.panes[Role.CURRENT].changed.connect(lambda before, after: self._look())
        reading.comparison.changed.connect(lambda before, after: self._look())
        for found in reading.findings.values():
            found.changed.connect(lambda before, after: self._look())

    def close(self) -> None:
        """End the thread."""
        self.lane.close()

    def _look(self) -> None:
        asked = self._wanted()
        if asked == self._asked:
            return
        self._asked = asked
        self.lane.cancel()
        self._reading.change.show_heat(None)
        if asked is None:
            return
        name, then, now, registration = asked
        self.lane.run(
            lambda progress: self._map_change(then.heatmap, now.heatmap, registration),
            lambda change: self._mapped(name, change),
            lambda error: self._reading.change.fail(sentence_of(error, ATTEMPT)),
        )

    def _mapped(self, name: str, change: ChangeMap) -> None:
        self._reading.change.show_heat(HeatChange(name, change))

    def _wanted(self) -> Asked | None:
        overlay = self._reading.panes[Role.CURRENT].value.overlay
        compared = self._reading.comparison.value
        if overlay.change_shown is not OverlayKind.HEAT_CHANGE or overlay.followed is None:
            return None
        then, now = (
            self._reading.findings[role].value.finding(overlay.followed) for role in (Role.PRIOR, Role.CURRENT)
        )
        if not compared.settled or compared.registration is None or then is None or now is None:
            return None
        return overlay.followed, then, now, compared.registration
