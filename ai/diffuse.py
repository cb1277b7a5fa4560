"""Change that has no single lesion: how far an abnormality spreads in each lobe, how dense lungs are, the breath."""

from __future__ import annotations

from dataclasses import dataclass

from ai.organs import LUNGS
from ai.series import Notice
from ai.vocabulary import Abnormality

COMPARABLE_BREATH = 0.15
"""Lungs whose volumes differ by more are not corrected for breath: they do not empty evenly, and a sponge is no longer
a fair likeness of them. Chosen here, not measured."""


EXTENT = "extent"
"""Stands among doubtful measures for how far abnormalities spread."""


@dataclass(frozen=True)
class Breath:
    """How much lung both scans show, millilitres: the same tissue in both, so a difference is breath or collapse."""

    then_ml: float
    now_ml: float

    @property
    def change(self) -> float:
        """(now − then) / then; positive where the current breath is the deeper one."""
        return (self.now_ml - self.then_ml) / self.then_ml

    @property
    def comparable(self) -> bool:
        """True where the volumes are near enough for a correction."""
        return abs(self.change) <= COMPARABLE_BREATH


@dataclass(frozen=True)
class RegionChange:
    """One abnormality in one region, then and now; the region is the current scan's, carried into the prior.

    Args:
        abnormality: what.
        region: a lobe, or ``lungs`` for all of them.
        heat_then, heat_now: the logit points that the region contributed; None where the model's heat does not add up.
        share_then, share_now: of the region, 0…1, where there is evidence.
        ml_then, ml_now: the same in millilitres of each scan.
    """

    abnormality: Abnormality
    region: str
    heat_then: float | None
    heat_now: float | None
    share_then: float
    share_now: float
    ml_then: float
    ml_now: float

    @property
    def share_change(self) -> float:
        """Share now minus then."""
        return self.share_now - self.share_then

    @property
    def heat_change(self) -> float | None:
        """Logit points now minus then."""
        return None if self.heat_then is None or self.heat_now is None else self.heat_now - self.heat_then


@dataclass(frozen=True)
class Then:
    """A measure of the prior, and what it would have been in the current breath; None where that cannot be told."""

    measured: float
    in_this_breath: float | None = None


@dataclass(frozen=True)
class PartChange:
    """A measure of one organ's part (name in ``ai.organs``, or ``right_lung``, ``left_lung``), then and now."""

    organ: str
    then: Then
    now: float


@dataclass(frozen=True)
class QuantityChange:
    """One measure of both scans.

    Args:
        name, title, unit, source, decimals: as of ``ai.findings.Quantity``.
        then: None where the prior does not allow it.
        now: None where the current scan does not allow it.
        caveat: what the reader must know of the change: why a side is missing, what makes the two differ by itself.
        parts: of each lobe or side that both scans show.
        depends_on_breath: a deeper breath alone changes it.
    """

    name: str
    title: str
    unit: str
    source: str
    decimals: int
    then: Then | None
    now: float | None
    caveat: str = ""
    parts: tuple[PartChange, ...] = ()
    depends_on_breath: bool = False

    @property
    def change(self) -> float | None:
        """Now minus then, in the current breath where that is told; None where a side is missing.

        Of what depends on breath there is no change to tell where the breath could not be taken out.
        """
        return None if self.then is None or self.now is None else self._change(self.then, self.now)

    def part_change(self, part: PartChange) -> float | None:
        """Return the same of a part."""
        return self._change(part.then, part.now)

    def shown(self, value: float) -> str:
        """Return a value as it is written: rounded, with its unit."""
        return f"{value:.{self.decimals}f} {self.unit}".rstrip()

    def _change(self, then: Then, now: float) -> float | None:
        if then.in_this_breath is not None:
            return now - then.in_this_breath
        return None if self.depends_on_breath else now - then.measured


@dataclass(frozen=True)
class DiffuseChange:
    """All that changed without being a lesion.

    Args:
        regions: by abnormality, the lungs as a whole before their lobes.
        quantities: in the order of the measures.
        breath: None where the lungs of both scans were not laid onto each other.
        notices: what was corrected, what was not, what makes the two differ by itself.
        doubtful: names of the measures, and ``EXTENT``, that differ by how the scans were made: their two values tell
            nothing of the patient.
    """

    regions: tuple[RegionChange, ...] = ()
    quantities: tuple[QuantityChange, ...] = ()
    breath: Breath | None = None
    notices: tuple[Notice, ...] = ()
    doubtful: frozenset[str] = frozenset()

    def quantity(self, name: str) -> QuantityChange | None:
        """Return the change of a measure; None where it was not compared."""
        return next((one for one in self.quantities if one.name == name), None)

    def of_lungs(self) -> tuple[RegionChange, ...]:
        """Return one change for each abnormality: that of both lungs."""
        return tuple(change for change in self.regions if change.region == LUNGS)

    def of_lobes(self, abnormality: Abnormality) -> tuple[RegionChange, ...]:
        """Return an abnormality's changes lobe by lobe."""
        return tuple(c for c in self.regions if c.abnormality == abnormality and c.region != LUNGS)
