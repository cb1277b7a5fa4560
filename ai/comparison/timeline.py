"""Every lesion's line through all studies of a patient.

Each older study is laid onto the current scan, not onto the one after it: a place is then carried by one map only, so
that errors do not add up from study to study; every line lies in the scan that is being read; and each older study can
be let go once it has been read. What it costs: a lesion that is gone now is followed between older studies through two
maps, by way of the current scan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise

import numpy as np

from ai.change import Registration
from ai.comparison.growth import THICKEST_MM, too_thick
from ai.comparison.guidelines.kernels import too_different
from ai.comparison.line_growth import Measured, fitted_doubling_days, neighbours_doubling_days
from ai.comparison.matching import distinct, matched
from ai.findings import Analysis, Lesion, Setting
from ai.geometry import PointMm
from ai.series import Notice, Scan
from ai.timeline import LesionLine, LinePoint, OlderStudy, Sight, Timeline, TimelineStudy, settings_of
from ai.volume import VoxelGrid

_HERE = Registration(np.eye(4), 1.0)
_FOLLOWED = replace(_HERE, warp_to_current=lambda points: points, warp_to_prior=lambda points: points)
"""Both lesions lie in the current scan's coordinates already, carried there by a map that followed the breath."""


@dataclass(eq=False)
class _Line:
    """A line that is being drawn: what was found, by study."""

    place: PointMm
    found: dict[str, tuple[Lesion, ...]] = field(default_factory=dict)

    @property
    def latest(self) -> Lesion:
        return next(iter(self.found.values()))[0]

    def in_current(self) -> Lesion:
        """The latest sight as if it lay in the current scan."""
        return replace(self.latest, centre=self.place)


def timeline(current: Scan, analysis: Analysis, older: Sequence[OlderStudy]) -> Timeline:
    """Return the lines of all lesions of the current scan and of older studies that were laid onto it.

    Args:
        current: the scan being read; by its date it may lie among the others.
        analysis: what was found in it.
        older: any number of studies, in any order; each was compared with this analysis.
    """
    studies = {one.study.uid: one for one in older}
    own = TimelineStudy.of(current.series)
    ordered = _in_time([own, *(one.study for one in older)])
    near_first = sorted(older, key=lambda one: abs(ordered.index(one.study) - ordered.index(own)))
    lines = [_Line(lesion.centre, {own.uid: (lesion,)}) for lesion in _lesions(analysis)]
    for one in near_first:
        _follow(lines, one, own.uid)
    at_settings = {own.uid: settings_of(analysis), **{uid: one.settings for uid, one in studies.items()}}

    def point(line: _Line, study: TimelineStudy) -> LinePoint:
        lesions = tuple(sorted(line.found.get(study.uid, ()), key=lambda lesion: -lesion.volume_mm3))
        settings = [at_settings[study.uid].get(lesion.abnormality.name, frozenset()) for lesion in lesions]
        if lesions:
            return LinePoint(Sight.SEEN, lesions[0].centre, lesions, frozenset[Setting]().union(*settings))
        found = None if study is own else studies[study.uid]
        place = line.place if found is None else found.registration.point_in_prior(line.place)
        return _missing(current.volume.grid if found is None else found.grid, place)

    drawn = [_drawn(line, ordered, [point(line, study) for study in ordered]) for line in lines]
    notices = (*_cautions(ordered), *(notice for one in near_first for notice in one.notices))
    return Timeline(tuple(ordered), ordered.index(own), tuple(drawn), notices)


def _lesions(analysis: Analysis) -> list[Lesion]:
    """Those of present findings first, so that they win over the same place under a label that is not present."""
    findings = sorted(analysis.at(Setting.SENSITIVE).findings, key=lambda finding: not finding.present)
    return distinct([lesion for finding in findings for lesion in finding.lesions])


def _in_time(studies: Sequence[TimelineStudy]) -> list[TimelineStudy]:
    """Order by date; studies without one stand first, in the order they came."""
    return sorted(studies, key=lambda study: study.taken_on or date.min)


def _follow(lines: list[_Line], older: OlderStudy, current: str) -> None:
    """Add an older study's lesions: to the lines of their partners of now, of what is gone now, or as new lines."""
    alone: list[Lesion] = []
    for change in older.changes:
        if not change.currents:
            alone += change.priors
        elif change.priors:
            line = _line_of_now(lines, change.currents, current)
            line.found[older.study.uid] = (*line.found.get(older.study.uid, ()), *change.priors)
    _follow_gone(lines, older, alone, current)


def _line_of_now(lines: list[_Line], currents: tuple[Lesion, ...], current: str) -> _Line:
    """Return the line of a lesion of now; of one that split, all parts' lines become one.

    A pair is measured by one rule in both scans, so that the lesion of now has another volume beside each older study;
    its centre stays. The line keeps the one beside the nearest study: what the list of changes says.
    """
    centres = [lesion.centre for lesion in currents]
    mine = [line for line in lines if any(now.centre in centres for now in line.found.get(current, ()))]
    line = mine[0] if mine else _Line(currents[0].centre)
    for other in mine[1:]:
        lines.remove(other)
        for uid, lesions in other.found.items():
            line.found[uid] = (*line.found.get(uid, ()), *lesions)
    if not mine:
        lines.append(line)
    if len(line.found) < 2:
        line.found[current] = currents
    return line


def _follow_gone(lines: list[_Line], older: OlderStudy, alone: list[Lesion], current: str) -> None:
    """Match what the current scan shows no more with what other older studies showed of it."""
    here = [replace(lesion, centre=older.registration.point_in_current(lesion.centre)) for lesion in alone]
    gone = [line for line in lines if current not in line.found and older.study.uid not in line.found]
    known = [line.in_current() for line in gone]
    for pair in matched(here, known, _FOLLOWED if older.registration.deformable else _HERE):
        if pair.prior is None:
            continue
        at = next(n for n, lesion in enumerate(here) if lesion is pair.prior)
        if pair.current is None:
            lines.append(_Line(here[at].centre, {older.study.uid: (alone[at],)}))
            continue
        line = gone[next(n for n, lesion in enumerate(known) if lesion is pair.current)]
        line.found[older.study.uid] = (alone[at],)


def _missing(grid: VoxelGrid, place: PointMm) -> LinePoint:
    covered = grid.nearest(place) is not None
    return LinePoint(Sight.NOT_SEEN if covered else Sight.NOT_COVERED, place)


def _drawn(line: _Line, studies: Sequence[TimelineStudy], points: Sequence[LinePoint]) -> LesionLine:
    measured = _comparable(studies, points)
    overall = fitted_doubling_days([one for one in measured if one is not None])
    latest = next(point.lesions[0] for point in reversed(points) if point.lesions)
    doublings = neighbours_doubling_days(measured)
    return LesionLine(latest.abnormality, latest.location, line.place, tuple(points), doublings, overall)


def _comparable(studies: Sequence[TimelineStudy], points: Sequence[LinePoint]) -> list[Measured | None]:
    """What growth may be told from: dated, of thin slices, of no other kind of kernel than the latest of them."""
    measured = [_measured(study, point) for study, point in zip(studies, points, strict=True)]
    latest = next((s.kernel for s, one in zip(reversed(studies), reversed(measured), strict=True) if one), "")
    return [None if too_different(s.kernel, latest) else one for s, one in zip(studies, measured, strict=True)]


def _measured(study: TimelineStudy, point: LinePoint) -> Measured | None:
    if study.taken_on is None or point.volume_mm3 <= 0 or too_thick(study.thickness_mm):
        return None
    return study.taken_on.toordinal(), point.volume_mm3


def _cautions(studies: Sequence[TimelineStudy]) -> list[Notice]:
    """Say what makes points of one line differ though the lesion did not."""
    said = []
    if any(study.taken_on is None for study in studies):
        said.append(Notice("A study date is missing; its points stand first and tell no doubling time."))
    dated = [study for study in studies if study.taken_on]
    same = sorted({str(a.taken_on) for a, b in pairwise(dated) if a.taken_on == b.taken_on})
    if same:
        said.append(Notice(f"Two studies are of one day ({', '.join(same)}): their order is not known."))
    kernels = sorted({study.kernel for study in studies if study.kernel})
    if len(kernels) > 1:
        said.append(
            Notice(
                f"The kernels differ ({', '.join(kernels)}): volumes of small lesions differ by that alone, and no "
                "doubling time is told between a sharp and a smooth one."
            )
        )
    thick = sorted({study.thickness_mm for study in studies if study.thickness_mm})
    if thick and thick[-1] > 1.5 * thick[0]:
        steps = ", ".join(f"{mm:g}" for mm in thick)
        said.append(
            Notice(f"The slice thicknesses differ ({steps} mm): volumes of small lesions differ by that alone.")
        )
    for study in studies:
        if too_thick(study.thickness_mm):
            name = study.taken_on.isoformat() if study.taken_on else study.title
            text = f"The slices of {name} are {study.thickness_mm:g} mm thick: its volumes tell no doubling time"
            said.append(Notice(f"{text} ({THICKEST_MM:g} mm at most)."))
    return said
