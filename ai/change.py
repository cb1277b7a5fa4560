"""What became different between two scans, and how one scan's places map into the other's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from ai.advice import Advice
from ai.diffuse import DiffuseChange
from ai.findings import Finding, Lesion
from ai.geometry import Matrix, PointMm
from ai.series import Notice
from ai.vocabulary import Abnormality
from ai.volume import VoxelGrid

PointMap = Callable[[Matrix], Matrix]
"""(n, 3) LPS millimetres → (n, 3) LPS millimetres."""


@dataclass(frozen=True, eq=False)
class Registration:
    """How the prior's places map to the current scan's.

    Args:
        prior_to_current: rigid 4×4, LPS millimetres → LPS millimetres.
        quality: normalised cross-correlation of the two scans after alignment, 0…1; 1 is perfect.
        warp_to_current, warp_to_prior: the deformable map where one was found; None while only the rigid is known.
        folds: share of the deformable map's voxels with a negative Jacobian; 0 for rigid.
        seconds: how long it took.
    """

    prior_to_current: Matrix
    quality: float
    warp_to_current: PointMap | None = None
    warp_to_prior: PointMap | None = None
    folds: float = 0.0
    seconds: float = 0.0

    @property
    def deformable(self) -> bool:
        """True where more than a rigid motion was found."""
        return self.warp_to_current is not None

    def to_current(self, points_mm: Matrix) -> Matrix:
        """Map (n, 3) LPS millimetres of the prior to the current scan."""
        if self.warp_to_current is not None:
            return self.warp_to_current(points_mm)
        return moved(self.prior_to_current, points_mm)

    def to_prior(self, points_mm: Matrix) -> Matrix:
        """Map (n, 3) LPS millimetres of the current scan to the prior."""
        if self.warp_to_prior is not None:
            return self.warp_to_prior(points_mm)
        return moved(np.asarray(np.linalg.inv(self.prior_to_current), dtype=np.float64), points_mm)

    def point_in_current(self, prior: PointMm) -> PointMm:
        """Map one point of the prior."""
        return PointMm.of(self.to_current(prior.array()[None])[0])

    def point_in_prior(self, current: PointMm) -> PointMm:
        """Map one point of the current scan."""
        return PointMm.of(self.to_prior(current.array()[None])[0])


def moved(rigid: Matrix, points_mm: Matrix) -> Matrix:
    """Apply a 4×4 to (n, 3) points."""
    there: Matrix = np.array(points_mm, dtype=np.float64) @ rigid[:3, :3].T + rigid[:3, 3]
    return there


class ChangeKind(StrEnum):
    """What became of a lesion or a finding; only lesions merge and split."""

    NEW = "new"
    GROWN = "grown"
    STABLE = "stable"
    SHRUNK = "shrunk"
    GONE = "gone"
    MERGED = "merged"
    SPLIT = "split"


@dataclass(frozen=True, eq=False)
class LesionChange:
    """One lesion in two scans; several of the prior where they merged, several of the current where it split.

    Args:
        abnormality: by the label of now, or of then where it is gone.
        kind: what became of it.
        priors: largest first; none where it is new.
        currents: largest first; none where it is gone.
        volume_change: (V2 − V1) / V1 of the sums; None where it cannot be told.
        doubling_days: Δt · ln 2 / ln(V2/V1); None where it cannot be told.
        mass_change: the same as ``volume_change`` of the masses.
        mass_doubling_days: the same as ``doubling_days`` of the masses.
        advice: what guidelines say of it.
        obscured: seen in one scan alone, but the other is about as dense at its place: it may lie there hidden.
    """

    abnormality: Abnormality
    kind: ChangeKind
    priors: tuple[Lesion, ...]
    currents: tuple[Lesion, ...]
    volume_change: float | None = None
    doubling_days: float | None = None
    mass_change: float | None = None
    mass_doubling_days: float | None = None
    advice: tuple[Advice, ...] = ()
    obscured: bool = False

    def __post_init__(self) -> None:
        if not self.priors and not self.currents:
            raise ValueError("a change without lesions")
        for side in ("priors", "currents"):
            object.__setattr__(self, side, tuple(sorted(getattr(self, side), key=lambda lesion: -lesion.volume_mm3)))

    @property
    def prior(self) -> Lesion | None:
        """The largest of then: where to look, and what to call it."""
        return self.priors[0] if self.priors else None

    @property
    def current(self) -> Lesion | None:
        """The largest of now."""
        return self.currents[0] if self.currents else None

    @property
    def lesions(self) -> tuple[Lesion, ...]:
        """All of then, then all of now."""
        return self.priors + self.currents

    @property
    def prior_mm3(self) -> float:
        """The summed volume of then; 0 where it is new."""
        return sum(lesion.volume_mm3 for lesion in self.priors)

    @property
    def current_mm3(self) -> float:
        """The summed volume of now; 0 where it is gone."""
        return sum(lesion.volume_mm3 for lesion in self.currents)

    @property
    def diameter_change_mm(self) -> float | None:
        """Mean diameter now minus then; None but for one lesion in both scans."""
        if len(self.priors) != 1 or len(self.currents) != 1:
            return None
        return self.currents[0].diameter_mm - self.priors[0].diameter_mm

    @property
    def second_look(self) -> bool:
        """True where a partner was found only because it was looked for."""
        return any(lesion.second_look for lesion in self.lesions)


@dataclass(frozen=True, eq=False)
class FindingChange:
    """One abnormality of two scans: in both, only then, only now."""

    abnormality: Abnormality
    prior: Finding | None
    current: Finding | None
    kind: ChangeKind


@dataclass(frozen=True, eq=False)
class Comparison:
    """All that one comparison found.

    ``notices`` say what could not be compared and what to be careful about; ``advice`` is what guidelines say of all
    lesions together; ``diffuse`` is what changed without being a lesion, None where that was not asked.
    """

    registration: Registration
    lesions: tuple[LesionChange, ...]
    findings: tuple[FindingChange, ...]
    days_between: int | None
    notices: tuple[Notice, ...] = ()
    advice: tuple[Advice, ...] = ()
    diffuse: DiffuseChange | None = None


@dataclass(frozen=True, eq=False)
class ChangeMap:
    """A signed difference, current minus prior, where the current scan lies.

    Args:
        values: float32 [slice, row, column]: HU for density, logit points for heat; 0 where nothing is known.
        grid: where they lie, LPS mm.
    """

    values: NDArray[np.float32]
    grid: VoxelGrid
