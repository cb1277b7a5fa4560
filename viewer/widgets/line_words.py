"""A lesion's line in words and as points of a chart."""

from __future__ import annotations

from ai.timeline import LesionLine, LinePoint, Sight, Timeline
from viewer.state.whereabouts import place
from viewer.widgets.instance_row import volume
from viewer.widgets.trend_chart import TrendPoint


def line_title(line: LesionLine) -> str:
    """Return what it is and where."""
    return " · ".join(filter(None, (line.abnormality.title, place(line.location))))


def line_words(line: LesionLine) -> str:
    """Return its volumes from the oldest study to the latest, and how fast it grew over all of them."""
    words = " → ".join(_point_words(point) for point in line.points)
    if line.doubling_days is not None:
        words += f" · doubles in {line.doubling_days:.0f} days"
    return words


def trend_points(line: LesionLine, timeline: Timeline, on_screen: frozenset[str]) -> tuple[TrendPoint, ...]:
    """Return a point for each study, by its date; by their order where a date is missing.

    ``on_screen`` are the UIDs of the open series.
    """
    dated = all(study.taken_on is not None for study in timeline.studies)
    points = []
    for number, (study, point) in enumerate(zip(timeline.studies, line.points, strict=True)):
        day = float(study.taken_on.toordinal()) if dated and study.taken_on is not None else float(number)
        label = study.taken_on.isoformat() if study.taken_on is not None else f"study {number + 1}"
        covered = point.sight is not Sight.NOT_COVERED
        points.append(TrendPoint(day, label, point.volume_mm3, number, covered, study.uid in on_screen))
    return tuple(points)


def _point_words(point: LinePoint) -> str:
    return volume(point.volume_mm3) if point.lesions else "–" if point.sight is Sight.NOT_SEEN else "not covered"
