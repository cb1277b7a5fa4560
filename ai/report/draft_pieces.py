"""The pieces of a draft's sentences: where, how large, in which picture, since when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ai.advice import Advice
from ai.change import ChangeKind, FindingChange, LesionChange
from ai.draft import ReadingToDraft
from ai.findings import Finding, Lesion
from ai.geometry import PointMm
from ai.organs import LUNGS
from ai.places import places_of
from ai.report.draft_words import DraftWords
from ai.vocabulary import Abnormality
from ai.volume import VoxelGrid

_UP = np.array([0.0, 0.0, 1.0])
SIDED = ("pleura", "bones")
"""Regions whose things lie on a side, not in a lobe."""
PLACELESS = ("heart", "great_vessels", "devices")
"""Regions whose things say by their name where they are."""
_ROUND_WITHIN = 0.05


@dataclass(frozen=True, eq=False)
class Pieces:
    """Makes pieces for one reading in one language; a piece that has nothing to say is empty."""

    words: DraftWords
    reading: ReadingToDraft

    def where(self, kind: Abnormality, places: Iterable[str]) -> str:
        """Say lobes, organs or sides."""
        names = [name for name in places if name]
        if kind.region in PLACELESS:
            return ""
        if kind.region in SIDED:
            side = self.words.sides(names)
            return self.words.say("piece", "where_sided", side=side) if side else ""
        place = self.words.places(names)
        return self.words.say("piece", "where", place=place) if place else ""

    def where_is(self, finding: Finding) -> str:
        """Say where a finding lies."""
        return self.where(finding.abnormality, places_of(finding, self.reading.analysis.organs))

    def size(self, lesion: Lesion) -> str:
        """Say long and short axis."""
        long_mm, short_mm = lesion.diameters_mm
        if not long_mm > 0:
            return ""
        long, short = self.words.size(long_mm), self.words.size(short_mm)
        if long_mm - short_mm <= _ROUND_WITHIN:
            return self.words.say("piece", "round", long=long)
        return self.words.say("piece", "size", long=long, short=short)

    def image(self, place: PointMm) -> str:
        """Say series and slice."""
        number = slice_number(self.reading.scan.volume.grid, place)
        series = self.reading.scan.series.number
        if series is None:
            return self.words.say("piece", "image_alone", slice=number)
        return self.words.say("piece", "image", series=series, slice=number)

    def share(self, finding: Finding) -> str:
        """Say how much of the lungs is covered."""
        share = dict(finding.extent).get(LUNGS)
        if share is None:
            return ""
        if share < 0.01:
            return self.words.say("piece", "small_share")
        return self.words.say("piece", "share", share=f"{100 * share:.0f}", then="")

    def prior_day(self) -> str:
        """Return the prior's date in words."""
        taken_on = None if self.reading.prior is None else self.reading.prior.series.study.taken_on
        return self.words.say("course", "prior") if taken_on is None else self.words.date(taken_on)

    def course(self, change: LesionChange | None) -> str:
        """Say what became of a lesion; empty where no change was accepted."""
        if change is None or change.kind is ChangeKind.GONE:
            return ""
        if change.prior is None or change.current is None:
            return self.words.say("course", "new", date=self.prior_day())
        then, now = (self.words.size(lesion.diameter_mm) for lesion in (change.prior, change.current))
        pieces = {"date": self.prior_day(), "then": then, "now": now, "percent": "", "doubling": ""}
        if change.volume_change is not None:
            percent = f"{100 * change.volume_change:+.0f}".replace("-", "−")
            pieces["percent"] = self.words.say("course", "percent", percent=percent)
        if change.doubling_days is not None and change.doubling_days > 0:
            pieces["doubling"] = self.words.say("course", "doubling", days=f"{change.doubling_days:.0f}")
        return self.words.say("course", change.kind.value, **pieces)

    def course_of_spread(self, change: FindingChange | None) -> str:
        """Say what became of a finding without lesions."""
        if change is None or change.kind is ChangeKind.GONE:
            return ""
        key = "new" if change.kind is ChangeKind.NEW else f"{change.kind.value}_spread"
        return self.words.say("course", key, date=self.prior_day())

    def advice(self, given: Advice | None) -> str:
        """Say what a guideline advises."""
        if given is None or not given.given or not given.follows:
            return ""
        what = self.words.followed(given.follows)
        return self.words.say("piece", "advice", guideline=given.guideline, category=given.category, what=what)


def slice_number(grid: VoxelGrid, place: PointMm) -> int:
    """Return the axial slice a place lies in, counted from 1 at the lowest, as the panes count."""
    advances_mm = _UP @ grid.affine[:3, :3]
    reach_mm = advances_mm * (np.array(grid.shape) - 1)
    axis = int(np.argmax(np.abs(advances_mm) / np.array(grid.spacing_mm)))
    step_mm = abs(float(advances_mm[axis]))
    first_mm = float(grid.affine[2, 3] + np.minimum(reach_mm, 0).sum())
    count = int(np.floor(np.abs(reach_mm).sum() / step_mm + 1e-6)) + 1
    return min(max(round((place.superior - first_mm) / step_mm) + 1, 1), count)


def slice_step_mm(grid: VoxelGrid) -> float:
    """Return the distance between axial slices, millimetres."""
    advances_mm = _UP @ grid.affine[:3, :3]
    return float(np.abs(advances_mm[int(np.argmax(np.abs(advances_mm) / np.array(grid.spacing_mm)))]))
