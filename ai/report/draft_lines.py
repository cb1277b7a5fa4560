"""What became of a lesion: since the prior, and over more than two studies where its line is known."""

from __future__ import annotations

from ai.change import ChangeKind, LesionChange
from ai.report.draft_pieces import Pieces
from ai.timeline import LesionLine, LinePoint, Sight, Timeline, TimelineStudy

_STUDIES = 3
"""Of fewer the change since the prior says all."""
_REAL_GROWTH = 1.25
"""BTS 2015, NELSON: 25 % of volume. A lesion that grew so over all studies did not stay as it was since the last."""
_TOLD = (ChangeKind.GROWN, ChangeKind.SHRUNK, ChangeKind.STABLE)

Dated = tuple[TimelineStudy, LinePoint]


def course_of_lesion(pieces: Pieces, change: LesionChange | None, brief: bool = False) -> str:
    """Say what became of a lesion; ``brief`` for an impression: first and last size, and how fast.

    Only the change that the reader accepted gives leave to tell of older studies. Empty where none was accepted.
    """
    line = None if change is None else _line(pieces, change)
    if change is None or line is None or change.kind not in _TOLD:
        return pieces.course(change)
    timeline = pieces.reading.timeline
    points = () if timeline is None else _told(timeline, line)
    if timeline is None or len(points) < _STUDIES or any(study.taken_on is None for study, _ in points):
        return pieces.course(change)
    seen = [one for one in points if one[1].lesions]
    larger = seen[-1][1].volume_mm3 >= _REAL_GROWTH * seen[0][1].volume_mm3
    slow = change.kind is ChangeKind.STABLE and larger and line.doubling_days is not None
    grows = slow or change.kind is ChangeKind.GROWN
    shown = [seen[0], seen[-1]] if brief else _worth_telling(seen)
    return pieces.words.say(
        "course",
        "slow_line" if slow else f"{change.kind.value}_line",
        date=pieces.prior_day(),
        unseen="" if brief else _unseen(pieces, points[: points.index(seen[0])]),
        points=pieces.words.say("course", "between").join(_point(pieces, one, one is points[-1]) for one in shown),
        doubling=_doubling(pieces, timeline, line) if grows else "",
    )


def _line(pieces: Pieces, change: LesionChange) -> LesionLine | None:
    timeline = pieces.reading.timeline
    if timeline is None:
        return None
    found = (timeline.line_of(lesion) for lesion in (*change.currents, *change.priors))
    return next((line for line in found if line is not None), None)


def _told(timeline: Timeline, line: LesionLine) -> tuple[Dated, ...]:
    """Return the studies up to the current one that cover the lesion; none unless the current one shows it."""
    points = list(zip(timeline.studies, line.points, strict=True))[: timeline.current + 1]
    if not points[-1][1].lesions:
        return ()
    return tuple(one for one in points if one[1].sight is not Sight.NOT_COVERED)


def _unseen(pieces: Pieces, before: tuple[Dated, ...]) -> str:
    """Say the last study that covers its place and does not show it, before it was first seen."""
    day = before[-1][0].taken_on if before else None
    return "" if day is None else pieces.words.say("course", "point_unseen", date=pieces.words.date(day))


def _worth_telling(seen: list[Dated]) -> list[Dated]:
    """Return where it was first seen, where it was smallest, the study before this one, and this one."""
    smallest = min(seen[:-1], key=lambda one: one[1].longest_mm)
    return [*sorted({seen[0], smallest, seen[-2]}, key=seen.index), seen[-1]]


def _point(pieces: Pieces, dated: Dated, is_now: bool) -> str:
    study, point = dated
    size = pieces.words.size(point.diameter_mm)
    if is_now or study.taken_on is None:
        return pieces.words.say("course", "point_now", size=size)
    return pieces.words.say("course", "point", size=size, date=pieces.words.date(study.taken_on))


def _doubling(pieces: Pieces, timeline: Timeline, line: LesionLine) -> str:
    """Say the doubling time over all studies; since the last one where it had been smaller in between."""
    steady = line.nadir is line.baseline
    days = line.doubling_days if steady else line.doublings[timeline.current]
    return pieces.words.say("course", "doubling", days=f"{days:.0f}") if days is not None and days > 0 else ""
