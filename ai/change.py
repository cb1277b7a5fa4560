"""What became different between two scans, and how one scan's places map into the other's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

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
    """What became of a lesion or a finding."""

    NEW = "new"
    GROWN = "grown"
    STABLE = "stable"
    SHRUNK = "shrunk"
    GONE = "gone"


@dataclass(frozen=True, eq=False)
class LesionChange:
    """One lesion in two scans; ``prior`` is None where it is new, ``current`` where it is gone.

    ``volume_change`` is (V2 − V1) / V1; ``doubling_days`` is Δt · ln 2 / ln(V2/V1), None where it cannot be told.
    """

    abnormality: Abnormality
    kind: ChangeKind
    prior: Lesion | None
    current: Lesion | None
    volume_change: float | None = None
    doubling_days: float | None = None


@dataclass(frozen=True, eq=False)
class FindingChange:
    """One abnormality of two scans: in both, only then, only now."""

    abnormality: Abnormality
    prior: Finding | None
    current: Finding | None
    kind: ChangeKind


@dataclass(frozen=True, eq=False)
class Comparison:
    """All that one comparison found; ``notices`` say what could not be compared and what to be careful about.

    ``diffuse`` is what changed without being a lesion; None where that was not asked.
    """

    registration: Registration
    lesions: tuple[LesionChange, ...]
    findings: tuple[FindingChange, ...]
    days_between: int | None
    notices: tuple[Notice, ...] = ()
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
