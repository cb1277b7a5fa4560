"""What there is to see of the change between two scans: its maps, and the prior in the current scan's frame."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject

from ai.change import ChangeMap
from ai.volume import Layered
from viewer.state.observed import Observed


@dataclass(frozen=True, eq=False)
class HeatChange:
    """How an abnormality's heat changed."""

    abnormality: str
    map: ChangeMap


@dataclass(frozen=True, eq=False)
class ChangeOnScreen:
    """None for what is not there yet.

    Args:
        density: current minus prior, HU.
        warped_prior: the prior on the current scan's grid.
        heat: the change of the heat of the abnormality that is looked at.
        sentence: why there is no map or no warped prior; empty while nothing went wrong.
    """

    density: ChangeMap | None = None
    warped_prior: Layered | None = None
    heat: HeatChange | None = None
    sentence: str = ""


class ChangeModel(Observed[ChangeOnScreen]):
    """The change between the two open scans."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(ChangeOnScreen(), parent)

    def clear(self) -> None:
        """Forget everything, voxels included; one of the scans was replaced, or their registration."""
        value = self.value
        if value.density or value.warped_prior or value.heat or value.sentence:
            self._become(ChangeOnScreen())

    def show_density(self, density: ChangeMap) -> None:
        """The map of change is there."""
        self._become(replace(self.value, density=density, sentence=""))

    def show_warped_prior(self, warped: Layered) -> None:
        """The prior lies in the current scan's frame."""
        self._become(replace(self.value, warped_prior=warped, sentence=""))

    def show_heat(self, heat: HeatChange | None) -> None:
        """The change of an abnormality's heat is there; None: of no abnormality."""
        if heat is not self.value.heat:
            self._become(replace(self.value, heat=heat))

    def fail(self, sentence: str) -> None:
        """What is not there yet will not come; the sentence says why."""
        self._become(replace(self.value, sentence=sentence))
