"""Which lesion is which, across studies: an identifier that a lesion keeps for life."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ai.change import Comparison
from ai.findings import Analysis, Lesion
from ai.geometry import PointMm
from ai.report.uids import Uids
from ai.series import Scan

_SAME_MM = 3.0
"""Instances of one abnormality whose middles lie nearer, or within half the smaller one's width, are one instance."""


@dataclass(frozen=True)
class Track:
    """What a lesion is called in every study: an identifier for people, and one for programs."""

    identifier: str
    uid: str


@dataclass(frozen=True)
class KnownTrack:
    """A lesion that an earlier report of the same scan named."""

    abnormality: str
    centre: PointMm
    width_mm: float
    track: Track


@dataclass(frozen=True, eq=False)
class Tracks:
    """The tracks of an export, by lesion."""

    by_lesion: Mapping[int, Track] = field(default_factory=dict)

    def of(self, lesion: Lesion) -> Track:
        """Return a lesion's track."""
        return self.by_lesion[id(lesion)]


def tracks_of(
    analysis: Analysis,
    scan: Scan,
    uids: Uids,
    known: Iterable[KnownTrack] = (),
    comparison: Comparison | None = None,
    prior: Scan | None = None,
    known_before: Iterable[KnownTrack] = (),
) -> Tracks:
    """Name every lesion of an analysis, and those of the prior that are gone.

    A lesion keeps the track that an earlier report of its own scan gave it; else the one its prior had (from the
    prior's report, or as it follows from the prior's place); else one that follows from where it lies in this scan. So
    the same lesion has the same track in every export, whichever of them is made first.

    Args:
        analysis: whose lesions are named.
        scan: where they lie.
        uids: how identifiers are written.
        known: what earlier reports of this scan named.
        comparison: which lesion was which in the prior.
        prior: the prior.
        known_before: what earlier reports of the prior named.
    """
    naming = _Naming(uids)
    before = _priors(comparison)
    old = () if comparison is None else comparison.lesions
    for lesion in (lesion for change in old for lesion in change.priors):
        naming.name(lesion, prior, known_before)
    for lesion in (lesion for finding in analysis.findings for lesion in finding.lesions):
        naming.name(lesion, scan, known, before.get(id(lesion)))
    return Tracks(naming.named)


def _priors(comparison: Comparison | None) -> dict[int, Lesion]:
    """Return each current lesion's prior, largest with largest: of those that merged or split, one keeps the track."""
    changes = () if comparison is None else comparison.lesions
    return {id(now): then for change in changes for then, now in zip(change.priors, change.currents, strict=False)}


class _Naming:
    """Gives each lesion a track, and none twice."""

    def __init__(self, uids: Uids) -> None:
        self.named: dict[int, Track] = {}
        self._uids = uids
        self._taken: set[str] = set()

    def name(
        self, lesion: Lesion, scan: Scan | None, known: Iterable[KnownTrack], earlier: Lesion | None = None
    ) -> None:
        """Name a lesion that lies in ``scan``; ``earlier`` is what it was in the prior."""
        if id(lesion) in self.named:
            return
        inherited = None if earlier is None else self.named.get(id(earlier))
        track = self._kept(lesion, known) or inherited
        if track is None or (track.uid in self._taken and track is not inherited):
            track = self._new(lesion, scan)
        self._taken.add(track.uid)
        self.named[id(lesion)] = track

    def _kept(self, lesion: Lesion, known: Iterable[KnownTrack]) -> Track | None:
        near = [
            (one.centre.distance_mm(lesion.centre), one.track)
            for one in known
            if one.abnormality == lesion.abnormality.name
            and one.centre.distance_mm(lesion.centre) <= max(_SAME_MM, min(one.width_mm, lesion.diameter_mm) / 2)
            and self._uids.of(one.track.uid) not in self._taken
        ]
        if not near:
            return None
        track = min(near, key=lambda pair: pair[0])[1]
        return _called(lesion, self._uids.of(track.uid)) if self._uids.anonymous else track

    def _new(self, lesion: Lesion, scan: Scan | None) -> Track:
        series = ("", "") if scan is None else (scan.series.study.uid, scan.series.uid)
        where = " ".join(f"{v:.1f}" for v in lesion.centre.array())
        return _called(lesion, self._uids.named("lesion", *series, lesion.abnormality.name, where))


def _called(lesion: Lesion, uid: str) -> Track:
    return Track(f"{lesion.abnormality.title} {uid[-6:]}", uid)
