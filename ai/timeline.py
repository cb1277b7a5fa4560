"""A patient's lesions over any number of studies: each has a line, with a point for every study."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from ai.change import LesionChange, Registration
from ai.findings import Analysis, Lesion, Setting
from ai.geometry import PointMm
from ai.series import Notice, Series
from ai.vocabulary import Abnormality
from ai.volume import VoxelGrid


class Sight(StrEnum):
    """Whether a study shows a lesion."""

    SEEN = "seen"
    NOT_SEEN = "not seen"
    NOT_COVERED = "not covered"


@dataclass(frozen=True)
class TimelineStudy:
    """Which series a point of a line was measured in."""

    uid: str
    taken_on: date | None
    title: str
    kernel: str = ""
    thickness_mm: float | None = None

    @classmethod
    def of(cls, series: Series) -> TimelineStudy:
        """Take from the headers what tells a study from others."""
        return cls(series.uid, series.study.taken_on, series.title, series.kernel, series.thickness_mm)


@dataclass(frozen=True, eq=False)
class LinePoint:
    """A lesion in one study.

    Args:
        sight: whether it is there to be seen.
        place: in that study's own coordinates: the largest part's centre, or where it would lie.
        lesions: largest first; several where it was, or became, more than one.
        settings: at which settings the model calls its finding present in this study.
    """

    sight: Sight
    place: PointMm
    lesions: tuple[Lesion, ...] = ()
    settings: frozenset[Setting] = frozenset()

    @property
    def volume_mm3(self) -> float:
        """Of all parts; 0 where it is not seen."""
        return sum(lesion.volume_mm3 for lesion in self.lesions)

    @property
    def diameter_mm(self) -> float:
        """Mean diameter of the largest part; 0 where it is not seen."""
        return self.lesions[0].diameter_mm if self.lesions else 0.0

    @property
    def longest_mm(self) -> float:
        """Sum of the parts' long axes, as RECIST 1.1 counts a lesion that split; 0 where it is not seen."""
        return sum(lesion.diameters_mm[0] for lesion in self.lesions)


@dataclass(frozen=True, eq=False)
class LesionLine:
    """One lesion through all studies.

    Args:
        abnormality: by its latest label.
        location: of its latest sight, by the vocabulary.
        place: in the current scan's coordinates.
        points: one for each study, oldest first.
        doublings: for each point, days in which the volume doubled since the point before it that was seen; None where
            that cannot be told, and for volumes that did not grow.
        doubling_days: over all points, by least squares on the logarithm of the volume.
    """

    abnormality: Abnormality
    location: str
    place: PointMm
    points: tuple[LinePoint, ...]
    doublings: tuple[float | None, ...]
    doubling_days: float | None = None

    @property
    def seen(self) -> tuple[LinePoint, ...]:
        """The points with a lesion, oldest first; never none."""
        return tuple(point for point in self.points if point.lesions)

    @property
    def baseline(self) -> LinePoint:
        """Where it was seen first."""
        return self.seen[0]

    @property
    def nadir(self) -> LinePoint:
        """Where its long axis was shortest among the points seen; the first of equals."""
        return min(self.seen, key=lambda point: point.longest_mm)

    def told(self, setting: Setting) -> bool:
        """Return whether a setting calls it present in any study."""
        return any(setting in point.settings for point in self.points)

    def holds(self, lesion: Lesion) -> bool:
        """Return whether a lesion, of whichever study, is part of this line: its centre is one of the line's."""
        return any(part.centre == lesion.centre for point in self.points for part in point.lesions)


@dataclass(frozen=True, eq=False)
class OlderStudy:
    """What is kept of an older scan after it was laid onto the current one: no voxels and no heat.

    Args:
        study: which one.
        grid: of its voxels.
        registration: between it and the current scan; coarse, a few megabytes.
        changes: of its lesions to the current scan's, called by the most sensitive setting.
        settings: abnormality → at which settings the model calls it present.
        notices: what makes its comparison doubtful.
    """

    study: TimelineStudy
    grid: VoxelGrid
    registration: Registration
    changes: tuple[LesionChange, ...]
    settings: Mapping[str, frozenset[Setting]]
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, eq=False)
class Timeline:
    """All studies of a patient, oldest first, and the line of every lesion.

    ``current`` is the place of the study that the others were laid onto. Lines seen in it come first.
    """

    studies: tuple[TimelineStudy, ...]
    current: int
    lines: tuple[LesionLine, ...]
    notices: tuple[Notice, ...] = ()

    def told(self, setting: Setting) -> Timeline:
        """Return it with the lines alone that a setting calls present in any study."""
        return replace(self, lines=tuple(line for line in self.lines if line.told(setting)))

    def line_of(self, lesion: Lesion) -> LesionLine | None:
        """Return the line that a lesion of one of the studies is part of."""
        return next((line for line in self.lines if line.holds(lesion)), None)


def settings_of(analysis: Analysis) -> dict[str, frozenset[Setting]]:
    """Return at which settings each abnormality is called present."""
    found: dict[str, frozenset[Setting]] = {}
    for finding in analysis.findings:
        found[finding.abnormality.name] = frozenset(s for s in Setting if finding.at(s).present)
    return found
