"""What tells one change from another, though the scans are compared anew."""

from __future__ import annotations

from dataclasses import dataclass

from ai.change import FindingChange, LesionChange
from ai.geometry import PointMm


@dataclass(frozen=True)
class ChangeKey:
    """Whose change it is, and where it lies in either scan; without places it is that of a whole finding."""

    abnormality: str
    prior: PointMm | None = None
    current: PointMm | None = None

    @property
    def of_finding(self) -> bool:
        """True for the change of a whole finding."""
        return self.prior is None and self.current is None


def key_of(change: LesionChange | FindingChange) -> ChangeKey:
    """Return the key of a change."""
    name = change.abnormality.name
    if isinstance(change, FindingChange):
        return ChangeKey(name)
    prior = None if change.prior is None else change.prior.centre
    return ChangeKey(name, prior, None if change.current is None else change.current.centre)
